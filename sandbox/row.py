"""A message as a row of the chat: where, a bar, and what was said, folded beside them.

What a terminal is too narrow for stays whole: an address that does not fit beside the bar stands on
a line of its own, from the first column on and without a break, so that it can be copied; and a
table is a line for each row.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

from rich.cells import cell_len
from rich.console import Console, ConsoleOptions, RenderResult
from rich.text import Text

_PLACE_WIDTH: Final = 15
_MARGIN: Final = _PLACE_WIDTH + len(" │ ")
_BELOW: Final = "↓"  # stands for an address
_ADDRESS: Final = re.compile(r"\((https?://[^\s`]+)\)|(https?://[^\s`]*[^\s`.,;:!?])")
_RULE: Final = re.compile(r"-+(?:  -+)+")  # below a table's header
_GAP: Final = re.compile(r"(?<=\S) {2,}(?=\S)")  # between its cells


@dataclass(frozen=True, slots=True)
class Row:
    """What was ``said`` in a ``place``; print it with ``crop=False``."""

    place: str
    said: Text

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """See :mod:`rich.protocol`."""
        place = Text(self.place)
        place.truncate(_PLACE_WIDTH, overflow="ellipsis")
        margin = Text(" " * (_PLACE_WIDTH - place.cell_len))
        margin.append(f"{place.plain} │ ", style="dim")
        width = max(options.max_width - _MARGIN, 1)
        for line in _untabled(list(self.said.split("\n", allow_blank=True)), width):
            addresses = list(_too_long(line, width))
            for folded in _without(line, addresses).wrap(console, width, overflow="fold"):
                yield margin + folded
                margin = Text(" " * _MARGIN)
            for address in addresses:
                yield Text(address, no_wrap=True, overflow="ignore")


def begins_with_table(text: str) -> bool:
    """Whether a table's header is the first line."""
    lines = text.splitlines()
    return len(lines) > 1 and _RULE.fullmatch(lines[1]) is not None


def _untabled(lines: list[Text], width: int) -> list[Text]:
    """The lines; the table in them, and what is below it, without columns if it is too wide."""
    rule = next((n for n, line in enumerate(lines) if _RULE.fullmatch(line.plain)), 0)
    below = lines[rule + 1 :] if rule else []
    if all(line.cell_len <= width for line in below):
        return lines
    header, *rows = (_replaced(line, _GAP, lambda _: " · ") for line in [lines[rule - 1], *below])
    items = (Text("• ") + row if " · " in row.plain else row for row in rows)
    return [*lines[: rule - 1], header, *items]


def _too_long(line: Text, width: int) -> Iterator[str]:
    """The addresses that would be broken, what stands right beside them included."""
    for word in line.plain.split():
        if cell_len(word) > width:
            yield from (found[1] or found[2] for found in _ADDRESS.finditer(word))


def _without(line: Text, addresses: list[str]) -> Text:
    def arrow(found: re.Match[str]) -> str:
        return _BELOW if (found[1] or found[2]) in addresses else found[0]

    return _replaced(line, _ADDRESS, arrow)


def _replaced(text: Text, pattern: re.Pattern[str], new: Callable[[re.Match[str]], str]) -> Text:
    parts, at = [], 0
    for found in pattern.finditer(text.plain):
        parts += [text[at : found.start()], Text(new(found))]
        at = found.end()
    return Text().join([*parts, text[at:]])
