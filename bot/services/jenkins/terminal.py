"""The text of a build's log, as a terminal would leave it.

Builds colour their output and redraw progress bars; Jenkins puts notes for its own page in between
(``hudson.console.ConsoleNote``: ``ESC[8mha:`` … ``ESC[0m``).
"""

from __future__ import annotations

import re
from typing import Final

_ESCAPE: Final = re.compile(
    "\x1b\\[8mha:[^\x1b\n]*+(?:\x1b\\[0m)?"  # a note
    "|\x1b\\[[0-?]*+[ -/]*+[@-~]?"  # a control sequence: ECMA-48, 5.4
    "|\x1b[\\]PX^_][^\x07\x1b\n]*+(?:\x07|\x1b\\\\)?"  # a title, a hyperlink: 5.6
    "|\x1b[ -/]*+[0-~]?"
)
_UNSEEN: Final = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u0080-\u009f\u202a-\u202e\u2066-\u2069]"
)

_STEP: Final = "[Pipeline] "


def clean(data: bytes) -> str:
    """What is to be read of ``data``; bytes that are no UTF-8 are replaced."""
    text = _ESCAPE.sub("", data.decode(errors="replace")).replace("\r\n", "\n")
    if "\r" in text:
        text = "\n".join(_redrawn(line) for line in text.split("\n"))
    return _UNSEEN.sub("", text)


def tail(text: str, count: int, most: int) -> str:
    """The last ``count`` lines, without empty ones at the end, of at most ``most`` characters."""
    shown = "\n".join(text.rstrip().split("\n")[-count:])
    return shown if len(shown) <= most else f"…{shown[-most:]}"


def without_steps(text: str) -> str:
    """The same without the lines in which a pipeline says which step it takes."""
    return "".join(ln for ln in text.splitlines(keepends=True) if not ln.startswith(_STEP))


def _redrawn(line: str) -> str:
    """A carriage return begins the line anew."""
    return line.rstrip("\r").rpartition("\r")[2]
