"""What is seen before a command runs: it is shown, and goes into the command's own request."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from math import isfinite
from typing import Any

from bot.errors import Unavailable
from bot.services.http.data import MOST_TEXT, at
from bot.services.http.holes import seen_at


@dataclass(frozen=True, slots=True)
class Seen:
    """``text`` and ``also`` are what was made of the answer; ``values`` of it fill holes."""

    text: str = field(repr=False)
    also: tuple[str, ...] = field(repr=False)
    values: Mapping[str, Any] = field(repr=False)


def values_for(names: Iterable[str], answer: Any) -> dict[str, Any]:
    """What an answer has for these holes: texts, numbers, true or false.

    Raises:
        Unavailable: it has nothing of that kind for one of them.
    """
    found = {name: at(answer, seen_at(name)) for name in names}
    for name, value in found.items():
        if not _usable(value):
            raise Unavailable(f"its answer has no `{seen_at(name)}`, which this command needs")
    return found


def _usable(value: Any) -> bool:
    match value:
        case str():
            return bool(value.strip()) and len(value) <= MOST_TEXT
        case float():
            return isfinite(value)
        case _:
            return isinstance(value, int)
