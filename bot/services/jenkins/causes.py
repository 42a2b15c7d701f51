"""Who or what started a build, from the causes that Jenkins gives."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from bot.services.jenkins.beans import Action

_BEGINNINGS: Final = ("Started by user ", "Started by ")
_MOST: Final = 3  # causes of one build that are told


def causes_in(actions: Iterable[Action | None]) -> tuple[str, ...]:
    """In Jenkins' words, each once: the same one may have asked several times."""
    found = (cause.short_description for each in actions if each for cause in each.causes)
    return tuple(dict.fromkeys(filter(None, found)))


def starter(causes: Iterable[str]) -> str:
    """``Alice``, ``timer``, ``an SCM change``; what is not in English stays as it is."""
    names = [_bare(cause) for cause in causes]
    return ", ".join((*names[:_MOST], "…") if len(names) > _MOST else names)


def _bare(cause: str) -> str:
    for beginning in _BEGINNINGS:
        if cause.startswith(beginning):
            return cause.removeprefix(beginning)
    return cause
