"""Commands that wait until their user has connected, each under a number of its own."""

from __future__ import annotations

import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from typing import Final

from bot.clock import now
from bot.model import Actor, Place, follows
from bot.plugin import Effect
from bot.recent import Recent
from bot.reply import Mono, Reply, bullets, line, say

_FOR: Final = 10 * 60 * 1000  # ms
_MOST: Final = 5  # commands of one user
_UNGUESSED: Final = 1_000  # the least of the numbers that nobody knows before they are shown

Resume = Callable[[int], Awaitable[None]]
"""Runs exactly what was parked. It is given the server's time (ms) of what set it going: no "yes"
from before that is for a question of the command's. It does not raise."""


@dataclass(frozen=True, slots=True)
class Parked:
    """A command that waits. ``text`` is what will be run, as it may be shown."""

    actor: Actor
    service: str
    text: str
    effect: Effect
    resume: Resume
    number: int
    until: int


@dataclass(slots=True)
class _Shelf:
    """One identity's. ``offered``: the numbers that were shown last, when (ms), and ``after`` what.

    ``last`` is the highest number that was given: none is given twice while something waits.
    """

    parked: list[Parked] = field(default_factory=list)
    last: int = 0
    offered: frozenset[int] = frozenset()
    offered_at: int = 0
    after: Place | None = None


class Parking:
    """What was parked under one identity is neither shown to another one nor run by it.

    A number means the command that it was shown with, whatever has been run, has expired or has
    come since.
    """

    def __init__(self) -> None:
        self._shelves: Recent[tuple[str, str], _Shelf] = Recent()

    def park(self, actor: Actor, service: str, text: str, effect: Effect, resume: Resume) -> None:
        """Keep a command for ten minutes."""
        shelf = self._shelf(actor)
        if not shelf.parked:
            shelf = self._shelves[actor.user, actor.identity] = _Shelf()
        shelf.last += 1
        parked = Parked(actor, service, text, effect, resume, shelf.last, now() + _FOR)
        shelf.parked = [*shelf.parked, parked][-_MOST:]

    def waiting(self, actor: Actor) -> list[Parked]:
        """The actor's commands that still wait, oldest first."""
        return self._shelf(actor).parked

    def take(self, actor: Actor, number: int | None, *, certain: bool = True) -> Parked | None:
        """Take out one of the commands that were offered last, by its number.

        None is the number of the only one that was offered. If it is not ``certain`` that it was
        said after the offer, only a number counts that could not be known before.
        """
        shelf = self._shelf(actor)
        if not certain and (number is None or number < _UNGUESSED):
            return None
        if number is None and len(shelf.offered) == 1:
            (number,) = shelf.offered
        if number not in shelf.offered:
            return None
        found = [p for p in shelf.parked if p.number == number]
        shelf.parked = [p for p in shelf.parked if p.number != number]
        return found[0] if found else None

    def take_safe(self, actor: Actor, service: str) -> list[Parked]:
        """Take out those of a service that change nothing before they have asked for a "yes"."""
        shelf = self._shelf(actor)
        mine = [p for p in shelf.parked if p.service == service]
        safe = [p for p in mine if p.effect is not Effect.WRITE]
        shelf.parked = [p for p in shelf.parked if p not in safe]
        return safe

    def drop(self, user: str) -> bool:
        """Forget everything of the user's, under any identity. True if anything waited."""
        mine = [self._shelves.pop(key) for key in list(self._shelves) if key[0] == user]
        return any(parked.until > now() for shelf in mine for parked in shelf.parked)

    def certain(self, actor: Actor, place: Place | None) -> bool:
        """Whether what stands at ``place`` was certainly said as an answer to the last offer."""
        return follows(place, self._shelf(actor).after)

    def withdraw(self, actor: Actor) -> None:
        """Something else is being asked: a ``yes`` is not about the last offer any more."""
        shelf = self._shelf(actor)
        shelf.offered, shelf.after = frozenset(), None

    def offer(self, actor: Actor, after: Place | None, *, certain: bool = True) -> Reply:
        """The commands that wait, to be answered with ``yes``: from now on it is about these.

        ``after`` is where the person's last word before it stands. ``certain`` is False if that was
        a ``yes`` that they may have said before the last offer: then the commands are given numbers
        that nobody knew.
        """
        shelf = self._shelf(actor)
        shelf.after = after if certain else None
        if not certain:
            numbers = random.SystemRandom().sample(range(_UNGUESSED, 10_000), len(shelf.parked))
            pairs = zip(shelf.parked, numbers, strict=True)
            shelf.parked = [replace(parked, number=number) for parked, number in pairs]
        shelf.offered = frozenset(p.number for p in shelf.parked)
        shelf.offered_at = now()
        yes, no = Mono("yes"), Mono("no")
        if len(shelf.parked) == 1 and certain:
            what = Mono(shelf.parked[0].text)
            return say("Shall I still run ", what, " as you? Say ", yes, " or ", no, ".")
        each = [line(Mono(f"yes {p.number}"), " runs ", Mono(p.text)) for p in shelf.parked]
        drop = line("Say ", no, " to drop them all.")
        return Reply((line("These commands wait for you:"), bullets(each), drop))

    def offered_at(self, actor: Actor) -> int:
        """When the actor was last offered something (ms), or 0."""
        return self._shelf(actor).offered_at

    def _shelf(self, actor: Actor) -> _Shelf:
        shelf = self._shelves.get((actor.user, actor.identity)) or _Shelf()
        shelf.parked = [p for p in shelf.parked if p.until > now()]
        return shelf
