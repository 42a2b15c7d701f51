"""What a handler answers: data, rendered for Matrix elsewhere (``matrix/render.py``).

A :class:`Reply` is a sequence of blocks; a block is made of inline pieces. Plain strings are text
wherever an inline piece is expected, and are always escaped.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, TypeAlias


@dataclass(frozen=True, slots=True)
class Link:
    """A hyperlink; only ``http``, ``https`` and ``matrix.to`` addresses become one."""

    text: str
    url: str


@dataclass(frozen=True, slots=True)
class Mono:
    """Inline code: an answer to type, a job's name."""

    text: str


@dataclass(frozen=True, slots=True)
class Typed:
    """A command to type, without what has to stand before it where the reply is said.

    It is for the service that says so (``approve ship 1``); ``own``: it is one of the bot's own.
    """

    text: str
    own: bool = False


@dataclass(frozen=True, slots=True)
class Strong:
    """Emphasis."""

    text: str


Inline: TypeAlias = str | Link | Mono | Typed | Strong


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
    """Preformatted text: a log. A line that is too long has to be scrolled."""

    text: str


@dataclass(frozen=True, slots=True)
class Quote:
    """Somebody's text, to the letter and with its lines: a post. A line that is too long wraps."""

    text: str


Block: TypeAlias = Line | Items | Table | Pre | Quote


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
    return say(*pieces(text, Mono))


def pieces(text: str, mark: Callable[[str], Inline]) -> tuple[Inline, ...]:
    """A text, and what stands between backticks in it made something else."""
    found = text.split("`")
    if len(found) % 2 == 0:  # one is left over: it marks nothing
        return (text,)
    return tuple(mark(piece) if n % 2 else piece for n, piece in enumerate(found) if piece)


def spelled(reply: Reply, prefix: str, service: str) -> Reply:
    """The same, with every command as it is typed where the reply is said.

    ``prefix`` begins what is said to the bot there; ``service`` is the word for the one that the
    reply is of, "" where it is the bot's own.
    """

    def inline(piece: Inline) -> Inline:
        if not isinstance(piece, Typed):
            return piece
        to = "" if piece.own or not service else f"{service} "
        return Mono(f"{prefix}{to}{piece.text}")

    def row(found: Sequence[Inline]) -> tuple[Inline, ...]:
        return tuple(map(inline, found))

    def block(found: Block) -> Block:
        match found:
            case Line(parts):
                return Line(row(parts))
            case Items(items, start):
                return Items(tuple(Line(row(item.parts)) for item in items), start)
            case Table(header, rows):
                return Table(header, tuple(map(row, rows)))
            case Pre() | Quote():
                return found

    return replace(reply, blocks=tuple(map(block, reply.blocks)))


def say(*parts: Inline) -> Reply:
    """A reply of one paragraph."""
    return Reply((Line(parts),))


def listed(texts: Sequence[str]) -> tuple[Inline, ...]:
    """Words of a machine's, as code, with commas between them."""
    return tuple(part for text in texts for part in (", ", Mono(text)))[1:]


def numbered(items: Sequence[Line], *, start: int = 1) -> Items:
    """A list numbered from ``start``."""
    return Items(tuple(items), start)


def bullets(items: Sequence[Line]) -> Items:
    """A list with bullets."""
    return Items(tuple(items))
