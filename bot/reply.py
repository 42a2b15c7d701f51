"""What a handler answers: data, rendered for Matrix elsewhere (``matrix/render.py``).

A :class:`Reply` is a sequence of blocks; a block is made of inline pieces. Plain strings are text
wherever an inline piece is expected, and are always escaped.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias


@dataclass(frozen=True, slots=True)
class Link:
    """A hyperlink; only ``http``, ``https`` and ``matrix.to`` addresses become one."""

    text: str
    url: str


@dataclass(frozen=True, slots=True)
class Mono:
    """Inline code: a command to type, a job's name."""

    text: str


@dataclass(frozen=True, slots=True)
class Strong:
    """Emphasis."""

    text: str


Inline: TypeAlias = str | Link | Mono | Strong


@dataclass(frozen=True, slots=True)
class Line:
    """A paragraph."""

    parts: tuple[Inline, ...]


@dataclass(frozen=True, slots=True)
class Items:
    """A list; ``start`` numbers it, ``None`` makes bullets."""

    items: tuple[Line, ...]
    start: int | None = None


@dataclass(frozen=True, slots=True)
class Table:
    """Rows under a header; every row is as long as the header."""

    header: tuple[str, ...]
    rows: tuple[tuple[Inline, ...], ...]


@dataclass(frozen=True, slots=True)
class Pre:
    """Preformatted text: a log."""

    text: str


Block: TypeAlias = Line | Items | Table | Pre


@dataclass(frozen=True, slots=True)
class File:
    """Something that is sent as an encrypted file; the reply's blocks are its caption."""

    name: str
    data: bytes = field(repr=False)
    mimetype: str = "text/plain"


@dataclass(frozen=True, slots=True)
class Follow:
    """What goes on over there after the answer; see ``plugin.Step``.

    ``topic`` is what people call it ("deploy-prod #12"); ``state`` is JSON that finds it again,
    also after a restart.
    """

    topic: str
    state: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer.

    ``listing``: the values that the numbers of its list mean (``build 3``); ``about``: what it is
    about over there, for the person's history.
    """

    blocks: tuple[Block, ...]
    listing: tuple[str, ...] = field(default=())
    about: Link | None = None
    follow: Follow | None = None
    file: File | None = None


EMPTY = Reply(())
"""Nothing is said."""


def line(*parts: Inline) -> Line:
    """A paragraph of these pieces."""
    return Line(parts)


def marked(text: str) -> Reply:
    """One line from a text in which backticks mark what is typed."""
    pieces = text.split("`")
    if len(pieces) % 2 == 0:  # one is left over: it marks nothing
        return say(text)
    return say(*(Mono(p) if n % 2 else p for n, p in enumerate(pieces) if p))


def say(*parts: Inline) -> Reply:
    """A reply of one paragraph."""
    return Reply((Line(parts),))


def numbered(items: Sequence[Line], *, start: int = 1) -> Items:
    """A list numbered from ``start``."""
    return Items(tuple(items), start)


def bullets(items: Sequence[Line]) -> Items:
    """A list with bullets."""
    return Items(tuple(items))
