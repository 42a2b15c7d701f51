"""Phrases of one or several words that mean something."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Final, Generic, TypeVar

Meaning = TypeVar("Meaning")

_WORD: Final = re.compile(r"\S+")


class Phrases(Generic[Meaning]):
    """Phrases in any case and spacing, each with its meaning."""

    def __init__(self, entries: Iterable[tuple[str, Meaning]]) -> None:
        """Take ``(phrase, meaning)`` pairs.

        Raises:
            ValueError: a phrase is empty or stands there twice.
        """
        self._meanings: dict[tuple[str, ...], Meaning] = {}
        for phrase, meaning in entries:
            key = tuple(phrase.casefold().split())
            if not key:
                raise ValueError("a phrase needs a word")
            if key in self._meanings:
                raise ValueError(f"{phrase!r} would mean two things")
            self._meanings[key] = meaning
        self._longest = max(map(len, self._meanings), default=0)

    def __iter__(self) -> Iterator[tuple[tuple[str, ...], Meaning]]:
        return iter(self._meanings.items())

    def match(self, text: str) -> tuple[Meaning, str] | None:
        """The meaning of the longest phrase that ``text`` begins with, and the text behind it."""
        spans = [found.span() for found in islice(_WORD.finditer(text), self._longest)]
        typed = [text[start:end].casefold() for start, end in spans]
        for count in range(len(spans), 0, -1):
            meaning = self._meanings.get(tuple(typed[:count]))
            if meaning is not None:
                return meaning, text[spans[count - 1][1] :].lstrip()
        return None
