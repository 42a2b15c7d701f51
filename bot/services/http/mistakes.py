"""What an operator has declared wrongly, and how to mend it."""

from __future__ import annotations

import difflib
from collections.abc import Iterable


class Mistake(ValueError):
    """What is wrong; ``fix`` takes the place of what the key is described by, "" leaves that."""

    def __init__(self, problem: str, fix: str = "") -> None:
        super().__init__(problem)
        self.fix = fix


def meant(word: str, known: Iterable[str], form: str = "{}") -> str:
    """``Did you mean date?``, in the ``form``; "" where nothing known is like the word."""
    close = difflib.get_close_matches(word, sorted(known), n=1)
    return f"Did you mean {form.format(close[0])}?" if close else ""
