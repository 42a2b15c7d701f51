"""The way of a message through the bot: what it means, who may say it, who takes care of it.

Everything that arrives comes through :meth:`Dispatch.deliver`; one user's messages in one room are
taken one after the other, everybody else's side by side.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any, Final

import structlog

from bot import notices
from bot.accounts import Accounts
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
from bot.confirmations import CHOICES, Confirmations
from bot.connections import Connections
from bot.doorman import Doorman
from bot.errors import ActasError, StorageError, UserError
from bot.following import Followers
from bot.intake import Intake, whose
from bot.journal import Journal, Outgoing, Unfinished
from bot.lanes import Job, Lanes
from bot.matrix.client import MatrixError
from bot.matrix.inbox import Inbox, Invite, Item, Joined, Late, Verifying, Waiting, Withheld
from bot.matrix.outbound import transaction_id
from bot.matrix.render import notice, render
from bot.matrix.rooms import Rooms
from bot.matrix.verification import Verifications
from bot.model import Actor, Message, Standing, Stray
from bot.pace import Pace, Throttle
from bot.plugin import Flow, Service
from bot.policy import Access, Verdict, may
from bot.prose import counted
from bot.questions import Questions
from bot.reply import Mono, Reply, marked, say
from bot.runner import Runner
from bot.secret import Secret
from bot.strays import Strays
from bot.wording import explain

_UNKNOWN_MAY_SAY: Final = ("help", "connect", "verify")  # who is not who the bot knows

_PERSONAL: Final = ("accounts", "history")  # the bot's own commands that show what is somebody's

log = structlog.get_logger()


class Dispatch:
    """Takes care of what arrives."""

    def __init__(
        self,
        *,
        prefix: str,
        access: Access,
        accounts: Accounts,
        registry: Registry,
        answers: Answers,
        connections: Connections,
        doorman: Doorman,
        inbox: Inbox,
        intake: Intake,
        journal: Journal,
        lanes: Lanes,
        questions: Questions,
        rooms: Rooms,
        runner: Runner,
        strays: Strays,
        throttle: Throttle,
        throttles: Mapping[str, Throttle],
        confirmations: Confirmations,
        followers: Followers,
        verifications: Verifications,
        max_age: int,
    ) -> None:
        self._prefix, self._access, self._strays = prefix, access, strays
        self._registry, self._answers, self._connections = registry, answers, connections
        self._doorman, self._inbox, self._intake, self._journal = doorman, inbox, intake, journal
        self._lanes, self._rooms, self._runner, self._throttle = lanes, rooms, runner, throttle
        self._accounts, self._verifications = accounts, verifications
        self._questions, self._confirmations = questions, confirmations
        self._throttles, self._followers = throttles, followers
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
        await self._followers.recover(self._may_speak, left.keys() | again)
        for each in left.values():
            self._put((each.user, each.room), partial(self._report, each))
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
                pace = self._throttle.take(item.user, now())
                if self._strays.knows(item.user) and pace is Pace.GO:
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
        if not await self._admitted(message, found, word):
            if secret is not None:  # it is not read, and does not stay either
                await self._intake.remove(actor.room, message.event_id)
            return False
        if not actor.pinned and not await self._may_unpinned(message, found, meaning):
            if secret is not None:
                await self._intake.remove(actor.room, message.event_id)
            if found is not None:
                await self._tell_standing(message)
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
        if self._decides(message, word):
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
                await self._begin(message, service, flow)
            case FlowAnswer():
                await self._flow_answer(message, meaning)
            case Unknown():
                if actor.private and await self._private_word(message, found.text):
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
        if service is not None and (limit := self._throttles.get(service.name)) is not None:
            pace = limit.take(actor.user, now())
            if pace is not Pace.GO:
                if pace is Pace.SAY_SO:
                    await self._answers.answer(message, _too_much(limit, actor.user, service.title))
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

    async def _begin(
        self, message: Message, service: Service[Any], flow: Flow, first: Secret | None = None
    ) -> None:
        try:
            there = await self._connections.begin(message, service, flow, first)
        except UserError as error:
            there = explain(error)
        await self._answers.answer(message, there)

    async def _flow_answer(self, message: Message, said: FlowAnswer) -> None:
        """``t auth 748256``, ``jenkins set auth user:token``: an answer, or the start of a flow."""
        service, flow = said.service, said.flow
        waiting = self._connections.waiting(message.actor.user)
        if waiting is not None and waiting[0].service == service.name:
            await self._connections.answer(message, said.secret)
        elif not flow.self_starting:
            start = " ".join((service.name, *flow.start[:1])) if flow.start else "connect"
            text = say("There is nothing to answer at the moment. Say ", Mono(start), " first.")
            await self._intake.remove(message.actor.room, message.event_id)
            await self._answers.answer(message, text)
        elif not await self._intake.accepts(message):
            await self._intake.refuse(message, flow)
        else:
            if not await self._intake.remove(message.actor.room, message.event_id):
                hint = say("I may not remove your message with the secret: please delete it.")
                await self._answers.answer(message, hint)
            await self._begin(message, service, flow, said.secret)

    async def _private_word(self, message: Message, text: str) -> bool:
        """A text in the direct message that is no command. True where it was understood."""
        user, word = message.actor.user, text.strip()
        waiting = self._connections.waiting(user)
        if word.casefold() == "cancel":
            ended = await self._connections.cancel(user)
            dropped = self._connections.parking.drop(user)
            dropped = self._questions.drop(user, message.actor.room) or dropped
            what = "Cancelled." if ended or dropped else "There is nothing to cancel."
            await self._answers.answer(message, say(what))
            return True
        if waiting is not None:
            await self._connections.answer(message, Secret(message.body.strip()))  # as typed
            return True
        if await self._parked_choice(message, word.casefold()):
            return True
        secret = self._registry.looks_like_secret(text)
        if secret is not None and secret[1].self_starting:
            await self._flow_answer(message, FlowAnswer(*secret, Secret(word)))
            return True
        return False

    async def _parked_choice(self, message: Message, word: str) -> bool:
        """``yes``, ``yes 2`` or ``no`` to commands that waited for a connection."""
        actor, parking = message.actor, self._connections.parking
        choice, _, number = word.partition(" ")
        if choice not in CHOICES or (number and not number.isdecimal()):
            return False
        if not parking.waiting(actor):
            return False
        if not CHOICES[choice]:
            parking.drop(actor.user)
            await self._answers.answer(message, say("Dropped."))
            return True
        certain = parking.certain(actor, message.place)
        parked = parking.take(actor, int(number) if number else None, certain=certain)
        if parked is None:
            again = parking.offer(actor, message.place, certain=certain)
            await self._answers.answer(message, again)
        else:
            self._connections.resume(parked, message.ts)
        return True

    # ------------------------------------------------------------------ who may
    def _may_speak(self, actor: Actor) -> Verdict:
        return may(actor, None, self._access)

    async def _admitted(self, message: Message, found: Address | None, word: str) -> bool:
        actor = message.actor
        verdict = self._may_speak(actor)
        if not verdict:
            if (
                found is not None
                and found.certain
                and self._strays.once(actor.user, actor.room, "access")
            ):
                await self._answers.answer(message, marked(verdict.reason))
            return False
        if found is None and not self._is_waited_for(message, word):
            return True
        pace = self._throttle.take(actor.user, now())
        if pace is Pace.SAY_SO:
            await self._answers.answer(message, _too_much(self._throttle, actor.user))
        return pace is Pace.GO

    async def _may_unpinned(self, message: Message, found: Address | None, meaning: object) -> bool:
        """A changed identity may connect again, in the direct message, and little else."""
        if not message.actor.private or found is None:
            return False
        if isinstance(meaning, Invocation):
            return meaning.service is None and meaning.command.name in _UNKNOWN_MAY_SAY
        if await self._accounts.standing(message.actor) is not Standing.CHANGED:
            return False
        match meaning:
            case FlowStart() | FlowAnswer():
                return True
        return (
            found.text.strip().casefold() == "cancel"
            or self._connections.waiting(message.actor.user) is not None
            or self._registry.looks_like_secret(found.text) is not None
        )

    async def _tell_standing(self, message: Message) -> None:
        """Tell it in the direct message: each time there, once in ten minutes from elsewhere."""
        actor = message.actor
        standing = await self._accounts.standing(actor)
        told = actor.private or self._strays.once(actor.user, actor.room, standing.name)
        if standing in notices.STANDINGS and told:
            room = actor.room if actor.private else await self._rooms.direct(actor.user)
            await self._answers.fixed(room, notices.STANDINGS[standing], about=message.event_id)

    # ------------------------------------------------------------------ after a downtime
    async def _report(self, left: Unfinished) -> None:
        """Send an answer that was not sent, or say that a command was cut off (P5, P6)."""
        outgoing = left.answer
        if outgoing is None:
            what = Mono(" ".join(filter(None, (left.service, left.command))))
            reply = say(
                "I was stopped while I ran ",
                what,
                ". It may have been carried out: look before you repeat it.",
            )
            content = notice(render(reply), reply_to=left.event_id, mention=left.user)
            outgoing = Outgoing(left.room, content, transaction_id(left.event_id, "answer"))
            await self._journal.settle(left.event_id, left.user, "interrupted", outgoing)
        try:
            event_id = await self._answers.send(outgoing)
            await self._followers.begin(left.event_id, outgoing.replaces or event_id)
        except ActasError as error:
            log.error("answer.not_sent", room=left.room, error=str(error))
            if not (isinstance(error, MatrixError) and 400 <= error.status < 500):
                return  # the homeserver was away; a refusal (we are out of the room) is final
            await self._followers.drop(left.event_id)
        await self._journal.close([left.event_id])


def _word(text: str) -> str:
    return " ".join(text.split()).casefold()


def _too_much(throttle: Throttle, user: str, title: str = "") -> Reply:
    for_whom = f" for {title}" if title else ""
    most, again = throttle.per_minute, throttle.opens_in(user, now())
    return say(
        f"That is more than {counted(most, 'command')}{for_whom} in a minute. "
        f"Say it again in {again} s."
    )
