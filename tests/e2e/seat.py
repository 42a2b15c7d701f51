"""Somebody's place in a room with the bot: what they say there, and what the bot says."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sandbox.bot import Bot
from sandbox.person import Person
from sandbox.timeline import Message, Wanted
from tests.e2e.element import Element


@dataclass(frozen=True, slots=True)
class Seat:
    """``who`` is in ``room`` with ``bot``."""

    who: Person | Element
    bot: Bot
    room: str

    @property
    def position(self) -> int:
        """Where the person's timeline stands now, for ``after=``."""
        return self.who.position

    async def says(self, text: str, **how: Any) -> str:
        """Say something, ``how`` being that of :meth:`Person.say`; return its event id."""
        return await self.who.say(self.room, text, **how)

    async def asks(self, text: str, wanted: Wanted = "", **how: Any) -> Message:
        """Say something and return the bot's answer to exactly that, as it is when ``wanted``."""
        position = self.position
        event_id = await self.says(text, **how)
        return await self.answered(event_id, wanted, after=position)

    async def answered(self, event_id: str, wanted: Wanted = "", *, after: int) -> Message:
        """Wait for the bot's answer to an event in this room: it says itself what it answers."""
        return await self.hears(_answers(event_id, wanted), after=after)

    async def hears(self, wanted: Wanted = "", *, after: int) -> Message:
        """Wait for something that the bot says here after a position."""
        return await self.who.sees(wanted, after=after, room=self.room, sender=self.bot.user)

    async def sees_removed(self, event_id: str, *, after: int) -> Message:
        """Wait until an own message is gone from the room."""
        return await self.who.sees(
            lambda message: message.event_id == event_id and message.redacted,
            after=after,
            room=self.room,
        )

    async def settles(self) -> None:
        """Wait until the bot has taken care of all that this person has said here so far.

        It takes one person's messages in one room in their order, so a question that is answered
        comes after everything else.
        """
        await self.asks("!help accounts", "accounts")

    def heard(self, *, after: int) -> list[str]:
        """What the bot has said or changed here after a position, in order."""
        said = self.who.timeline.since(after)
        return [m.body for m in said if m.room == self.room and m.sender == self.bot.user]


def _answers(event_id: str, wanted: Wanted) -> Wanted:
    def fits(message: Message) -> bool:
        if message.reply_to != event_id:
            return False
        if isinstance(wanted, str):
            return wanted.lower() in message.body.lower()
        return wanted(message)

    return fits
