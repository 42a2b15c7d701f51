"""Recognising a secret that was pasted where it does not belong."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any, Final

from bot.plugin import Flow, Service

_SCANNED: Final = 65_536  # characters: more than a Matrix event can carry
_WINDOW: Final = 512  # characters: a secret of up to half of it is found anywhere in a long word


class Shapes:
    """The shapes of secrets that the flows of all services declare, compiled once.

    A shape is searched in each word of a text, a long word in overlapping windows. It never sees
    white space, nor more than 512 characters: a shape that needs quadratic time costs what a short
    word costs, whatever is sent. (Exponential ones, such as ``(a+)+``, are their author's fault.)
    """

    def __init__(self, services: Sequence[Service[Any]]) -> None:
        """Compile the shapes.

        Raises:
            ValueError: a shape is no regular expression, or matches the empty text.
        """
        self._shapes = [
            (_compiled(flow.shape), service, flow)
            for service in services
            for flow in service.flows
            if flow.shape
        ]

    def find(self, text: str) -> tuple[Service[Any], Flow] | None:
        """The service and flow whose secret ``text`` seems to hold; None for ordinary text."""
        for piece in _pieces(text):
            for shape, service, flow in self._shapes:
                if shape.search(piece):
                    return service, flow
        return None


def _compiled(shape: str) -> re.Pattern[str]:
    try:
        compiled = re.compile(shape)
    except re.error as error:
        raise ValueError(f"the shape {shape!r} is no regular expression: {error}") from None
    if compiled.search(""):
        raise ValueError(f"the shape {shape!r} matches everything")
    return compiled


def _pieces(text: str) -> Iterator[str]:
    for word in text[:_SCANNED].split():
        last = max(len(word) - _WINDOW // 2, 1)
        for start in range(0, last, _WINDOW // 2):
            yield word[start : start + _WINDOW]
