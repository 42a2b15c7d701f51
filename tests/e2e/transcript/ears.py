"""What the bot has said and where, in its order, with all that became of it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final, TypeVar

from sandbox.person import Person
from sandbox.timeline import Message

Found = TypeVar("Found")

PATIENCE: Final = 20.0  # seconds; only what is never said takes so long


@dataclass(slots=True)
class Heard:
    """A message of the bot. ``texts`` are what it has said so far, the last one now.

    ``shown`` is how many of them the file is past; 0: the message is not in the file yet.
    """

    message: Message
    texts: list[str]
    shown: int = 0


@dataclass(slots=True)
class Ears:
    """Hears ``bot`` wherever somebody is who is :meth:`given <follow>`.

    ``heard`` are its messages by room, and ``removed`` the events that are gone. A room is heard by
    the first of its people only; what cannot be read is heard once it can.
    """

    bot: str
    heard: dict[str, list[Heard]] = field(default_factory=dict)
    removed: set[str] = field(default_factory=set)
    _listeners: dict[str, Person] = field(default_factory=dict)
    _news: asyncio.Event = field(default_factory=asyncio.Event)

    def follow(self, person: Person) -> None:
        """Hear what this person hears."""
        person.timeline.listeners.append(lambda message: self._on_message(person, message))

    def listener(self, room: str) -> Person:
        """Whose ears these are in a room."""
        return self._listeners[room]

    def unheard(self) -> list[Heard]:
        """What the bot has said and the file has not."""
        return [h for heard in self.heard.values() for h in heard if h.shown < len(h.texts)]

    async def until(self, find: Callable[[], Found | None]) -> Found | None:
        """What ``find`` finds, as soon as it finds something; None if it never does."""
        try:
            async with asyncio.timeout(PATIENCE):
                while (found := find()) is None:
                    self._news.clear()
                    await self._news.wait()
                return found
        except TimeoutError:
            return find()

    def _on_message(self, person: Person, message: Message) -> None:
        if self._listeners.setdefault(message.room, person) is not person or message.unreadable:
            return
        if message.redacted:
            self.removed.add(message.event_id)
        elif message.sender == self.bot:
            self._hear(message)
        self._news.set()

    def _hear(self, message: Message) -> None:
        heard = self.heard.setdefault(message.room, [])
        for known in heard:
            if known.message.event_id == message.event_id:
                known.texts.append(message.body)
                return
        heard.append(Heard(message, [message.body]))
