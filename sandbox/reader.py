"""Somebody who reads what is said."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Final, Generic, TypeVar, cast

from sandbox.timeline import Message, NotSeen, Timeline, Wanted

PATIENCE: Final = 20.0  # seconds; a loaded machine is slow, a wrong answer is wrong at once

MessageT = TypeVar("MessageT", bound=Message)
"""What the reader's client makes of messages."""


class Reader(ABC, Generic[MessageT]):
    """Base of people at whatever client, whose ``timeline`` it fills."""

    def __init__(self) -> None:
        self.timeline = Timeline()

    @abstractmethod
    def fault(self) -> BaseException | None:
        """What ended the client, if something did."""

    @property
    def position(self) -> int:
        """Where the timeline stands now, for ``after=`` of :meth:`sees`."""
        return self.timeline.position

    async def sees(
        self,
        wanted: Wanted = "",
        *,
        after: int,
        room: str | None = None,
        sender: str | None = None,
        patience: float = PATIENCE,
    ) -> MessageT:
        """Wait for a message that is new or changed after a position, and return it.

        Raises:
            NotSeen: none came in time.
        """

        def fits(message: Message) -> bool:
            if room not in {None, message.room} or sender not in {None, message.sender}:
                return False
            if isinstance(wanted, str):
                return wanted.lower() in message.body.lower()
            return wanted(message)

        what = f"message like {wanted!r}" if isinstance(wanted, str) else "message as wanted"
        try:
            found = await self.timeline.wait(fits, after=after, patience=patience, what=what)
        except NotSeen as not_seen:
            raise (self.fault() or not_seen) from None
        return cast(MessageT, found)
