"""The parameters of a build, as they are typed.

Two forms are understood::

    deploy ENV=prod NOTE="two words"        words as in a shell
    deploy, ENV=prod&NOTE=two%20words       Hubot's: after a comma, values percent-decoded

An unquoted ``&`` before ``name=`` always separates and makes it Hubot's form, so that
``ENV=prod&DRY=true`` means the same with and without the comma. Quoted text is never decoded.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from shlex import quote
from typing import Final, Self
from urllib.parse import unquote

from bot.errors import UserError
from bot.secret import Secret
from bot.services.jenkins.words import Word, scan

_NAME: Final = re.compile(r"[^\s=&/,'\"\\\0]+(?==)")
_SECRET: Final = re.compile(
    r"pass|pwd|secret|token|credential|auth(?!or)|api_?key|private_?key|(?<![a-z])key(?![a-z])",
    re.IGNORECASE,
)
_MASK: Final = "********"
_UNSAID: Final = "…"  # not the mask: who compares the two texts sees that something is hidden
_QUOTED: Final = "\0"  # stands for quoted characters where only unquoted ones have a meaning

Chars = tuple[tuple[str, bool], ...]
Value = str | Secret
"""A parameter's value; a Secret where Jenkins calls it a password."""


@dataclass(frozen=True, slots=True, repr=False)
class Params:
    """name=value for each parameter, in quotes where the value has spaces.

    In the order in which they were typed. What Jenkins calls a password is a Secret as soon as that
    is known. ``repr`` shows the names only; ``str`` is the whole but for what is a Secret, as it
    would be typed, for the question whether it is meant.
    """

    pairs: tuple[tuple[str, Value], ...] = ()

    def __repr__(self) -> str:
        return f"Params({', '.join(self.names)})"

    def __str__(self) -> str:
        return " ".join(f"{name}={_shown(value, _UNSAID)}" for name, value in self.pairs)

    def masked(self) -> str:
        """The same without the values of what is named like a secret."""
        return " ".join(
            f"{name}={_MASK if _SECRET.search(name) else _shown(value, _MASK)}"
            for name, value in self.pairs
        )

    @property
    def names(self) -> tuple[str, ...]:
        """What is given, in order."""
        return tuple(name for name, _ in self.pairs)

    def __bool__(self) -> bool:
        return bool(self.pairs)

    @classmethod
    def take(cls, text: str) -> tuple[Self, str]:
        """Read everything that is left.

        Raises:
            UserError: it is not a row of ``name=value``.
        """
        if any("\ud800" <= char <= "\udfff" for char in text):
            raise UserError("The parameters hold a broken character.", "Type them again.")
        body = text.lstrip()
        hubot = body.startswith(",")
        words = list(scan(body.removeprefix(",")))
        hubot = hubot or any(len(_pieces(word)) > 1 for word in words)
        found: list[tuple[str, str]] = []
        for piece in _flatten(words):
            name = _NAME.match("".join(char for char, _ in piece))
            if name:
                found.append((name[0], _value(piece[name.end() + 1 :], decode=hubot)))
            elif found and hubot:
                last, value = found.pop()
                found.append((last, f"{value} {_value(piece, decode=True)}"))
            else:
                raise _malformed(found)
        return cls(tuple((unquote(name) if hubot else name, value) for name, value in found)), ""


def starts_params(word: Word) -> bool:
    """Whether a word is the first of the parameters: an unquoted ``name=`` begins it."""
    return bool(_NAME.match(_bare(word.chars)))


def plain(value: Value) -> str:
    """A value as it is sent to Jenkins."""
    return value.reveal() if isinstance(value, Secret) else value


def _shown(value: Value, hidden: str) -> str:
    return hidden if isinstance(value, Secret) else quote(value)


def _flatten(words: Sequence[Word]) -> Iterator[Chars]:
    for word in words:
        yield from _pieces(word)


def _pieces(word: Word) -> list[Chars]:
    """A word, divided at each unquoted ``&`` before a ``name=``."""
    bare = _bare(word.chars)
    cuts = [n for n, char in enumerate(bare) if char == "&" and _NAME.match(bare, n + 1)]
    starts = [0, *(cut + 1 for cut in cuts)]
    ends = [*cuts, len(bare)]
    return [word.chars[start:end] for start, end in zip(starts, ends, strict=True)]


def _bare(chars: Chars) -> str:
    return "".join(_QUOTED if quoted else char for char, quoted in chars)


def _value(chars: Chars, *, decode: bool) -> str:
    if not decode:
        return "".join(char for char, _ in chars)
    value, run = "", ""
    for char, quoted in chars:
        if quoted:
            value, run = value + _decoded(run) + char, ""
        else:
            run += char
    return value + _decoded(run)


def _decoded(text: str) -> str:
    try:
        return unquote(text, errors="strict")
    except UnicodeDecodeError:
        raise UserError(
            "A value has a % that does not decode to text.", "Put the value in quotes."
        ) from None


def _malformed(found: Sequence[tuple[str, str]]) -> UserError:
    where = f"What follows {found[-1][0]}=…" if found else "What follows the job's name"
    return UserError(
        f"{where} is not of the form name=value.", 'Put a value of several words in quotes: n="a b"'
    )
