"""How long something took, how long ago it was, and when to look again."""

from __future__ import annotations

from datetime import datetime
from typing import Final

_MINUTE: Final = 60
_HOUR: Final = 60 * _MINUTE
_DAY: Final = 24 * _HOUR
_LATELY: Final = 30 * _DAY
_SHORTEST, _LONGEST = 3.0, 15.0  # seconds between two looks


def age(then: datetime, now: datetime) -> str:
    """``5 min ago``; the date where it is longer ago than a month. A clock may be a bit wrong."""
    seconds = (now - then).total_seconds()
    for most, size, unit in ((_HOUR, _MINUTE, "min"), (_DAY, _HOUR, "h"), (_LATELY, _DAY, "d")):
        if seconds < _MINUTE:
            return "just now"
        if seconds < most:
            return f"{seconds // size:.0f} {unit} ago"
    return f"{then:%Y-%m-%d}"


def span(seconds: float) -> str:
    """``45 s``, ``2 min 3 s``, ``1 h 4 min``; never less than ``0 s``."""
    left = max(0, round(seconds))
    if left < _MINUTE:
        return f"{left} s"
    if left < _HOUR:
        return f"{left // _MINUTE} min {left % _MINUTE} s".removesuffix(" 0 s")
    return f"{left // _HOUR} h {left % _HOUR // _MINUTE} min".removesuffix(" 0 min")


def pause(elapsed: float) -> float:
    """Seconds until it is worth to look again: more as time goes on."""
    return min(_LONGEST, max(_SHORTEST, elapsed / 10))
