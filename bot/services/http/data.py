"""The JSON that a service answers: read strictly, and cut to a size that templates can walk."""

from __future__ import annotations

import json
from typing import Any, Final

from bot.errors import Unavailable

MOST_ITEMS: Final = 200
"""Of a list or an object, for a template to look at."""
MOST_TEXT: Final = 4000
"""Characters of one text."""
_DEEPEST: Final = 12


def read(body: bytes, *, retryable: bool) -> Any:
    """The answer; None where it is empty.

    Raises:
        Unavailable: it is no JSON, or nested beyond measure.
    """
    if not body.strip():
        return None
    try:
        return json.loads(body.decode("utf-8-sig"), parse_constant=_no_number)
    except (ValueError, RecursionError):
        pass
    raise Unavailable("its answer cannot be understood: it is no JSON", retryable=retryable)


def at(data: Any, place: str) -> Any:
    """What stands at ``a.b.0``; None where there is nothing."""
    for name in place.split(".") if place else ():
        if isinstance(data, list) and name.isdecimal():
            data = data[int(name)] if int(name) < len(data) else None
        else:
            data = data.get(name) if isinstance(data, dict) else None
    return data


def bounded(data: Any, depth: int = 0) -> Any:
    """The same, without what is too long, too many or too deep."""
    match data:
        case str():
            return data[:MOST_TEXT]
        case dict() | list() if depth >= _DEEPEST:
            return None
        case dict():
            first = list(data.items())[:MOST_ITEMS]
            return {name: bounded(value, depth + 1) for name, value in first}
        case list():
            return [bounded(each, depth + 1) for each in data[:MOST_ITEMS]]
        case _:
            return data


def _no_number(name: str) -> Any:
    raise ValueError(name)
