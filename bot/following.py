"""What goes on after its answer: one message, edited until the end, also across restarts.

The person's own credential is used for every look, as it is at that moment: whoever disconnects, is
frozen or forgotten follows nothing any more.
"""

from __future__ import annotations

import asyncio
import json
import secrets
from collections.abc import Callable, Collection, Mapping
from contextlib import suppress
from dataclasses import replace
from typing import Any, Final

import structlog

from bot.accounts import Accounts
from bot.answers import Answers
from bot.clock import now
from bot.commands.registry import Registry
from bot.errors import (
    ActasError,
    RateLimited,
    ServiceError,
    StorageError,
    Unavailable,
    UserError,
)
from bot.followed import Followed, FollowedStore
from bot.journal import Journal, Note
from bot.matrix.client import MatrixError
from bot.matrix.outbound import PATIENCE
from bot.model import Actor
from bot.plugin import Call, Command, FollowUp, Service, Step
from bot.reply import Follow, Mono, Reply, line, say
from bot.run import Run
from bot.wording import bug, explain

MOST: Final = 20  # of one user

_LEAST: Final = 3.0  # seconds between two edits
_MOST_WAIT: Final = 60.0  # seconds between two looks at what does not answer
_PATIENCE: Final = 60 * 60 * 1000  # ms without an answer
_LONGEST: Final = 24 * 60 * 60 * 1000  # ms

log = structlog.get_logger()


