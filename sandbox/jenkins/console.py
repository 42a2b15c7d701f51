"""What a build prints.

Jenkins keeps notes for its own page in the text, such as links. Who asks for plain text does not
get them, but offsets count them: https://www.jenkins.io/doc/book/using/remote-access-api/ and
``hudson.console.AnnotatedLargeText``.
"""

from __future__ import annotations

import base64
import re
from typing import Final

_NOTE: Final = re.compile(rb"\x1b\[8mha:.*?\x1b\[0m")
_LINK: Final = f"\x1b[8mha:////4{base64.b64encode(bytes(range(120))).decode()}\x1b[0m"


def link(words: str) -> str:
    """Words that are a link on Jenkins' page."""
    return f"{_LINK}{words}"


class Console:
    """A log that grows."""

    def __init__(self) -> None:
        self._raw = bytearray()

    def write(self, text: str) -> None:
        """Append text, with or without the end of a line."""
        self._raw += text.encode()

    @property
    def text(self) -> str:
        """All that was printed, without notes."""
        return _NOTE.sub(b"", bytes(self._raw)).decode()

    def piece(self, start: int, *, complete: bool) -> tuple[bytes, int]:
        """The plain text from the offset ``start``, and the offset to go on from.

        A line that is still being written is kept back; after the end of the log it starts over.
        """
        if start > len(self._raw):
            start = 0
        end = len(self._raw) if complete else self._raw.rfind(b"\n") + 1
        end = max(start, end)
        return _NOTE.sub(b"", bytes(self._raw[start:end])), end
