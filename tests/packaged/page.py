"""The files that a page of the documentation shows: fenced blocks under their names."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

PAGE: Final = Path(__file__).parents[2] / "docs" / "writing-a-service.md"
_FILE: Final = re.compile(r"^\*\*`(?P<name>[^`]+)`\*\*\n\n```\w+\n(?P<text>.*?^)```$", re.M | re.S)


def files_of(page: str) -> dict[str, str]:
    """The text of each file by its name."""
    return {found["name"]: found["text"] for found in _FILE.finditer(page)}