class Followers:
    """Looks again and again, each for itself."""

    def __init__(
        self,
        *,
        accounts: Accounts,
        answers: Answers,
        journal: Journal,
        registry: Registry,
        store: FollowedStore,
    ) -> None:
        self._accounts, self._answers, self._registry = accounts, answers, registry
        self._journal, self._store = journal, store
        self._all: dict[str, Followed] = {}
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._closed = False
        self._least = _LEAST

    # ------------------------------------------------------------------ begin and end
    def has_room(self, user: str) -> bool:
        """Whether one more of the user's can be followed."""
        return sum(f.actor.user == user for f in self._all.values()) < MOST

    async def keep(self, run: Run, follow: Follow, room: str) -> None:
        """Write it down before the answer is sent, into ``room``; it begins when that has been.

        What cannot be written is not followed; it is answered all the same.
        """
        message = run.message
        followed = Followed(
            event_id=message.event_id,
            actor=message.actor,
            service=run.service_name,
            account=run.account,
            command=run.invocation.command.name,
            text=run.shown,
            topic=follow.topic,
            state=follow.state,
            room=room,
            thread=message.thread,
        )
        try:
            await self._store.write(followed)
        except StorageError as error:
            log.error("following.not_kept", command=followed.command, error=str(error))
            return
        self._all[message.event_id] = followed

    async def begin(self, event_id: str, answer: str) -> None:
        """The answer to ``event_id`` is the event ``answer``; nothing happens if none is kept."""
        followed = self._all.get(event_id)
        if followed is None:
            return
        if followed.answer != answer:
            followed.answer = answer
            await self._store.write(followed)
        if event_id not in self._tasks and not self._closed:
            task = self._tasks[event_id] = asyncio.create_task(self._run(followed))
            task.add_done_callback(lambda _: self._tasks.pop(event_id, None))

    async def recover(self, may: Callable[[Actor], object], unanswered: Collection[str]) -> None:
        """Go on with what a former run followed for those who may still use the bot.

        What has no answer yet begins when that is sent, which it will be to those ``unanswered``.
        """
        for followed in await self._store.all():
            expected = followed.answer or followed.event_id in unanswered
            if not (expected and may(followed.actor)):
                await self._store.remove(followed.event_id)
                continue
            self._all[followed.event_id] = followed
            if followed.answer:
                await self.begin(followed.event_id, followed.answer)

    async def drop(self, event_id: str) -> None:
        """The answer to ``event_id`` cannot be sent: there is nothing to go on."""
        if (followed := self._all.get(event_id)) is not None and event_id not in self._tasks:
            await self._forget(followed)

    def of(self, actor: Actor, service: str) -> OwnFollowing:
        """What a command may do about what its caller follows."""
        return OwnFollowing(self, actor, service)

    async def stop(
        self, user: str, *, service: str = "", room: str = "", topic: str = ""
    ) -> tuple[str, ...]:
        """Follow no more what a user follows, as far as it is of that; the topics that were."""
        stopped = [
            f
            for f in self._all.values()
            if f.actor.user == user
            and service in ("", f.service)
            and room in ("", f.actor.room)
            and topic in ("", f.topic)
        ]
        for followed in stopped:
            if (task := self._tasks.pop(followed.event_id, None)) is not None:
                task.cancel()
                await asyncio.gather(task, return_exceptions=True)
            await self._forget(followed)
        return tuple(f.topic for f in stopped)

    async def close(self) -> None:
        """Look no more; what is stored is gone on with after the next start."""
        self._closed = True
        tasks = list(self._tasks.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    # ------------------------------------------------------------------ looking
    async def _run(self, followed: Followed) -> None:
        """Until it has ended. A bug ends it as well: what is stored would meet it again."""
        try:
            await self._look_on(followed)
        except Exception:  # it is a task of its own: nobody else would hear of it
            log.exception("bug", command=followed.command)
            with suppress(StorageError):
                await self._forget(followed)

    async def _look_on(self, followed: Followed) -> None:
        wait, answered, shown = self._least, now(), say()
        while True:
            await asyncio.sleep(wait)
            try:
                step = await self._look(followed)
                if now() - followed.since > _LONGEST and step.state is not None:
                    step = Step(_ended(step.reply, "I have followed this for a day."), None)
            except (Unavailable, RateLimited) as error:
                if now() - answered < _PATIENCE:
                    wait = min(wait * 2, _MOST_WAIT)
                    continue
                step = Step(self._given_up(followed, error), None)
            except (UserError, ServiceError) as error:
                step = Step(self._given_up(followed, error), None)
            except StorageError:
                wait = _MOST_WAIT
                continue
            except Exception:  # a bug: an id for the user, the trace in the log
                reference = secrets.token_hex(4)
                log.exception("bug", id=reference, command=followed.command)
                step = Step(bug(reference), None)
            answered, wait = now(), max(step.wait, self._least)
            try:
                if step.reply != shown:
                    await self._show(followed, step)
                    shown = step.reply
                if await self._noted(followed, step):
                    return
            except StorageError:
                wait = _MOST_WAIT
            except ActasError as error:
                refused = isinstance(error, MatrixError) and 400 <= error.status < 429
                if refused or now() - followed.since > _LONGEST + _PATIENCE:
                    await self._forget(followed)  # we are out of the room, or its message is gone
                    return
                log.warning("following.not_sent", room=followed.room, error=str(error))
                wait = self._slow_down()

    def _slow_down(self) -> float:
        """The homeserver takes no more: all of them wait longer, for answers come first."""
        self._least = min(self._least * 2, _MOST_WAIT)
        return self._least

    async def _look(self, followed: Followed) -> Step:
        service, follow = self._way(followed)
        credential = await self._accounts.credential(followed.actor, service)
        if credential.account != followed.account:
            was, now_is = followed.account, credential.account
            raise UserError(f"I did that for {was}, and you are connected as {now_is} now.")
        async with service.api(credential) as api:
            following = self.of(followed.actor, followed.service)
            call = Call(followed.actor, credential.account, api, Silent(), following)
            return await follow(call, followed.state)

    def _way(self, followed: Followed) -> tuple[Service[Any], FollowUp]:
        service = self._registry.service(followed.service)
        commands: Mapping[str, Command] = {c.name: c for c in service.commands} if service else {}
        command = commands.get(followed.command)
        if service is None or command is None or command.follow is None:
            raise UserError("I do not have that service any more.")
        return service, command.follow

    async def _show(self, followed: Followed, step: Step) -> None:
        """Edit the answer, then say what there is more; saying that again is harmless.

        What was said of one state is not said again; what is said of the next one is new.
        """
        at = json.dumps([followed.state, step.state is None], sort_keys=True)
        mention = None if followed.room != followed.actor.room else self._mentioned(followed)
        service = followed.service
        await self._answers.change(
            followed.room,
            followed.answer,
            step.reply,
            service=service,
            mention=mention,
            patience=PATIENCE if step.state is None else 0.0,  # the next one says it all
        )
        self._least = max(_LEAST, self._least * 0.9)
        for number, more in enumerate(step.more):
            await self._answers.add(
                followed.room,
                more,
                service=service,
                thread=followed.thread_root,
                mention=mention,
                txn=(followed.event_id, "more", at, str(number)),
            )

    async def _noted(self, followed: Followed, step: Step) -> bool:
        """Write how far it is. True where it has come to its end."""
        if step.state is not None:
            if step.state != followed.state:
                followed.state = step.state
                await self._store.write(followed)
            return False
        if step.reply.about is not None:
            note = Note(followed.text, step.reply.about)
            await self._journal.note(followed.event_id, followed.actor, note)
        await self._forget(followed)
        return True

    async def _forget(self, followed: Followed) -> None:
        await self._store.remove(followed.event_id)
        self._all.pop(followed.event_id, None)

    def _mentioned(self, followed: Followed) -> str | None:
        return None if followed.actor.private else followed.actor.user

    def _given_up(self, followed: Followed, error: UserError | ServiceError) -> Reply:
        service = self._registry.service(followed.service)
        title, name = (service.title, service.name) if service else ("", "")
        why = explain(error, title=title, name=name)
        said = line("I no longer follow ", Mono(followed.topic), ":")
        return Reply((said, *why.blocks))


class OwnFollowing:
    """What one user follows of one service in one room (``plugin.Following``)."""

    def __init__(self, followers: Followers, actor: Actor, service: str) -> None:
        self._followers, self._actor, self._service = followers, actor, service

    async def stop(self, topic: str = "") -> tuple[str, ...]:
        """Follow it no more; the topics that were."""
        user, room = self._actor.user, self._actor.room
        return await self._followers.stop(user, service=self._service, room=room, topic=topic)


class Silent:
    """Shows nobody how far something is (``plugin.Progress``)."""

    async def update(self, reply: Reply) -> None:
        """Say nothing."""


def _ended(reply: Reply, why: str) -> Reply:
    return replace(reply, blocks=(*reply.blocks, line(why)))
