"""Rows of the demo's chat, on terminals of any width."""

from __future__ import annotations

import io

import pytest
from rich.console import Console
from rich.text import Text

from sandbox.row import Row

_LINK = "https://x.example/authorize?" + "oauth_token=abc&" * 12 + "end"
_TABLE = """actas:
service  you are  since
-------  -------  ----------
jenkins  alice    2026-03-01
gitlab            2026-03-02"""


def _printed(said: str, width: int) -> list[str]:
    console = Console(file=io.StringIO(), width=width)
    with console.capture() as printed:
        console.print(Row("Team", Text(said)), crop=False)
    return [line.rstrip() for line in printed.get().splitlines()]


@pytest.mark.parametrize("width", [40, 80, 160])
@pytest.mark.parametrize("said", ["Open {}", "Open its page ({}), then say", "It sends `GET {}`."])
def test_an_address_that_does_not_fit_is_whole_on_a_line_of_its_own(width: int, said: str) -> None:
    """It can be copied: the terminal alone breaks it, and nothing else stands beside it."""
    lines = _printed(said.format(_LINK) + "\nThat is all", width)
    assert _LINK in lines
    assert lines[0].startswith(
        "           Team │ Open" if "Open" in said else "           Team │ It"
    )
    assert "↓" in " ".join(lines[: lines.index(_LINK)])
    assert lines[-1].strip() == "That is all"


def test_an_address_is_never_broken() -> None:
    """Not even where it fits, but not with the comma behind it."""
    fits = len(_LINK) + len("           Team │ ")
    for width in range(fits - 1, fits + 5):
        assert any(_LINK in line for line in _printed(f"Open its page ({_LINK}), then say", width))


def test_an_address_that_fits_stays_where_it_is() -> None:
    """What it belongs to stands around it."""
    said = "Started shop #4 (https://ci.example/job/shop/4/) as alice."
    assert _printed(said, 80) == [
        "           Team │ Started shop #4 (https://ci.example/job/shop/4/) as alice."
    ]


def test_a_table_that_does_not_fit_is_an_item_for_each_row() -> None:
    """On a wider terminal it has its columns, below who said it."""
    assert [line.strip() for line in _printed(_TABLE, 44)] == [
        "Team │ actas:",
        "service · you are · since",
        "• jenkins · alice ·",
        "2026-03-01",
        "• gitlab · 2026-03-02",
    ]
    assert _printed(_TABLE, 80)[1:] == [" " * 18 + line for line in _TABLE.splitlines()[1:]]


def test_words_that_do_not_fit_are_folded() -> None:
    """Nothing of them is left out, be it one long word."""
    said = "a" * 100
    assert "".join(line[18:] for line in _printed(said, 60)) == said
