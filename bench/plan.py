"""How much is measured."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Plan:
    """Sizes of one run.

    ``few`` and ``many`` are the rooms that a bot is in when it is restarted, ``starts`` times.
    ``crowd`` is the number of askers, and of commands in flight. In each round ``quiet`` commands
    are said one at a time; under load everybody says ``each``, and ``each_together`` when all sit
    in one room. One user says ``flood`` commands at once, in ``flood_rounds``. ``limit`` is in
    seconds: a run that takes longer gives up.
    """

    few: int
    many: int
    crowd: int
    quiet_rounds: int
    quiet: int
    load_rounds: int
    each: int
    each_together: int
    flood: int
    flood_rounds: int
    starts: int
    limit: float


FULL: Final = Plan(
    few=10,
    many=300,
    crowd=16,
    quiet_rounds=5,
    quiet=20,
    load_rounds=3,
    each=6,
    each_together=2,
    flood=200,
    flood_rounds=3,
    starts=5,
    limit=1200,
)
QUICK: Final = Plan(
    few=3,
    many=30,
    crowd=8,
    quiet_rounds=2,
    quiet=8,
    load_rounds=1,
    each=4,
    each_together=2,
    flood=50,
    flood_rounds=1,
    starts=1,
    limit=300,
)
