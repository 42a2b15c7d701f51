"""A text as it will be posted: as it stands, or as a thread of numbered posts.

A thread is cut at the ends of sentences or between words; within a word only where it alone is
longer than a post (Chinese and Japanese write no spaces), and never in an address or an emoji.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape
from typing import Final

from bot.errors import UserError
from bot.services.twitter.length import LONGEST, Ruler, is_gap, normal, words_and_gaps

MOST: Final = 25  # posts of a thread
SHOWN: Final = 6_800  # bytes of JSON in HTML: the message that asks for a yes holds it four times

_NUMBERS: Final = ((9, len(" 9/9")), (MOST, len(" 25/25")))
_SENTENCE_ENDS: Final = re.compile(r"[.!?…。！？][)\]\"'»”’」』]*\Z")
_JOINERS: Final = frozenset("\u200c\u200d")


@dataclass(frozen=True, slots=True)
class Part:
    """One post: its text, its length as X counts it, and the addresses in it."""

    text: str
    length: int
    links: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Atom:
    """What is not cut. ``inner``: a piece of a word that is too long for a post."""

    text: str
    weight: int
    inner: bool = False

    @property
    def is_gap(self) -> bool:
        return is_gap(self.text)

    @property
    def ends_sentence(self) -> bool:
        return "\n" in self.text or _SENTENCE_ENDS.search(self.text) is not None


def draft(text: str) -> tuple[Part, ...]:
    """The posts that ``text`` becomes; the text itself where it fits in one.

    Raises:
        UserError: X would not take it, or it is too long for a thread.
    """
    ruler = Ruler()
    length = ruler.weigh(text)
    if length <= LONGEST:
        return (Part(text, length, ruler.links(text)),)
    if length > MOST * LONGEST or len(json.dumps(escape(text).replace("\n", "<br>"))) > SHOWN:
        raise _too_long(length)
    plain = normal(text).strip()
    atoms = list(_atoms(plain, ruler))
    for most, number in _NUMBERS:
        pieces = _fill(atoms, LONGEST - number)
        if len(pieces) <= most:
            break
    else:
        raise _too_long(length)
    parts = tuple(_numbered(pieces, ruler))
    kept = tuple(link for part in parts for link in part.links)
    if any(part.length > LONGEST for part in parts) or kept != ruler.links(plain):
        raise UserError(
            "I find no good places to cut this text into several posts.",
            "Put spaces into its longest words, or shorten it.",
        )
    return parts


def _numbered(pieces: Sequence[str], ruler: Ruler) -> Iterator[Part]:
    for number, piece in enumerate(pieces, 1):
        text = f"{piece} {number}/{len(pieces)}"
        yield Part(text, ruler.weigh(text), ruler.links(text))


def _atoms(text: str, ruler: Ruler) -> Iterator[_Atom]:
    room = LONGEST - _NUMBERS[-1][1]
    for number, piece in enumerate(words_and_gaps(text)):
        weighs = ruler.weight(piece, first=not number)
        if weighs <= room or is_gap(piece):
            yield _Atom(piece, weighs)
        else:
            yield from _inside(piece, ruler.links_in(piece, first=not number))


def _inside(word: str, links: Sequence[tuple[int, int]]) -> Iterator[_Atom]:
    from bot.services.twitter import parser

    whole = [(start, end, 23) for start, end in links]
    whole += [(start, end, 2) for start, end in parser.emoji(word)]
    at = 0
    for start, end, weighs in sorted(whole):
        if start >= at:  # an emoji in an address is a part of it
            yield from _characters(word[at:start])
            yield _Atom(word[start:end], weighs, inner=True)
            at = end
    yield from _characters(word[at:])


def _characters(text: str) -> Iterator[_Atom]:
    """Characters as people see them: with their accents, and what is joined to them."""
    from bot.services.twitter import parser

    found: list[str] = []
    for character in text:
        if found and (_continues(character) or found[-1][-1] in _JOINERS):
            found[-1] += character
        else:
            found.append(character)
    return (_Atom(one, parser.weight_of_characters(one), inner=True) for one in found)


def _continues(character: str) -> bool:
    return (
        unicodedata.category(character).startswith("M")
        or character in _JOINERS
        or "\u1160" <= character <= "\u11ff"  # the vowels and ends of Korean syllables
        or "\ud7b0" <= character <= "\ud7ff"
    )


def _fill(atoms: Sequence[_Atom], room: int) -> list[str]:
    """Lay the atoms into as few posts as sentences allow, without gaps at the edges."""
    pieces: list[str] = []
    current: list[_Atom] = []
    used = 0
    for atom in atoms:
        while current and used + atom.weight > room:
            cut = _cut(current, broken=atom.inner)
            pieces.append(_text(current[:cut]))
            current = _without_gap(current[cut:])
            used = sum(left.weight for left in current)
        if current or not atom.is_gap:
            current.append(atom)
            used += atom.weight
    return [*pieces, *([_text(current)] if current else [])]


def _cut(atoms: Sequence[_Atom], *, broken: bool) -> int:
    """How many atoms stay: up to the last sentence of the second half, if there is one.

    ``broken``: the end is in the middle of a word, so that a gap before it is better.
    """
    total, before = sum(atom.weight for atom in atoms), 0
    sentence = gap = 0
    for number, atom in enumerate(atoms, 1):
        before += atom.weight
        if atom.ends_sentence and 2 * before >= total:
            sentence = number
        if atom.is_gap and 3 * before >= total:
            gap = number
    if broken and atoms[-1].inner:
        return sentence or gap or len(atoms)
    return sentence or len(atoms)


def _text(atoms: Sequence[_Atom]) -> str:
    return "".join(atom.text for atom in atoms).strip()


def _without_gap(atoms: list[_Atom]) -> list[_Atom]:
    return atoms[1:] if atoms and atoms[0].is_gap else atoms


def _too_long(length: int) -> UserError:
    return UserError(
        f"This text has {length} characters as X counts them: more than a post takes ({LONGEST}), "
        "and too many for a thread.",
        "Shorten it, or post it in several goes.",
    )
