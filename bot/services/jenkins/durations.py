"""How far something is, and when to look again."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import repeat
from typing import Final

from bot.services.jenkins.spans import span

_WIDTH: Final = 10  # characters of the bar
_SHORTEST, _LONGEST = 3.0, 15.0  # seconds between two looks
_AT_FIRST: Final = (0.1, 0.2, 0.4, 0.8)  # the same where it may be over in a moment


def progress(elapsed: float, estimate: float) -> str:
    """``▓▓▓▓░░░░░░ 41 s of about 1 min 40 s``, in seconds; without an estimate there is no bar."""
    elapsed = max(0.0, elapsed)
    if estimate <= 0:
        return f"{span(elapsed * 1000)} so far"
    full = int(_WIDTH * min(1.0, elapsed / estimate))
    bar = "▓" * full + "░" * (_WIDTH - full)
    return f"{bar} {span(elapsed * 1000)} of about {span(estimate * 1000)}"


def pause(elapsed: float, estimate: float = 0.0) -> float:
    """Seconds until it is worth to look again: more as time goes on, less near the end."""
    usual = min(_LONGEST, max(_SHORTEST, elapsed / 10))
    left = estimate - elapsed
    return max(_SHORTEST, min(usual, left + 1)) if left > 0 else usual


def short_pauses() -> Iterator[float]:
    """Seconds between looks at what will soon be over; without an end."""
    yield from _AT_FIRST
    yield from repeat(_AT_FIRST[-1])
