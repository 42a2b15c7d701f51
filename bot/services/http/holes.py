"""Texts of the configuration with ``{holes}`` for what was typed, or seen before.

The rest of such a text is literal. It is filled once: what fills a hole is not looked at for holes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

NAME: Final = r"[a-z][a-z0-9_]{0,30}"
PREVIEW: Final = "preview"
"""``{preview.a.b}`` stands for what the answer to a command's preview has at ``a.b``."""
_SEEN: Final = rf"{PREVIEW}(?:\.[A-Za-z0-9_-]{{1,60}}){{1,8}}"
_HOLE: Final = re.compile(rf"\{{({_SEEN}|{NAME}(?:\.{NAME})?)\}}")

Values = Mapping[str, Any]
"""What fills the holes, by name: texts, numbers, or None for what was left out."""


def holes(text: str) -> tuple[str, ...]:
    """The names of the holes in a text, in order."""
    return tuple(_HOLE.findall(text))


def seen_at(hole: str) -> str:
    """Where in the answer to a preview stands what fills this hole; "" where it is not from there.

    ``a.b`` of ``preview.a.b``.
    """
    owner, _, place = hole.partition(".")
    return place if owner == PREVIEW else ""


def pieces(text: str) -> Iterator[tuple[str, bool]]:
    """The text taken apart: literal pieces, and names of holes (True)."""
    for number, piece in enumerate(_HOLE.split(text)):
        if piece:
            yield piece, bool(number % 2)


def filled(text: str, values: Values) -> str:
    """The text with its holes filled."""
    return _HOLE.sub(lambda found: spelled(values[found[1]]), text)


def value_of(text: str, values: Values) -> Any:
    """What a text of a JSON body or a query stands for.

    One that is nothing but a hole is the value itself, with its type.
    """
    alone = _HOLE.fullmatch(text)
    return values[alone[1]] if alone else filled(text, values)


def spelled(value: Any) -> str:
    """A value as a part of a text; what was left out is no text."""
    if value is None:
        return ""
    return str(value).lower() if isinstance(value, bool) else str(value)
