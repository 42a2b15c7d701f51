"""How things are put in a sentence."""

from __future__ import annotations

from typing import Final

_LONGEST: Final = 1000  # characters of a description


def short(text: str, longest: int = _LONGEST) -> str:
    """One line: what comes from over there must not look like several, or like the bot."""
    text = " ".join(text.split())
    return text if len(text) <= longest else f"{text[:longest]}…"


def counted(count: int, one: str, many: str = "") -> str:
    """``1 test``, ``3 tests``."""
    return f"{count:,} {one if count == 1 else many or f'{one}s'}"


def again(left: int) -> str:
    """How often something can still be tried: ``once more``, ``2 more times``."""
    return "once more" if left == 1 else f"{left} more times"
