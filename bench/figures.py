"""What was measured: samples of rounds, and the figures that come of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from statistics import median, quantiles

from bench.contender import FLOOR, NAMES


@dataclass(slots=True)
class Figure:
    """One line of the table: for each contender a value per round, in ``unit``.

    ``aim`` is the most that the bot's median should be; ``digits`` are shown after the point.
    """

    title: str
    unit: str
    aim: float | None = None
    digits: int = 0
    rounds: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))

    def add(self, name: str, value: float) -> None:
        """One contender's value of one more round."""
        self.rounds[name].append(value)

    def of(self, name: str) -> float | None:
        """A contender's median over the rounds, None where it was not measured."""
        return median(self.rounds[name]) if self.rounds.get(name) else None

    def spread(self, name: str) -> tuple[float, float]:
        """A contender's lowest and highest round."""
        return min(self.rounds[name]), max(self.rounds[name])

    def to_floor(self, title: str, aim: float | None = None) -> Figure:
        """Each round's value divided by the floor's of that round: shared noise drops out."""
        ratio = Figure(title, "×", aim, digits=2)
        for name in NAMES:
            pairs = zip(self.rounds.get(name, ()), self.rounds[FLOOR], strict=False)
            ratio.rounds[name] = [value / floor for value, floor in pairs]
        return ratio


def p50(samples: Sequence[float]) -> float:
    """The median."""
    return median(samples)


def p95(samples: Sequence[float]) -> float:
    """The value that 95 % of the samples do not exceed."""
    return quantiles(samples, n=20, method="inclusive")[-1]


def ms(samples: Iterable[float]) -> list[float]:
    """Seconds as milliseconds."""
    return [sample * 1000 for sample in samples]
