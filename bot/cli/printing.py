"""Tables and times, as the commands print them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

import typer


def table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Print rows under a header, in columns. Control characters do not reach the terminal."""
    lines = [header, *([plain(cell) for cell in row] for row in rows)]
    widths = [max(len(cell) for cell in column) for column in zip(*lines, strict=True)]
    for line in lines:
        cells = (cell.ljust(width) for cell, width in zip(line, widths, strict=True))
        typer.echo("  ".join(cells).rstrip())


def moment(when: datetime | None) -> str:
    """``2026-03-04 05:06:07Z``, or ``-``."""
    return "-" if when is None else when.strftime("%Y-%m-%d %H:%M:%SZ")


def plain(cell: str) -> str:
    """``cell`` without what a terminal would act on; "-" for nothing."""
    return "".join(each if each.isprintable() else "�" for each in cell) or "-"
