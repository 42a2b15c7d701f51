"""The path of a request: every argument stays within the segment that it was meant for.

``projects/{project}/issues`` is checked when the configuration is read. What fills its holes is
percent-encoded as a whole (RFC 3986, section 2), so that it cannot begin another segment, a query
or a fragment. Servers and proxies exist that decode before they look for ``..``; so a value with
such a part is refused however it is written.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import Final, Self
from urllib.parse import quote, unquote

from bot.errors import UserError
from bot.services.http.holes import Values, holes, pieces, seen_at, spelled

_LITERAL: Final = re.compile(r"[A-Za-z0-9._~!$&'()*+,;=:@%/-]*")
_LONGEST: Final = 1000  # characters of one value
_DOTS: Final = frozenset({".", ".."})


@dataclass(frozen=True, slots=True)
class Path:
    """A path below a service's address, without a slash at the start."""

    text: str

    @classmethod
    def of(cls, text: str) -> Self:
        """Check a path of the configuration.

        Raises:
            ValueError: it could lead elsewhere, or is no path.
        """
        if "{{" in text:
            raise ValueError("has {{ }}, which is for answers: write {name} for an argument")
        if "?" in text:
            raise ValueError("has a question mark: what stands behind it goes into query")
        if text.startswith("//") or "://" in text:
            raise ValueError("must be a path below url, not an address of its own")
        path = text.removeprefix("/")
        if not _LITERAL.fullmatch("".join(piece for piece, hole in pieces(path) if not hole)):
            raise ValueError("has characters that no path has: percent-encode them")
        for segment in path.split("/") if path else ():
            if not segment or unquote(segment) in _DOTS:
                raise ValueError("has an empty part, . or .. in it")
        return cls(path)

    @property
    def holes(self) -> tuple[str, ...]:
        """What it needs."""
        return holes(self.text)

    def filled(self, values: Values) -> str:
        """The path as it is sent, percent-encoded.

        Raises:
            UserError: a value cannot be a part of a path.
        """
        return "/".join(_segment(each, values) for each in self.text.split("/"))


def _segment(text: str, values: Values) -> str:
    made = ""
    for piece, hole in pieces(text):
        made += _encoded(piece, spelled(values[piece])) if hole else piece
    if unquote(made) in _DOTS:
        raise _unusable(holes(text)[0])
    return made


def _encoded(name: str, value: str) -> str:
    if not value.strip() or len(value) > _LONGEST:
        raise _unusable(name)
    decoded = value
    for _ in range(3):  # who decodes more often than that loses the rest, too
        if _DOTS & set(re.split(r"[/\\]", decoded)):
            raise _unusable(name)
        decoded = unquote(decoded)
    if any(unicodedata.category(char) in ("Cc", "Cs") for char in value + decoded):
        raise _unusable(name)
    return quote(value, safe="")


def _unusable(name: str) -> UserError:
    owner, seen = name.partition(".")[0], seen_at(name)
    return UserError(
        f"Its {seen} cannot stand in an address." if seen else f"That cannot be a {owner}.",
        "It is empty, too long, or has . or .. as a part, or control characters in it.",
    )
