"""The way of a message through the bot: what it means, who may say it, who takes care of it.

Everything that arrives comes through :meth:`Dispatch.deliver`; one user's messages in one room are
taken one after the other, everybody else's side by side.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Final

import structlog

from bot import notices
from bot.admission import Admission
from bot.answers import Answers
from bot.clock import now
from bot.commands.help import not_understood
from bot.commands.parser import Address, redirected, without_fallback
from bot.commands.registry import (
    FlowAnswer,
    FlowStart,
    Invocation,
    Registry,
    Resolved,
    Unknown,
)
from bot.confirmations import Confirmations
from bot.connections import Connections
from bot.direct import Direct
from bot.doorman import Doorman
from bot.errors import ActasError, StorageError
from bot.following import Followers
from bot.intake import Intake, whose
from bot.journal import Journal
from bot.lanes import Job, Lanes
from bot.leftovers import Leftovers
from bot.matrix.inbox import Inbox, Invite, Item, Joined, Late, Verifying, Waiting, Withheld
from bot.matrix.rooms import Rooms
from bot.matrix.verification import Verifications
from bot.model import Message, Stray
from bot.policy import Access, may
from bot.questions import Questions
from bot.reply import marked, say
from bot.runner import Runner
from bot.strays import Strays

_PERSONAL: Final = ("accounts", "history")  # the bot's own commands that show what is somebody's

log = structlog.get_logger()


class Dispatch:
    """Takes care of what arrives."""

    def __init__(
        self,
        *,
        prefix: str,
        access: Access,
        admission: Admission,
        answers: Answers,
        confirmations: Confirmations,
        connections: Connections,
        direct: Direct,
        doorman: Doorman,
        followers: Followers,
        inbox: Inbox,
        intake: Intake,
        journal: Journal,
        lanes: Lanes,
        leftovers: Leftovers,
        questions: Questions,
        registry: Registry,
        rooms: Rooms,
        runner: Runner,
        strays: Strays,
        verifications: Verifications,
        max_age: int,
    ) -> None:
        self._prefix, self._access, self._admission = prefix, access, admission
        self._answers, self._confirmations, self._connections = answers, confirmations, connections
        self._direct, self._doorman, self._followers = direct, doorman, followers
        self._inbox, self._intake, self._journal = inbox, intake, journal
        self._lanes, self._leftovers, self._questions = lanes, leftovers, questions
        self._registry, self._rooms, self._runner = registry, rooms, runner
        self._strays, self._verifications = strays, verifications
        self._max_age = max_age * 1000

    # ------------------------------------------------------------------ in
    def concerns(
        self, user: str, room: str, body: str, *, private: bool, mentions_bot: bool
    ) -> bool:
        """Whether a text is for the bot, or is a secret that it must warn of (``Wants``)."""
        return (
            private
            or self._strays.address(body, private=private, mentions_bot=mentions_bot) is not None
            or self._confirmations.asked(user, room) > 0
            or self._confirmations.awaits_another(user, room, _word(body))
            or self._questions.waits(user, room)
            or self._strays.exposed(user, body) is not None
        )

    def deliver(self, waiting: Sequence[Waiting]) -> None:
        """Have what has arrived taken care of, in the order it came."""
        late = [w.item for w in waiting if isinstance(w.item, Late)]
        for room in {item.room for item in late}:
            items = [item for item in late if item.room == room]
            self._put(("", room), partial(self._strays.late, room, items))
        for w in waiting:
            if not isinstance(w.item, Late):
                self._put(whose(w.item), partial(self._take, w.item))

    async def recover(self) -> None:
        """Take care of what a former run left: send, report, or begin again."""
        left = {unfinished.event_id: unfinished for unfinished in await self._journal.unfinished()}
        waiting = [
            self._aged(w) for w in await self._inbox.unfinished() if w.item.event_id not in left
        ]
        again = {w.item.event_id for w in waiting if isinstance(w.item, Message)}
        await self._followers.recover(self._admission.may_speak, left.keys() | again)
        for each in left.values():
            self._put((each.user, each.room), partial(self._leftovers.report, each))
        self.deliver(waiting)

    def _aged(self, waiting: Waiting) -> Waiting:
        item = waiting.item
        if isinstance(item, Message) and waiting.received < now() - self._max_age:
            return Waiting(Late.of(item), waiting.received)
        return waiting

    def _put(self, lane: tuple[str, str], job: Job) -> None:
        """Nothing raises out of a job: a bug must not end the lane; the inbox has it still."""

        async def contained() -> None:
            try:
                await job()
            except (
                StorageError
            ) as error:  # it stays in the inbox, and is taken up at the next start
                log.error("not_taken", error=str(error))
            except Exception:
                log.exception("bug")

        self._lanes.put(lane, contained)

    async def _take(self, item: Item) -> None:
        """One item, to its end."""
        match item:
            case Invite():
                await self._doorman.invited(item)
            case Joined():
                await self._doorman.joined(item)
            case Stray():
                await self._strays.stray(item)
            case Verifying():
                counts = self._admission.counts(item.user)
                if self._strays.knows(item.user) and counts:
                    await self._verifications.take(item)
            case Withheld():
                await self._strays.unreadable(item)
            case Message():
                if await self._message(item):
                    return
        await self._journal.close([item.event_id])

    # ------------------------------------------------------------------ messages
    async def _message(self, message: Message) -> bool:
        """Take care of a message. True where the runner has closed it already."""
        actor = message.actor
        body = without_fallback(message.body)
        found = self._strays.address(body, private=actor.private, mentions_bot=message.mentions_bot)
        meaning = self._registry.resolve(found.text) if found else None
        secret = self._strays.secret_in(message, meaning)
        if secret is not None and not actor.private:
            await self._strays.warn(message, secret)
            return False
        word = _word(found.text if found else body)
        counts = found is not None or self._is_waited_for(message, word)
        if not await self._admission.admits(message, found, counts=counts):
            if secret is not None:  # it is not read, and does not stay either
                await self._intake.remove(actor.room, message.event_id)
            return False
        if not actor.pinned and not await self._admission.unknown_may(message, found, meaning):
            if secret is not None:
                await self._intake.remove(actor.room, message.event_id)
            if found is not None:
                await self._admission.tell_standing(message)
            return False
        if await self._answered(message, found, meaning, word):
            return False
        if found is None or meaning is None:
            return False
        return await self._meant(message, found, meaning)

    async def _answered(
        self, message: Message, found: Address | None, meaning: Resolved | None, word: str
    ) -> bool:
        """Take it as an answer to something that was asked. False where it is none."""
        actor = message.actor
        in_its_thread = found is None and self._questions.fits(message)  # where "no" is an answer
        if not in_its_thread and self._decides(message, word):
            await self._runner.decide(message, word)
            return True
        if self._confirmations.awaits_another(actor.user, actor.room, word):
            await self._runner.approve(message, word)
            return True
        body = without_fallback(message.body)
        said = (found.text if found and actor.private else body).strip()
        if not self._is_answer(message, found, meaning, said):
            return False
        run = await self._questions.take(message, said)
        if run is not None:
            await self._runner.go_on(run)
        return True

    def _is_answer(
        self, message: Message, found: Address | None, meaning: Resolved | None, said: str
    ) -> bool:
        """Whether it answers what a command still has to know, and is no command itself."""
        if not self._questions.fits(message):
            return False
        if not message.actor.private:
            return found is None
        if self._connections.waiting(message.actor.user) is not None:
            return False
        if self._registry.looks_like_secret(said) is not None:
            return False  # it was pasted to connect, and goes nowhere else
        return isinstance(meaning, Unknown) or self._questions.is_choice(message, said)

    def _decides(self, message: Message, word: str) -> bool:
        """Whether it is about the command that waits for a "yes": it is about what came last."""
        actor = message.actor
        asked = self._confirmations.asked(actor.user, actor.room)
        offered = self._connections.parking.offered_at(actor) if actor.private else 0
        return asked > 0 and asked >= offered and self._confirmations.is_answer(message, word)

    def _is_waited_for(self, message: Message, word: str) -> bool:
        """Whether a text without any address will be taken as an answer."""
        actor = message.actor
        return (
            self._questions.fits(message)
            or self._decides(message, word)
            or self._confirmations.awaits_another(actor.user, actor.room, word)
        )

    async def _meant(
        self,
        message: Message,
        found: Address,
        meaning: Resolved,
    ) -> bool:
        actor = message.actor
        match meaning:
            case Invocation():
                return await self._command(message, meaning)
            case FlowStart(service, flow):
                await self._direct.begin(message, service, flow)
            case FlowAnswer():
                await self._direct.flow_answer(message, meaning)
            case Unknown():
                if actor.private and await self._direct.word(message, found.text):
                    return False
                if found.certain or meaning.close:
                    prefix = "" if actor.private else self._prefix
                    await self._answers.answer(message, not_understood(meaning, prefix))
        return False

    async def _command(self, message: Message, said: Invocation) -> bool:
        actor, service = message.actor, said.service
        own = said.command if service is None else None
        if not (verdict := may(actor, own, self._access)):
            await self._answers.answer(message, marked(verdict.reason))
            return False
        if service and not await self._admission.asks_within_limits(message, service):
            return False
        text, to_direct = redirected(said.text)
        shows = service is not None or said.command.name in _PERSONAL
        if shows and not actor.private and await self._is_open(actor.room):
            if not to_direct:
                await self._answers.answer(message, say(notices.OPEN_ROOM), interim="open")
            to_direct = True
        invocation = Invocation(service, said.command, text)
        return await self._runner.run(message, invocation, to_direct=to_direct)

    async def _is_open(self, room: str) -> bool:
        try:
            return await self._rooms.is_open(room)
        except ActasError as error:  # nobody says, so nothing is shown there
            log.warning("room.unknown", room=room, error=str(error))
            return True


def _word(text: str) -> str:
    return " ".join(text.split()).casefold()
