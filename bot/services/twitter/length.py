"""How long a text is, as X counts: an address is always 23, an emoji 2, a letter 1 or 2.

https://docs.x.com/fundamentals/counting-characters

X's parser looks for addresses in time quadratic to a word with dots in it, and holds the
interpreter meanwhile. So words are counted each by itself (nothing that X counts goes over a
space), plain ones not by the parser at all, and a text whose words would take long is refused
before it is counted.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final

from bot.errors import UserError

LONGEST: Final = 280
RAW_LIMIT: Final = 8_000  # code points
WORD_WORK: Final = 1_000  # see _work: some 12 ms at the worst
TEXT_WORK: Final = 4_000

_GAP: Final = re.compile(r"([\t-\r \x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+)")


class Ruler:
    """Measures texts. It remembers the words that it has measured: there is one for each draft."""

    def __init__(self) -> None:
        self._weights: dict[tuple[str, bool], int] = {}
        self._links: dict[tuple[str, bool], tuple[tuple[int, int], ...]] = {}

    def weigh(self, text: str) -> int:
        """The length of ``text`` as X counts it; at least 1.

        Raises:
            UserError: X would not take the text as a post, however short it were.
        """
        _refuse_unreadable(text)
        pieces = words_and_gaps(normal(text))
        _refuse_hostile(pieces)
        from bot.services.twitter import parser

        if not parser.is_clean(text):
            raise _foreign()
        return sum(self.weight(piece, first=not n) for n, piece in enumerate(pieces))

    def weight(self, piece: str, *, first: bool) -> int:
        """What one piece of a text that :meth:`weigh` takes counts for.

        ``first``: the text begins with it. Whether X sees an address depends on that.
        """
        if piece.isascii() and "." not in piece:  # no address, no emoji, nothing wide
            return len(piece)
        if (piece, first) not in self._weights:
            from bot.services.twitter import parser

            weighs = parser.weight(piece) if first else parser.weight(f" {piece}") - 1
            self._weights[piece, first] = weighs
        return self._weights[piece, first]

    def links(self, text: str) -> tuple[str, ...]:
        """The addresses in a text that :meth:`weigh` takes, in order."""
        return tuple(
            piece[start:end]
            for number, piece in enumerate(words_and_gaps(normal(text)))
            for start, end in self.links_in(piece, first=not number)
        )

    def links_in(self, piece: str, *, first: bool) -> tuple[tuple[int, int], ...]:
        """Where the addresses in one piece are; ``first`` as in :meth:`weight`."""
        if "." not in piece:
            return ()
        if (piece, first) not in self._links:
            from bot.services.twitter import parser

            before = "" if first else " "
            found = parser.addresses(before + piece)
            self._links[piece, first] = tuple(
                (start - len(before), end - len(before)) for start, end in found
            )
        return self._links[piece, first]


def normal(text: str) -> str:
    """``text`` as X keeps it: composed characters, and one kind of line end."""
    return unicodedata.normalize("NFC", text).replace("\r\n", "\n").replace("\r", "\n")


def words_and_gaps(text: str) -> list[str]:
    """``text`` cut at its spaces and line ends, which are kept as pieces of their own."""
    return [piece for piece in _GAP.split(text) if piece]


def is_gap(piece: str) -> bool:
    """Whether a piece is made of spaces and line ends."""
    return _GAP.fullmatch(piece) is not None


def _refuse_unreadable(text: str) -> None:
    if not text.strip():
        raise UserError("There is no text to post.", "Say it like this: `tweet <text>`.")
    if len(text) > RAW_LIMIT:
        raise UserError(
            f"This text has {len(text)} characters; I take {RAW_LIMIT}.",
            "Shorten it, or post it in several goes.",
        )
    try:
        text.encode()
    except UnicodeEncodeError:  # half of a surrogate pair; its text would quote the post
        readable = False
    else:
        readable = True
    if not readable:
        raise _foreign()


def _refuse_hostile(pieces: list[str]) -> None:
    work = [_work(part) for piece in pieces if "." in piece for part in piece.split("/")]
    if any(one > WORD_WORK for one in work):
        raise UserError("A word of this text has too many dots in it.", "Put a space into it.")
    if sum(work) > TEXT_WORK:
        raise UserError("This text has too many words with dots in them.", "Shorten it.")


def _work(part: str) -> int:
    """How much the parser has to look at; ``part`` is what stands between slashes.

    Measured: some 2.5 microseconds for each where all is ASCII, up to 12 where not.
    """
    labels = sum(1 for label in part.split(".") if label)
    if labels < 2:
        return 0
    return labels * (2 * labels if part.isascii() else len(part))


def _foreign() -> UserError:
    return UserError("This text has characters that X does not take.", "Type it anew.")
