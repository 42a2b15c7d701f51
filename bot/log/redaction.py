"""Keeping secrets out of what is logged, as a second line: nobody should log one at all."""

from __future__ import annotations

import re
from collections.abc import Mapping, MutableMapping
from typing import Any, Final

from bot.secret import Secret

MASK: Final = "********"
_SECRET_NAME: Final = re.compile(
    r"(?i)(password|passwd|secret|token|authorization|cookie|verifier|pin|api_?key|credential)s?\Z"
)
_PATTERNS: Final = (
    (re.compile(r"(?i)\b(bearer|basic)\s+[^\s,;\"']+"), rf"\1 {MASK}"),
    (re.compile(r"(://[^/\s?#@]*):[^/\s?#@]+@"), rf"\1:{MASK}@"),  # https://user:password@host
    (
        re.compile(r"(?i)(\b[\w-]*(?:token|secret|password|verifier)\b[\"']?\s*[=:]\s*)[^\s,;&]+"),
        rf"\1{MASK}",
    ),
    (re.compile(r"((?:://|/)[^\s?\"'<>]*)\?[^\s\"'<>)]+"), r"\1?…"),  # the query of a URL
)


def scrub(text: str) -> str:
    """The text without what has the shape of a secret: credentials and queries of URLs, headers."""
    for pattern, replacement in _PATTERNS:
        text = pattern.sub(replacement, text)
    return text


def redact(_logger: object, _method: str, event: MutableMapping[str, Any]) -> Mapping[str, Any]:
    """A structlog processor: masks secrets by type, by the name of their field and by shape."""
    for name, value in event.items():
        event[name] = MASK if _SECRET_NAME.search(name) else _clean(value)
    return event


def _clean(value: Any) -> Any:
    cleaned: Any
    match value:
        case None | int() | float():
            cleaned = value
        case Secret():
            cleaned = MASK
        case bytes() | bytearray():
            cleaned = f"<{len(value)} bytes>"
        case Mapping():
            cleaned = {
                str(name): MASK if _SECRET_NAME.search(str(name)) else _clean(item)
                for name, item in value.items()
            }
        case list() | tuple() | set() | frozenset():
            cleaned = [_clean(item) for item in value]
        case _:
            cleaned = scrub(str(value))
    return cleaned
