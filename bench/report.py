"""The figures as people and programs read them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from bench.contender import ACTAS, NAMES
from bench.figures import Figure


def show(console: Console, figures: Sequence[Figure]) -> None:
    """Print the table: medians over the rounds, the lowest and highest round in brackets."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("")
    for name in NAMES:
        table.add_column(name, justify="right")
    table.add_column("aim", justify="right")
    for figure in figures:
        cells = [_cell(figure, name) for name in NAMES]
        table.add_row(figure.title, *cells, _aim(figure))
    console.print(table)


def as_json(machine: Sequence[str], figures: Sequence[Figure]) -> str:
    """Every round of every figure."""
    content: dict[str, Any] = {
        "machine": list(machine),
        "figures": [
            {"title": f.title, "unit": f.unit, "aim": f.aim, "rounds": f.rounds} for f in figures
        ],
    }
    return json.dumps(content, indent=1, ensure_ascii=False) + "\n"


def _cell(figure: Figure, name: str) -> Text:
    value = figure.of(name)
    if value is None:
        return Text("–")
    low, high = figure.spread(name)
    text = f"{value:.{figure.digits}f} {figure.unit}".rstrip()
    if low < high:
        text += f" ({low:.{figure.digits}f}–{high:.{figure.digits}f})"
    if name != ACTAS or figure.aim is None:
        return Text(text)
    return Text(text, style="green" if value <= figure.aim else "red")


def _aim(figure: Figure) -> str:
    if figure.aim is None:
        return ""
    aim = f"{figure.aim:g} {figure.unit}".rstrip()
    return f"≤ {aim}" if figure.aim else aim
