"""The question whether a command is meant, and whose word lets it run.

A homeserver can hold back what somebody said, to another question, and bring it later. So a word
counts only if it has certainly come after the command, as it was said; otherwise it needs a code
that nobody knew before. Another person's word always does.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from secrets import randbelow
from typing import Final

from bot.answers import Answers
from bot.clock import now
from bot.connections import Connections
from bot.model import Message, follows
from bot.recent import Recent
from bot.reply import EMPTY, Block, Mono, Reply, Strong, line, say
from bot.run import Run

CHOICES: Final = {"yes": True, "y": True, "no": False, "n": False}
APPROVE: Final = "approve"
_CONFIRM_FOR: Final = 2 * 60 * 1000  # ms
_APPROVE_FOR: Final = 10 * 60 * 1000  # ms; somebody else has to come by


@dataclass(frozen=True, slots=True)
class Pending:
    """A command that waits for somebody's word, and the account that it was asked about.

    ``coded`` is the word that nobody can have said before it was asked for; ``by_another`` tells
    that it is another person's.
    """

    run: Run
    account: str
    asked: int
    until: int
    coded: str | None = None
    by_another: bool = False


class Confirmations:
    """At most one of a user in a room: a new command takes the place of one that waits."""

    def __init__(self, answers: Answers, connections: Connections) -> None:
        self._answers, self._connections = answers, connections
        self._pending: Recent[tuple[str, str], Pending] = Recent()

    async def ask(self, run: Run, *, by_another: bool) -> None:
        """Show exactly what would be run, and as whom."""
        actor = run.message.actor
        coded = None
        if by_another:
            coded = _new_code(APPROVE)
        elif run.resumed or (run.place is None and run.message.place is not None):
            coded = _new_code("yes")
        if actor.private:
            self._connections.parking.withdraw(actor)
        name = run.service_name
        if run.to_direct and run.preview.blocks:  # it shows what is not for the room
            if not await self._answers.answer(
                run.message, run.preview, service=name, to_direct=True, interim="preview"
            ):  # nobody can mean what they have not seen
                unseen = say("I could not show you in our direct message what that would do.")
                await self._answers.answer(run.message, unseen)
                return
            run.preview = EMPTY
        asked = _question(run, coded, by_another=by_another)
        before = self._pending.get((actor.user, actor.room))
        if before is not None and before.by_another and before.until > now():
            instead = line("It takes the place of ", Mono(before.run.shown), ", which is dropped.")
            asked = Reply((*asked.blocks, instead))
        if await self._answers.answer(run.message, asked, service=name, interim="question"):
            account, run.credential = run.account, None  # nothing is kept open meanwhile
            for_ms = _APPROVE_FOR if by_another else _CONFIRM_FOR
            self._pending[actor.user, actor.room] = Pending(
                run, account, now(), now() + for_ms, coded, by_another
            )

    def replace(self, user: str, room: str) -> None:
        """Another command is said there: a "yes" is not about the one that waited any more.

        What waits for somebody else goes on waiting: its code says what it is about.
        """
        pending = self._pending.get((user, room))
        if pending is not None and not pending.by_another:
            del self._pending[user, room]

    def asked(self, user: str, room: str) -> int:
        """When a command of the user's began to wait there (ms); 0 if none waits."""
        pending = self._pending.get((user, room))
        return pending.asked if pending is not None and pending.until > now() else 0

    def is_answer(self, message: Message, word: str) -> bool:
        """Whether ``word`` answers the user's own command that waits there."""
        actor = message.actor
        pending = self._pending.get((actor.user, actor.room))
        if pending is None or any(p.coded == word for p in self._of_others(actor.user, actor.room)):
            return False
        mine = word in CHOICES or word == pending.coded
        return mine or (pending.by_another and _is_approval(word))

    async def take(self, message: Message, word: str) -> Pending | None:
        """The user's own word; what it lets run, or None where it does not."""
        key = (message.actor.user, message.actor.room)
        pending = self._pending.pop(key)
        if CHOICES.get(word) is False:
            await self._answers.answer(message, say("Dropped."))
            return None
        if pending.by_another:
            self._pending[key] = pending
            who = say("Somebody else in this room has to say ", Mono(pending.coded or APPROVE), ".")
            await self._answers.answer(message, who, interim="code")
            return None
        run = pending.run
        at_once = word in CHOICES and not run.resumed and follows(message.place, run.place)
        if word != pending.coded and not at_once:
            if pending.coded and word in CHOICES:
                self._pending[key] = pending
                needs = say("This one needs its code: say ", Mono(pending.coded), ".")
                await self._answers.answer(message, needs, interim="code")
                return None
            coded = _new_code("yes")
            self._pending[key] = replace(pending, coded=coded)
            await self._answers.answer(message, _uncertain(coded, run.shown), interim="code")
            return None
        return pending

    # ------------------------------------------------------------------ another person
    def awaits_another(self, user: str, room: str, word: str) -> bool:
        """Whether ``word`` may be ``user``'s approval of somebody else's command there."""
        return _is_approval(word) and bool(self._of_others(user, room))

    async def take_approval(self, message: Message, word: str) -> Pending | None:
        """Another person's word; the command that it lets run, or None where it does not."""
        actor = message.actor
        waiting = self._of_others(actor.user, actor.room)
        for pending in waiting:
            if pending.coded == word:
                del self._pending[pending.run.message.actor.user, actor.room]
                return pending
        each = [
            line("Say ", Mono(p.coded or ""), " to let ", Strong(p.run.message.actor.user), " run ",
                 Mono(p.run.shown), ".")
            for p in waiting
        ]  # fmt: skip
        await self._answers.answer(message, Reply(tuple(each)), interim="code")
        return None

    def _of_others(self, user: str, room: str) -> list[Pending]:
        return [
            pending
            for (whose, where), pending in self._pending.items()
            if where == room and whose != user and pending.by_another and pending.until > now()
        ]


def _question(run: Run, coded: str | None, *, by_another: bool) -> Reply:
    as_whom = (" as ", Strong(run.account)) if run.account else ()
    blocks: list[Block] = [line("This will run ", Mono(run.shown), *as_whom, ".")]
    blocks += run.preview.blocks
    word, no = Mono(coded or "yes"), Mono("no")
    if by_another:
        parts = ("Somebody else here has to let it run: they say ", word, " within ten minutes.")
        blocks += [line(*parts), line("Say ", no, " to drop it.")]
    else:
        blocks.append(line("Say ", word, " within two minutes to run it, or ", no, "."))
    return Reply(tuple(blocks))


def _is_approval(word: str) -> bool:
    return word.partition(" ")[0] == APPROVE


def _new_code(word: str) -> str:
    return f"{word} {randbelow(9000) + 1000}"


def _uncertain(coded: str, shown: str) -> Reply:
    """Ask for a "yes" that no homeserver can have held back: it has not been said before."""
    return say(
        "I cannot tell that you said that after I had asked: you may be at another device, or your "
        "homeserver has held it back. Say ",
        Mono(coded),
        " to run ",
        Mono(shown),
        ".",
    )
