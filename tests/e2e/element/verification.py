"""Comparing emoji."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


class Phase(StrEnum):
    """How far a verification has come, in the SDK's words."""

    UNSENT = "Unsent"
    REQUESTED = "Requested"
    READY = "Ready"
    STARTED = "Started"
    CANCELLED = "Cancelled"
    DONE = "Done"


@dataclass(slots=True)
class Verification:
    """One verification, from the request to its end.

    ``do`` and ``until`` are those of the Element that it belongs to. ``cancelled`` is the code of
    the spec, ``m.mismatched_sas`` for instance, where the phase is ``CANCELLED``.
    """

    number: int
    do: Callable[..., Awaitable[Any]] = field(repr=False)
    until: Callable[..., Awaitable[None]] = field(repr=False)
    user: str = ""
    device: str = ""
    room: str = ""
    ours: bool = False
    phase: Phase = Phase.UNSENT
    cancelled: str = ""
    shown: Sequence[str] = ()

    async def reaches(self, *phases: Phase) -> Phase:
        """Wait until it is in one of these phases, and return which.

        After ``DONE`` the client still signs: :meth:`Element.sees_verified` waits for that.
        """
        await self.until(lambda: self.phase in phases, f"verification in {phases}: {self}")
        return self.phase

    async def emoji(self) -> Sequence[str]:
        """Wait for the emoji and return their seven names, ``"Dog"`` for instance."""
        await self.until(lambda: self.shown, f"emoji: {self}")
        return self.shown

    async def accept(self) -> None:
        """Accept somebody's request."""
        await self.do("acceptVerification", number=self.number)

    async def start(self) -> None:
        """Begin to compare emoji, once both are ready."""
        await self.do("startVerification", number=self.number)

    async def confirm(self) -> None:
        """Say that the emoji are the same."""
        await self.do("confirm", number=self.number)

    async def mismatch(self) -> None:
        """Say that the emoji differ."""
        await self.do("mismatch", number=self.number)

    def take(self, *, phase: str, emoji: Sequence[Sequence[str]], **more: Any) -> None:
        """Note what the client tells about it."""
        self.phase, self.shown = Phase(phase), [name for _, name in emoji]
        for name, value in more.items():
            setattr(self, name, value)
