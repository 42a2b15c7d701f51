"""Connecting in the direct message: conversations under way, and commands that wait for them."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import structlog

from bot.accounts import Accounts, Proved
from bot.answers import Answers
from bot.connect.callback import Callbacks
from bot.errors import ActasError, ServiceError, Unauthorized, UserError
from bot.intake import Intake
from bot.lanes import Lanes
from bot.matrix.conversation import Talk
from bot.matrix.rooms import Rooms
from bot.model import Actor, Credential, Message, Place
from bot.parking import Parked, Parking
from bot.plugin import Abandoned, Conversation, Flow, Grant, Service, StepUp
from bot.reply import EMPTY, Line, Mono, Reply, Strong, Typed, line, listed, say
from bot.secret import Secret
from bot.ways import Ways
from bot.wording import bug, explain

log = structlog.get_logger()


Then = Callable[[Secret, Place | None], Awaitable[None]]


@dataclass(slots=True)
class _Secret:
    """What a command asks for: a flow of one question, whose answer is not kept."""

    prompt: Reply
    name: str = "secret"
    start: Sequence[str] = ()
    answer: Sequence[str] = ()
    self_starting: bool = False
    shape: str = ""
    revoke_hint: str = "Change it where it is used"

    async def run(self, talk: Conversation) -> Grant:
        """Ask it."""
        return Grant({self.name: await talk.ask(self.prompt, secret=True)})


@dataclass(slots=True)
class _Open:
    """A conversation under way.

    ``steps_up``: it is about what a stored credential needs before it is used. ``proved``: it has
    come to its end, and cannot be cancelled any more; ``kept``: its credential is stored.
    """

    talk: Talk
    service: str
    flow: Flow
    actor: Actor
    steps_up: bool = False
    task: asyncio.Task[None] | None = None
    proved: bool = False
    kept: bool = False


class Connections:
    """At most one conversation a user; parked commands are offered again when it has ended well."""

    def __init__(
        self,
        *,
        accounts: Accounts,
        answers: Answers,
        intake: Intake,
        rooms: Rooms,
        lanes: Lanes,
        callbacks: Callbacks | None = None,
    ) -> None:
        """``callbacks`` are None where the bot has no page that people could come back to."""
        self._accounts, self._answers, self._intake = accounts, answers, intake
        self._rooms, self._lanes, self._callbacks = rooms, lanes, callbacks
        self._open: dict[str, _Open] = {}
        self.parking = Parking()

    # ------------------------------------------------------------------ conversations
    async def begin(
        self,
        message: Message,
        service: Service[Any],
        flow: Flow | str = "",
        first: Secret | None = None,
        why: Reply = EMPTY,
    ) -> Reply:
        """Start connecting; returns what to say where it was asked for, if that is elsewhere.

        ``flow`` is a way to connect, or the name of one; by default the best that there is.
        ``first`` answers the flow's first question; it has been through the intake. ``why`` is said
        before all else, where it was asked for in the direct message itself.

        Raises:
            UserError: there is no such way; or what the person connects could not be kept, see
                :meth:`Accounts.must_be_able_to_connect`.
        """
        await self._accounts.must_be_able_to_connect(message.actor)
        known = await self._accounts.knows(message.actor)
        ways = Ways(web=self._callbacks is not None, known=known)
        chosen = ways.choose(service, flow)
        others = ways.others(service, chosen) if flow == "" else EMPTY
        opened = await self._opened(message, chosen, service, first)
        here = opened.talk.room == message.actor.room
        before = Reply((*(why.blocks if here else ()), *others.blocks))
        self._start(opened, self._run(opened, service, before))
        if here:
            return EMPTY
        return say(f"I have sent you a direct message to connect {service.title} there.")

    async def step_up(self, message: Message, service: Service[Any], need: StepUp) -> bool:
        """Start what a credential needs before it is used. True where that is said elsewhere."""
        opened = await self._opened(message, need.flow, service)
        opened.steps_up = True
        self._start(opened, self._run(opened, service))
        return opened.talk.room != message.actor.room

    async def ask(self, message: Message, prompt: Reply, then: Then, *, what: str) -> Reply:
        """Ask for a secret that is not kept; returns what to say where the command was said.

        ``what`` is its name there. ``then`` is given it, after what is running there, and its place
        if that is there, too. It does not raise.
        """
        opened = await self._opened(message, _Secret(prompt))
        self._start(opened, self._ask(opened, then))
        if opened.talk.room == message.actor.room:
            return EMPTY
        return say("I have sent you a direct message to ask for ", Strong(what), ".")

    async def _opened(
        self,
        message: Message,
        flow: Flow,
        service: Service[Any] | None = None,
        first: Secret | None = None,
    ) -> _Open:
        """A new conversation in the direct message, to be started; one that was under way ends."""
        actor = message.actor
        room, elsewhere = actor.room, not actor.private
        # links and codes are for nobody else: where somebody has come in, it is no longer one
        if elsewhere or not await self._intake.accepts(message):
            room, elsewhere = await self._rooms.direct(actor.user), True
        # another room of theirs may begin one at the same time
        while (found := self._open.get(actor.user)) is not None:
            if await self.cancel(actor.user) and isinstance(found.flow, _Secret):
                await found.talk.tell(
                    say("I ask for one thing at a time: what was before is dropped.")
                )
        talk = Talk(
            user=actor.user,
            service=service.name if service else "",
            title=service.title if service else "",
            room=room,
            say_there=self._speaker(actor, room),
            callbacks=self._callbacks,
            first=first,
        )
        talk.answered = None if elsewhere else message.place
        return _Open(talk, talk.service, flow, actor)

    def _start(self, opened: _Open, conversation: Coroutine[Any, Any, None]) -> None:
        """Have it run from now on; nothing may be awaited between this and :meth:`_opened`."""
        opened.task = asyncio.create_task(conversation)
        self._open[opened.actor.user] = opened

    def waiting(self, user: str) -> tuple[Talk, Flow] | None:
        """The user's conversation, if an answer of theirs is waited for."""
        found = self._open.get(user)
        return (found.talk, found.flow) if found and found.talk.waiting else None

    async def answer(self, message: Message, answer: Secret) -> None:
        """Take an answer that was said in the direct message of the conversation.

        A secret one is removed at once, whether or not it turns out to be right.
        """
        found = self._open.get(message.actor.user)
        if found is None or not found.talk.waiting:
            return
        same = found.actor.identity == message.actor.identity
        if found.talk.waiting == "secret":
            if not same or not await self._intake.accepts(message):
                await self._intake.refuse(message, found.flow)
                return
            if not await self._intake.remove(message.actor.room, message.event_id):
                await found.talk.tell(say("I may not remove your message: please delete it."))
        if same:
            found.talk.give(answer, message.place)

    async def cancel(self, user: str, service: str = "") -> bool:
        """End the user's conversation, if there is one (about ``service``, if that is given).

        False where there was none, or where it had just come to its end and is done with.
        """
        found = self._open.get(user)
        if found is None or found.task is None or service not in ("", found.service):
            return False
        del self._open[user]
        if not found.proved:
            found.task.cancel()
        await asyncio.gather(found.task, return_exceptions=True)
        return not found.kept

    async def spoil(self, user: str, flow: Flow) -> None:
        """The answer to ``flow`` was shown to others; a PIN belongs to this one conversation."""
        found = self._open.get(user)
        if found is not None and found.flow is flow and not flow.self_starting:
            await self.cancel(user)

    async def close(self) -> None:
        """End all conversations."""
        for found in self._open.values():
            if found.kept and found.task is not None:
                found.task.cancel()  # what is left is to say so, which may take long
        await asyncio.gather(*(self.cancel(user) for user in list(self._open)))

    async def _run(self, opened: _Open, service: Service[Any], before: Reply = EMPTY) -> None:
        """One conversation, from its first word to the parked commands after it."""
        talk, actor = opened.talk, opened.actor
        try:
            if before.blocks:
                await talk.tell(before)
            prove = self._accounts.step_up if opened.steps_up else self._accounts.prove
            proved = await prove(actor, service, opened.flow, talk)
            opened.proved = True
            await self._keep(opened, service, proved.credential)
            opened.kept = True
        except Abandoned:
            what = "That" if opened.steps_up else f"Connecting {service.title}"
            await talk.tell(say(f"{what} has ended; nothing was stored."))
        except Unauthorized:
            again = say(
                f"{service.title} does not accept that; nothing was stored. Say ",
                Mono(self._again(opened, service)),
                " to try again.",
            )
            await talk.tell(again)
        except (UserError, ServiceError) as error:
            await talk.tell(explain(error, title=service.title, name=service.name))
        except ActasError as error:
            log.error("connection.failed", service=service.name, error=type(error).__name__)
            await talk.tell(say("I could not do that; nothing was stored. Try again in a while."))
        except Exception:  # a bug: an id for the user, the trace in the log
            reference = secrets.token_hex(4)
            log.exception("bug", id=reference, service=service.name)
            await talk.tell(bug(reference))
        else:
            await talk.tell(Reply(_welcome(service, proved)))
            if not actor.pinned:
                self.parking.drop(actor.user)  # the identity before this one wanted them
            await self._offer(actor, service.name, talk)
        finally:
            if self._open.get(actor.user) is opened:
                del self._open[actor.user]

    def _again(self, opened: _Open, service: Service[Any]) -> str:
        """What to say for the same way once more."""
        best = Ways(web=self._callbacks is not None).of(service)[:1]
        way = "" if opened.steps_up or opened.flow in best else f" {opened.flow.name}"
        return f"connect {service.name}{way}"

    async def _keep(self, opened: _Open, service: Service[Any], credential: Credential) -> None:
        """Store it; what was made for it and cannot be kept is given back."""
        try:
            await self._accounts.keep(opened.actor, service, credential)
        except ActasError:
            if not (opened.steps_up or opened.flow.self_starting):
                await self._accounts.give_back(service, credential)
            raise

    async def _ask(self, opened: _Open, then: Then) -> None:
        talk, actor = opened.talk, opened.actor
        try:
            (secret,) = (await opened.flow.run(talk)).fields.values()
        except Abandoned:
            await talk.tell(say("I did not get an answer, so nothing was run."))
        else:
            place = talk.answered if talk.room == actor.room else None
            self._lanes.put((actor.user, actor.room), partial(then, secret, place))
        finally:
            if self._open.get(actor.user) is opened:
                del self._open[actor.user]

    def _speaker(self, actor: Actor, room: str) -> Callable[[Reply], Awaitable[None]]:
        """A changed identity is spoken to at its own devices until it is known."""

        async def speak(reply: Reply) -> None:
            known = await self._accounts.knows(actor)
            identity = None if known else actor.identity
            await self._answers.tell(room, reply, txn=secrets.token_hex(16), identity=identity)

        return speak

    # ------------------------------------------------------------------ parked commands
    def resume(self, parked: Parked, since: int = 0) -> None:
        """Have a command run that was parked, after what is running where it was said.

        ``since`` is the server's time (ms) of the "yes" to it.
        """
        actor = parked.actor
        self._lanes.put((actor.user, actor.room), partial(parked.resume, since))

    async def _offer(self, actor: Actor, service: str, talk: Talk) -> None:
        """What waited for this connection: what writes and would not ask now is asked about."""
        for parked in self.parking.take_safe(actor, service):
            self.resume(parked)
        if any(p.service == service for p in self.parking.waiting(actor)):
            await talk.tell(self.parking.offer(actor, talk.answered))


def _welcome(service: Service[Any], proved: Proved) -> tuple[Line, ...]:
    """Whose account it is, for whoever has been led to connect somebody else's to notice."""
    credential, title = proved.credential, service.title
    welcome = [line("You have authenticated as ", Strong(credential.account), f" on {title}.")]
    if proved.scopes:
        welcome.append(line(f"{title} has allowed: ", *listed(proved.scopes), "."))
    if any(getattr(flow, "web", False) for flow in service.flows):
        undo = Typed(f"disconnect {service.name}", own=True)
        welcome.append(line("Not you? Say ", undo, "."))
    return tuple(welcome)
