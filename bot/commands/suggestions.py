"""What a text that means nothing may have been meant to be: "did you mean"."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import islice
from typing import Final

_SIMILAR: Final = 0.6  # worth suggesting to somebody who speaks to the bot for certain
_CLOSE: Final = 0.75  # so near that a command was meant: one slip in four letters
_AT_MOST: Final = 3
_TOO_SHORT: Final = 3  # "t" and "to" are alike by chance
_LOOKED_AT: Final = 40  # characters of a word; bounds the work on hostile text
_WORD: Final = re.compile(r"\S+")


@dataclass(frozen=True, slots=True)
class Known:
    """A phrase that can be said: one of ``names`` (a service's; () for a built-in), then ``words``.

    ``words`` is empty for the service as such. ``phrase`` is what is suggested.
    """

    names: tuple[str, ...]
    words: tuple[str, ...]
    phrase: str


def suggest(text: str, known: Iterable[Known]) -> tuple[tuple[str, ...], bool]:
    """The phrases that the beginning of ``text`` is like, best first, and whether one is close.

    Suggestions are known phrases only; nothing of ``text`` is in them.
    """
    known = tuple(known)
    longest = max((len(k.words) for k in known), default=0)
    found = islice(_WORD.finditer(text), longest + 1)
    typed = tuple(word[0][:_LOOKED_AT].casefold() for word in found)
    scores: dict[str, float] = {}
    for candidate in known:
        score = _score(typed, candidate)
        if score >= _SIMILAR:
            scores[candidate.phrase] = max(score, scores.get(candidate.phrase, 0.0))
    best = sorted(scores, key=lambda phrase: -scores[phrase])[:_AT_MOST]
    return tuple(best), any(scores[phrase] >= _CLOSE for phrase in best)


def _score(typed: tuple[str, ...], known: Known) -> float:
    count = len(known.words)
    if not known.names:
        return _likeness(typed[:count], known.words)
    if count and typed[:count] == known.words:
        return 1.0  # the command alone: "build x" for "jenkins build x"
    service = max(_likeness(typed[:1], (name,)) for name in known.names)
    if not count:
        return service if len(typed) == 1 else 0.0
    return min(service, _likeness(typed[1 : 1 + count], known.words)) if service else 0.0


def _likeness(typed: tuple[str, ...], known: tuple[str, ...]) -> float:
    """1 for the same words, 0 for nothing worth suggesting."""
    one, other = " ".join(typed), " ".join(known)
    if one == other:
        return 1.0
    if min(len(one), len(other)) < _TOO_SHORT:
        return 0.0
    matcher = SequenceMatcher(None, one, other, autojunk=False)
    if matcher.real_quick_ratio() < _SIMILAR or matcher.quick_ratio() < _SIMILAR:
        return 0.0
    return matcher.ratio()
