"""Words as they are typed: plain, or in quotes."""

from __future__ import annotations

import re
from typing import Final

_WORD: Final = re.compile(r"""\s*+(?:"([^"]*+)"|'([^']*+)'|(\S++))(?=\s|\Z)\s*+|\s*+(\S++)\s*+""")


def first(text: str) -> tuple[str, str]:
    """The first word without its quotes, and what is left; "" where there is none."""
    found = _WORD.match(text)
    if found is None:
        return "", ""
    return next(word for word in found.groups() if word is not None), text[found.end() :]
