"""A reply as plain text: the ``body`` of a message, and the file that a long one becomes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final
from unicodedata import combining, east_asian_width

from bot.matrix.text import block_text, inline_text, link_target, link_text, unpinged
from bot.reply import Block, Inline, Items, Line, Link, Mono, Pre, Quote, Reply, Table, Typed

_WIDEST: Final = 40  # columns; a longer cell is not cut, but no other cell is padded to it


def in_plain(reply: Reply) -> str:
    """``reply`` as text, one block below the other; code stands in backticks."""
    return unpinged("\n".join(map(_block, reply.blocks)))


def _block(block: Block) -> str:
    match block:
        case Line():
            return _line(block)
        case Items(items, None):
            return "\n".join(f"• {_line(item)}" for item in items)
        case Items(items, start):
            return "\n".join(f"{n}. {_line(item)}" for n, item in enumerate(items, start or 0))
        case Table():
            return _table(block)
        case Pre(text):
            return block_text(text)
        case Quote(text):  # no ">", with which clients begin what they take away from replies
            return "\n".join(f"│ {line}".rstrip() for line in block_text(text).split("\n"))


def _table(table: Table) -> str:
    """Columns aligned in a fixed-width font, two spaces apart, under a ruled header."""
    header = [inline_text(name) for name in table.header]
    rows = [[_inline(cell) for cell in row] for row in table.rows]
    widths = [0] * max(map(len, [header, *rows]))
    for row in (header, *rows):
        for column, cell in enumerate(row):
            widths[column] = min(max(widths[column], _width(cell)), _WIDEST)
    rule = ["-" * width for width in widths]
    return "\n".join(_row(row, widths) for row in (header, rule, *rows))


def _row(cells: Sequence[str], widths: Sequence[int]) -> str:
    padded = (
        cell + " " * (width - _width(cell)) for cell, width in zip(cells, widths, strict=False)
    )
    return "  ".join(padded).rstrip()


def _width(text: str) -> int:
    """Columns that a terminal gives ``text``: wide East Asian characters take two."""
    if text.isascii():
        return len(text)
    return sum(0 if combining(c) else 2 if east_asian_width(c) in "WF" else 1 for c in text)


def _line(parts: Line) -> str:
    return "".join(map(_inline, parts.parts))


def _inline(piece: Inline) -> str:
    match piece:
        case str():
            return inline_text(piece)
        case Link():
            target, text = link_target(piece.url), link_text(piece)
            if target is None:
                return text
            return target if text in (target, piece.url) else f"{text} ({target})"
        case Mono(text) | Typed(text):
            return f"`{inline_text(text)}`"
        case _:
            return inline_text(piece.text)
