"""Connecting in the direct message: conversations under way, and commands that wait for them."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Final

import structlog

from bot.accounts import Accounts
from bot.answers import Answers
from bot.clock import now
from bot.errors import ActasError, ServiceError, Unauthorized, UserError
from bot.intake import Intake
from bot.matrix.conversation import Talk
from bot.matrix.rooms import Rooms
from bot.model import Actor, Message
from bot.plugin import Abandoned, Effect, Flow, Service
from bot.reply import Mono, Reply, Strong, line, numbered, say
from bot.secret import Secret
from bot.wording import bug, explain

_PARKED_FOR: Final = 10 * 60 * 1000  # ms
_MOST_PARKED: Final = 5  # commands of one user

log = structlog.get_logger()

Rerun = Callable[[Message], None]
"""Has a command run again, after what is running now."""


@dataclass(frozen=True, slots=True)
class Parked:
    """A command that waits until its user has connected. ``text`` is what was said."""

    message: Message
    service: str
    text: str
    effect: Effect
    until: int


@dataclass(frozen=True, slots=True)
class _Open:
    """A conversation under way."""

    talk: Talk
    flow: Flow
    actor: Actor
    task: asyncio.Task[None]


class Connections:
    """At most one conversation a user; parked commands are offered again when it has ended well."""

    def __init__(
        self, accounts: Accounts, answers: Answers, intake: Intake, rooms: Rooms, rerun: Rerun
    ) -> None:
        self._accounts, self._answers, self._intake = accounts, answers, intake
        self._rooms, self._rerun = rooms, rerun
        self._open: dict[str, _Open] = {}
        self._parked: dict[str, list[Parked]] = {}

    # ------------------------------------------------------------------ conversations
    async def begin(
        self, message: Message, service: Service[Any], flow: Flow, first: Secret | None = None
    ) -> Reply:
        """Start connecting; returns what to say where it was asked for, if that is elsewhere.

        ``first`` answers the flow's first question; it has been through the intake.
        """
        actor = message.actor
        room, elsewhere = actor.room, not actor.private
        if elsewhere or not self._rooms.is_encrypted(room):
            room, elsewhere = await self._rooms.direct(actor.user), True
        await self.cancel(actor.user)
        talk = Talk(
            user=actor.user,
            service=service.name,
            room=room,
            say_there=self._speaker(actor, room),
            first=first,
        )
        task = asyncio.create_task(self._run(talk, actor, service, flow))
        self._open[actor.user] = _Open(talk, flow, actor, task)
        if not elsewhere:
            return Reply(())
        return say(f"I have sent you a direct message to connect {service.title} there.")

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
                await self._intake.refuse(message.actor.room, message.event_id, found.flow)
                return
            if not await self._intake.remove(message.actor.room, message.event_id):
                await found.talk.tell(say("I may not remove your message: please delete it."))
        if same:
            found.talk.give(answer)

    async def cancel(self, user: str) -> bool:
        """End the user's conversation, if there is one."""
        found = self._open.pop(user, None)
        if found is None:
            return False
        found.task.cancel()
        await asyncio.gather(found.task, return_exceptions=True)
        return True

    async def spoil(self, user: str, flow: Flow) -> None:
        """The answer to ``flow`` was shown to others; a PIN belongs to this one conversation."""
        found = self._open.get(user)
        if found is not None and found.flow is flow and not flow.self_starting:
            await self.cancel(user)

    async def close(self) -> None:
        """End all conversations."""
        for user in list(self._open):
            await self.cancel(user)

    async def _run(self, talk: Talk, actor: Actor, service: Service[Any], flow: Flow) -> None:
        """One conversation, from its first word to the parked commands after it."""
        try:
            account = await self._accounts.connect(actor, service, flow, talk)
        except Abandoned:
            await talk.tell(say(f"Connecting {service.title} has ended; nothing was stored."))
        except Unauthorized:
            again = say(
                f"{service.title} does not accept that; nothing was stored. Say ",
                Mono(f"connect {service.name}"),
                " to try again.",
            )
            await talk.tell(again)
        except (UserError, ServiceError) as error:
            await talk.tell(explain(error, title=service.title, name=service.name))
        except ActasError as error:
            log.error("connection.failed", service=service.name, error=type(error).__name__)
        except Exception:  # a bug: an id for the user, the trace in the log
            reference = secrets.token_hex(4)
            log.exception("bug", id=reference, service=service.name)
            await talk.tell(bug(reference))
        else:
            you = say("You have authenticated as ", Strong(account), f" on {service.title}.")
            await talk.tell(you)
            await self._offer(actor.user, service.name, talk)
        finally:
            if (found := self._open.get(actor.user)) is not None and found.talk is talk:
                del self._open[actor.user]

    def _speaker(self, actor: Actor, room: str) -> Callable[[Reply], Awaitable[None]]:
        """To a changed identity only fixed sentences reach: it has no keys yet."""

        async def speak(reply: Reply) -> None:
            txn = secrets.token_hex(16)
            await self._answers.tell(room, reply, txn=txn, to_all_devices=not actor.pinned)

        return speak

    # ------------------------------------------------------------------ parked commands
    def park(self, message: Message, service: str, text: str, effect: Effect) -> None:
        """Keep a command for ten minutes, until its user has connected."""
        parked = [*self.parked(message.actor.user), _park(message, service, text, effect)]
        self._parked[message.actor.user] = parked[-_MOST_PARKED:]

    def parked(self, user: str) -> list[Parked]:
        """The user's commands that still wait."""
        return [p for p in self._parked.get(user, ()) if p.until > now()]

    def take(self, user: str, number: int | None) -> Parked | None:
        """Take one of the user's parked commands out, by its number from 1 (None: the only one)."""
        parked = self.parked(user)
        if number is None and len(parked) == 1:
            number = 1
        if number is None or not 0 < number <= len(parked):
            return None
        taken = parked.pop(number - 1)
        self._parked[user] = parked
        return taken

    def drop(self, user: str) -> bool:
        """Forget the user's parked commands. True if there were any."""
        return bool(self._parked.pop(user, None))

    async def _offer(self, user: str, service: str, talk: Talk) -> None:
        """What waited for this connection: reading runs by itself, writing waits for "yes"."""
        mine = [p for p in self.parked(user) if p.service == service]
        reads = [p for p in mine if p.effect is Effect.READ]
        self._parked[user] = [p for p in self.parked(user) if p not in reads]
        for parked in reads:
            self._rerun(parked.message)
        if any(p.effect is not Effect.READ for p in mine):
            await talk.tell(self.offer(user))

    def offer(self, user: str) -> Reply:
        """The parked commands, to be answered with ``yes``."""
        parked = self.parked(user)
        if len(parked) == 1:
            yes, no = Mono("yes"), Mono("no")
            what = Mono(parked[0].text)
            return say("Shall I still run ", what, " as you? Say ", yes, " or ", no, ".")
        waiting = numbered([line(Mono(p.text)) for p in parked])
        which = line("Say ", Mono("yes 1"), " and so on to run one, or ", Mono("no"), ".")
        return Reply((line("These commands wait for you:"), waiting, which))


def _park(message: Message, service: str, text: str, effect: Effect) -> Parked:
    return Parked(message, service, text, effect, now() + _PARKED_FOR)
