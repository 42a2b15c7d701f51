"""How an event looks: one line for people, or one JSON object for machines."""

from __future__ import annotations

import json
from collections.abc import MutableMapping
from typing import Any


def render_text(_logger: object, _method: str, event: MutableMapping[str, Any]) -> str:
    """``2026-03-04T05:06:07Z info    command.finished service=jenkins ms=412``; a trace follows."""
    trace = event.pop("exception", None)
    head = f"{event.pop('timestamp')} {event.pop('level'):<7} {_word(event.pop('event'))}"
    fields = (f"{name}={_word(value)}" for name, value in event.items())
    line = " ".join((head, *fields))
    return f"{line}\n{trace}" if trace else line


def render_json(_logger: object, _method: str, event: MutableMapping[str, Any]) -> str:
    """One object on one line."""
    return json.dumps(event, ensure_ascii=False, default=str)


def _word(value: object) -> str:
    """A value that cannot be taken for another field or line, whoever wrote it."""
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
    if text and text.isprintable() and not set(text) & set(" =\"'"):
        return text
    return json.dumps(text)
