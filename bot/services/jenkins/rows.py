"""What is in a folder: a row for each job and folder, with the color of its ball.

There may be tens of thousands of them, so they are checked by hand: models would take several times
as long.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Annotated, Final, NamedTuple

from pydantic import PlainValidator

from bot.services.jenkins.beans import Bean, Text

_STATES: Final = {
    "blue": "PASS",
    "red": "FAIL",
    "yellow": "UNSTABLE",
    "aborted": "ABORTED",
    "disabled": "DISABLED",
    "notbuilt": "NEW",
    "grey": "NEW",
}
_DEEPEST: Final = 50  # folders in folders that are believed


class Row(NamedTuple):
    """One entry of a folder. A folder has no color."""

    name: str
    color: str | None = None
    jobs: tuple[Row, ...] = ()


def _rows(found: object, depth: int = 0) -> tuple[Row, ...] | None:
    if found is None:
        return None
    if not isinstance(found, list) or depth > _DEEPEST:
        raise ValueError("is no list of rows")
    return tuple(_row(each, depth) for each in found)


def _row(found: object, depth: int) -> Row:
    if isinstance(found, dict):
        name, color, jobs = found.get("name"), found.get("color"), found.get("jobs")
        if isinstance(name, str) and (color is None or isinstance(color, str)):
            return Row(name, color, (_rows(jobs, depth + 1) or ()) if jobs else ())
    raise ValueError("is no row")


Entry = tuple[str, Row]
"""A full name and its row."""


class Jobs(Bean):
    """What is in a folder, and how that is spelled; ``jobs`` is None where it is no folder."""

    full_name: Text = ""
    jobs: Annotated[tuple[Row, ...] | None, PlainValidator(_rows)] = None

    def level(self) -> Iterator[Entry]:
        """What is in it, by full names."""
        return _named(self.full_name, self.jobs or ())

    def deep(self) -> Iterator[Entry]:
        """The same, each folder followed by what is in it."""
        found: list[Entry] = []
        _collect(self.full_name, self.jobs or (), found)
        return iter(found)


def state(color: str | None) -> str:
    """A color in words: ``PASS``, ``FAIL, building``; ``folder`` for what has none."""
    if color is None:
        return "folder"
    base, _, anime = color.partition("_")
    return _STATES.get(base, base.upper()) + (", building" if anime else "")


def _named(folder: str, rows: Sequence[Row]) -> Iterator[Entry]:
    return ((f"{folder}/{row.name}" if folder else row.name, row) for row in rows)


def _collect(folder: str, rows: Sequence[Row], found: list[Entry]) -> None:
    for entry in _named(folder, rows):
        found.append(entry)
        if entry[1].jobs:
            _collect(entry[0], entry[1].jobs, found)
