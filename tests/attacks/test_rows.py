"""Whether every hole that docs/security.md names has been tried."""

from __future__ import annotations

import re
from pathlib import Path

_HERE = Path(__file__).parent
_TABLE = _HERE.parents[1] / "docs" / "security.md"


def test_every_row_of_the_table_has_an_attack_and_every_attack_its_row() -> None:
    """Without gaps in the numbers: a row that is taken out takes its attacks along."""
    rows = re.findall(r"^\| N(\d+) \|", _TABLE.read_text(), re.MULTILINE)
    files = "".join(file.read_text() for file in sorted(_HERE.glob("test_*.py")))
    tried = set(re.findall(r'mark\.attack\("N(\d+)"\)', files))
    assert rows
    assert [int(row) for row in rows] == [*range(1, len(rows) + 1)]
    assert tried == set(rows)
