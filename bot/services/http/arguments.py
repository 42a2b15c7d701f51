"""What can be typed behind a declared command, and what it fills the holes of a request with."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any, ClassVar, Final, Self

from bot.errors import UserError
from bot.plugin import Rest
from bot.services.http.holes import pieces

_LONGEST: Final = 1000  # characters of a word
_QUOTED: Final = re.compile(r'"((?:[^"\\]|\\.)*+)"|\'([^\']*+)\'|(\S+)')
_ESCAPED: Final = re.compile(r'\\(["\\])')
_SPAN: Final = re.compile(r"(?:(\d{1,4})d)?(?:(\d{1,4})h)?(?:(\d{1,5})m(?:in)?)?")
_LONGEST_SPAN: Final = timedelta(days=366)


@dataclass(frozen=True, slots=True)
class Item:
    """a word.

    Raises:
        UserError: it does not have the form that was declared.
    """

    numbered: ClassVar[bool] = True
    form: ClassVar[str] = ""
    text: str

    def __post_init__(self) -> None:
        odd = any(unicodedata.category(char) in ("Cc", "Cs") for char in self.text)
        if odd or not 0 < len(self.text) <= _LONGEST or self.parts() is None:
            wanted = f" of the form `{_shown(self.form)}`" if self.form else ""
            raise UserError(f"That is no word{wanted}.", "Or give its number in your last list.")

    def __str__(self) -> str:
        return self.text

    @classmethod
    def take(cls, text: str) -> tuple[Self, str]:
        """Read one word, or several in quotes.

        Raises:
            UserError: it does not have the form that was declared.
        """
        found = _QUOTED.match(text)
        if found is None:
            return cls(""), text
        double, single, plain = found.groups()
        word = _ESCAPED.sub(r"\1", double) if double is not None else (single or plain or "")
        return cls(word), text[found.end() :]

    def parts(self) -> Mapping[str, str] | None:
        """What the holes of the form stand for in it; None where it has another form."""
        return taken_apart(self.form, self.text) if self.form else {}


@dataclass(frozen=True, slots=True)
class Duration:
    """a time such as 30m, 2h, 1d or 1h30m.

    Raises:
        UserError: it is none, or longer than a year.
    """

    text: str

    def __post_init__(self) -> None:
        found = _SPAN.fullmatch(self.text)
        if found is None or not timedelta() < self.span <= _LONGEST_SPAN:
            raise UserError("That is no time.", "Say 30m, 2h, 1d or 1h30m; a year at most.")

    def __str__(self) -> str:
        return self.text

    @classmethod
    def take(cls, text: str) -> tuple[Self, str]:
        """Read one word.

        Raises:
            UserError: it is no time.
        """
        word, _, _ = text.partition(" ")
        return cls(word.strip().lower()), text[len(word) :]

    @property
    def span(self) -> timedelta:
        """How long it is."""
        found = _SPAN.fullmatch(self.text)
        days, hours, minutes = (int(each or 0) for each in found.groups()) if found else (0, 0, 0)
        return timedelta(days=days, hours=hours, minutes=minutes)


KINDS: Final[Mapping[str, Any]] = {
    "word": str,
    "number": int,
    "rest": Rest,
    "item": Item,
    "duration": Duration,
}
"""The types that an argument can be declared with."""


def item_of(form: str) -> type[Item]:
    """A type of words of this form; its docstring is the help of such an argument."""
    doc = f"a word of the form {_shown(form)}" if form else "a word"
    return type("Item", (Item,), {"__doc__": doc, "__slots__": (), "form": form})


def check_form(form: str) -> None:
    """Check a form such as ``{project}#{number}``.

    Raises:
        ValueError: two of its holes stand side by side, or it has none, or one twice.
    """
    taken = list(pieces(form))
    names = [piece for piece, hole in taken if hole]
    if not names or len(set(names)) < len(names) or any("." in name for name in names):
        raise ValueError("needs parts in braces, each once: {project}#{number}")
    if any(left[1] and right[1] for left, right in pairwise(taken)):
        raise ValueError("has two parts side by side: nothing tells where the first ends")


def taken_apart(form: str, text: str) -> dict[str, str] | None:
    """The parts of a text of this form, the first ones as long as can be; None if it is of another.

    From its end on, each piece once: a regular expression would try every way to cut it.
    """
    taken = list(pieces(form))
    before = "" if taken[0][1] else taken.pop(0)[0]
    if not text.startswith(before):
        return None
    found: dict[str, str] = {}
    start, end = len(before), len(text)
    name = ""  # of the hole that ends there
    for piece, hole in reversed(taken):
        if hole:
            name = piece
            continue
        at = text.rfind(piece, start, max(start, end - 1)) if name else end - len(piece)
        if at < start or not text.startswith(piece, at):
            return None
        found |= {name: text[at + len(piece) : end]} if name else {}
        name, end = "", at
    found |= {name: text[start:end]} if name else {}
    return dict(reversed(found.items())) if bool(name) == (end > start) else None


def values_of(name: str, value: Any, now: datetime) -> dict[str, Any]:
    """What an argument fills holes with: ``{name}``, and ``{name.part}`` where it has parts."""
    if isinstance(value, Duration):
        return {
            name: value.text,
            f"{name}.seconds": int(value.span.total_seconds()),
            f"{name}.from": stamp(now),
            f"{name}.until": stamp(now + value.span),
        }
    if isinstance(value, Item):
        parts = {f"{name}.{part}": text for part, text in (value.parts() or {}).items()}
        return {name: value.text, **parts}
    return {name: str(value) if isinstance(value, str) else value}


def stamp(when: datetime) -> str:
    """A time as APIs want it (RFC 3339), to the second."""
    return when.strftime("%Y-%m-%dT%H:%M:%SZ")


def _shown(form: str) -> str:
    return form.replace("{", "").replace("}", "")
