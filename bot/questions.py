"""What commands still have to know before they can run, asked in their thread."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from typing import Final

from bot.answers import Answers
from bot.clock import now
from bot.connections import Connections
from bot.model import Message, Place
from bot.plugin import Question
from bot.recent import Recent
from bot.reply import Line, Mono, Reply, line, numbered, say, spelled
from bot.run import Run
from bot.secret import Secret

_FOR: Final = 10 * 60 * 1000  # ms
_LISTED: Final = 50  # choices; a longer list is no help

GoOn = Callable[[Run], Awaitable[object]]


@dataclass(frozen=True, slots=True)
class _Open:
    run: Run
    question: Question
    until: int


class Questions:
    """At most one of a user in a room, as they can say only one thing at a time there."""

    def __init__(self, answers: Answers, connections: Connections) -> None:
        self._answers, self._connections = answers, connections
        self._open: Recent[tuple[str, str], _Open] = Recent()

    async def put(self, run: Run, question: Question, go_on: GoOn) -> None:
        """Ask. ``go_on`` has the run go on after the answer to a secret question."""
        message = run.message
        if not message.actor.private:
            message = run.message = replace(message, thread=message.thread or message.event_id)
        if question.secret:
            await self._put_secret(run, question, go_on)
            return
        asked, service = _asked(question, run), run.service_name
        if run.to_direct and not message.actor.private:  # its choices are not for the room
            there = line("Say the command here, and I ask you here.")
            elsewhere = Reply((*question.prompt.blocks, there))
            await self._answers.answer(message, elsewhere, service=service, to_direct=True)
            return
        if await self._answers.answer(message, asked, service=service, interim="question"):
            key = (message.actor.user, message.actor.room)
            self._open[key] = _Open(run, question, now() + _FOR)

    def waits(self, user: str, room: str) -> bool:
        """Whether an answer of the user's is waited for there."""
        found = self._open.get((user, room))
        return found is not None and found.until > now()

    def fits(self, message: Message) -> bool:
        """Whether a text without any address stands where an answer is waited for."""
        actor = message.actor
        if not self.waits(actor.user, actor.room):
            return False
        found = self._open[actor.user, actor.room]
        same = found.run.message.actor.identity == actor.identity
        return same and (actor.private or message.thread == found.run.message.thread)

    def is_choice(self, message: Message, text: str) -> bool:
        """Whether it is one of the choices, whatever else it may mean."""
        found = self._open.get((message.actor.user, message.actor.room))
        return found is not None and _chosen(found.question, text) is not None

    async def take(self, message: Message, text: str) -> Run | None:
        """Take an answer; the command that can go on, or None where it cannot."""
        key = (message.actor.user, message.actor.room)
        found = self._open.pop(key)
        run, question = found.run, found.question
        if text.casefold() == "cancel":
            await self._answers.answer(message, say("Dropped."))
            return None
        answer = _chosen(question, text) if question.choices else text
        if not answer:
            self._open[key] = found
            again = say("That is none of the choices.") if question.choices else say("Again:")
            reply = Reply((*again.blocks, *_asked(question, run).blocks))
            service = run.service_name
            await self._answers.answer(message, reply, service=service, interim="question")
            return None
        run.answers[question.name], run.place = answer, message.place
        run.since = max(run.since, message.ts)
        return run

    def drop(self, user: str, room: str) -> bool:
        """Ask no more there. True where something was asked."""
        return self._open.pop((user, room), None) is not None

    async def _put_secret(self, run: Run, question: Question, go_on: GoOn) -> None:
        message = run.message

        async def answered(secret: Secret, place: Place | None) -> None:
            run.answers[question.name], run.place = secret, place
            await go_on(run)

        prompt = spelled(question.prompt, "", run.service_name)
        asked = Reply((line("For ", Mono(run.shown), ":"), *prompt.blocks))
        elsewhere = await self._connections.ask(message, asked, answered, what=question.name)
        await self._answers.answer(message, elsewhere, interim="question")


def _asked(question: Question, run: Run) -> Reply:
    blocks = list(question.prompt.blocks)
    if question.choices:
        shown: list[Line] = [line(Mono(choice)) for choice in question.choices[:_LISTED]]
        blocks.append(numbered(shown))
        rest = len(question.choices) - _LISTED
        if rest > 0:
            blocks.append(line(f"{rest} more can be typed."))
    where = "here" if run.message.actor.private else "in this thread"
    blocks.append(line(f"Answer {where}, or say ", Mono("cancel"), "."))
    return Reply(tuple(blocks))


def _chosen(question: Question, text: str) -> str | None:
    """The choice that ``text`` is, in any case, or by its number in the list."""
    for choice in question.choices:
        if choice == text:
            return choice
    for choice in question.choices:
        if choice.casefold() == text.casefold():
            return choice
    if text.isdecimal() and 1 <= int(text[:9]) <= len(question.choices):
        return question.choices[int(text[:9]) - 1]
    return None
