"""How long ago something was, as people say it."""

from __future__ import annotations

from datetime import datetime
from typing import Final

_MINUTE: Final = 60
_HOUR: Final = 60 * _MINUTE
_DAY: Final = 24 * _HOUR
_LATELY: Final = 30 * _DAY


def age(created: datetime, now: datetime) -> str:
    """``5 min ago``; the date where it is longer ago than a month. A clock may be a bit wrong."""
    seconds = (now - created).total_seconds()
    if seconds < _MINUTE:
        return "just now"
    if seconds < _HOUR:
        return f"{seconds // _MINUTE:.0f} min ago"
    if seconds < _DAY:
        return f"{seconds // _HOUR:.0f} h ago"
    if seconds < _LATELY:
        days = seconds // _DAY
        return "yesterday" if days == 1 else f"{days:.0f} days ago"
    return f"{created:%Y-%m-%d}"
