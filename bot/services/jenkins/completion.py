"""Which names are meant by what was typed: ``feature/x`` for ``team/app/feature%2Fx``.

A branch with a slash is a job with ``%2F`` in its name; people type the slash.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Final
from urllib.parse import unquote

_AT_MOST: Final = 5  # names that are like what was typed
_LOOKED_AT: Final = 100  # characters; bounds the work on hostile text


@dataclass(frozen=True, slots=True)
class Matches:
    """The names that are meant, in the order of the list; ``sure``: by whole words."""

    names: tuple[str, ...] = ()
    sure: bool = True


def complete(typed: str, names: Sequence[str]) -> Matches:
    """The names whose last parts are what was typed, in any case; or else those that end with it.

    What is longer than what was typed only by folders is meant before what is longer by letters.
    """
    found = named(typed, names)
    if found:
        return Matches(found)
    wanted = folded(typed)
    spelled = [(name, folded(name)) for name in names]
    ends = [(n, text.removesuffix(wanted)) for n, text in spelled if text.endswith(wanted)]
    return Matches(tuple(n for n, _ in ends), all(not head[-1].isalnum() for _, head in ends))


def named(typed: str, names: Iterable[str]) -> tuple[str, ...]:
    """The names whose last parts are what was typed."""
    wanted = folded(typed)
    spelled = ((name, folded(name)) for name in names)
    return tuple(n for n, text in spelled if text == wanted or text.endswith(f"/{wanted}"))


def nearest(typed: str, names: Sequence[str]) -> tuple[str, ...]:
    """A few names that hold what was typed, or are spelled like it, best first.

    Takes a third of a second for 10,000 names: not for the event loop.
    """
    wanted = folded(typed)[:_LOOKED_AT]
    spelled = [(name, folded(name)) for name in names]
    holding = [name for name, text in spelled if wanted in text]
    if holding:
        return tuple(sorted(holding, key=len)[:_AT_MOST])
    last = wanted.rpartition("/")[2]
    by_last: dict[str, str] = {}
    for name, text in spelled:
        by_last.setdefault(text.rpartition("/")[2][:_LOOKED_AT], name)
    return tuple(by_last[text] for text in get_close_matches(last, by_last, _AT_MOST))


def folded(name: str) -> str:
    """A name without the difference of cases and of ways to write a letter, ``%2F`` as a slash."""
    if name.isascii() and "%" not in name:  # nearly all of them, ten times as fast
        return name.lower()
    parts = (unquote(part) for part in name.split("/"))
    return unicodedata.normalize("NFC", "/".join(parts)).casefold()
