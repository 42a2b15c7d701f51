"""Words as a shell would read them, with their places and with what was quoted.

Quotes, double quotes and backslashes work as in POSIX ``sh`` (and :mod:`shlex`); what is kept
beyond that is needed to tell ``name=value`` from a job called ``"name=value"``.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from bot.errors import UserError


@dataclass(frozen=True, slots=True)
class Word:
    """A word at ``start`` … ``end`` of the text; ``chars`` pairs each character of its value with
    whether it was quoted."""

    start: int
    end: int
    chars: tuple[tuple[str, bool], ...]

    @property
    def text(self) -> str:
        """Its value."""
        return "".join(char for char, _ in self.chars)

    def without_last(self) -> Word:
        """The same word without its last character."""
        return Word(self.start, self.end, self.chars[:-1])


def scan(text: str) -> Iterator[Word]:
    """The words of ``text``, in order.

    Raises:
        UserError: a quote is not closed, or a backslash stands at the very end.
    """
    position = 0
    while position < len(text):
        if text[position].isspace():
            position += 1
        else:
            word = _word(text, position)
            yield word
            position = word.end


def _word(text: str, start: int) -> Word:
    chars: list[tuple[str, bool]] = []
    position = start
    while position < len(text) and not text[position].isspace():
        char = text[position]
        if char in "'\"":
            inner, position = _quoted(text, position)
            chars.extend((each, True) for each in inner)
        elif char == "\\":
            if position + 1 == len(text):
                raise UserError("A backslash stands at the very end.", "Write it twice: \\\\")
            chars.append((text[position + 1], True))
            position += 2
        else:
            chars.append((char, False))
            position += 1
    return Word(start, position, tuple(chars))


def _quoted(text: str, start: int) -> tuple[str, int]:
    quote, inner, position = text[start], "", start + 1
    while position < len(text):
        char = text[position]
        if char == quote:
            return inner, position + 1
        escapes = quote == '"' and char == "\\" and text[position + 1 : position + 2] in ('"', "\\")
        if escapes:
            position += 1
            char = text[position]
        inner += char
        position += 1
    raise UserError(
        f"A quote ({quote}) is not closed.", "Put the other kind of quotes around the whole value."
    )
