"""Who or what started a build, from the causes that Jenkins gives."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

_BEGINNINGS: Final = ("Started by user ", "Started by ")
_MOST: Final = 3  # causes of one build that are told


def starter(causes: Iterable[str]) -> str:
    """``Alice``, ``timer``, ``an SCM change``; what is not in English stays as it is."""
    names = [_bare(cause) for cause in causes]
    return ", ".join((*names[:_MOST], "…") if len(names) > _MOST else names)


def _bare(cause: str) -> str:
    for beginning in _BEGINNINGS:
        if cause.startswith(beginning):
            return cause.removeprefix(beginning)
    return cause
