"""The markup of a template: found before anything is filled in, so that no data becomes markup.

``[text](address)``, ``**strong**``, ```code```, and ``- `` or ``> `` at the start of a line. What
is found is fenced with noncharacters (U+FDD0…, of which no text is made: Unicode, section 23.7),
and those are taken out of all data.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from typing import Final
from urllib.parse import urlsplit

from bot.prose import short
from bot.reply import Block, Inline, Line, Link, Mono, Quote, Strong, bullets

_LINK, _TO, _LINKED = "\ufdd0", "\ufdd1", "\ufdd2"
_STRONG, _STRONG_END, _CODE, _CODE_END = "\ufdd3", "\ufdd4", "\ufdd5", "\ufdd6"
_BREAK, _BULLET, _QUOTE = "\ufdd7", "\ufdd8", "\ufdd9"
TAG: Final = "\ufdda"
"""Stands for one ``{{ }}`` or ``{% %}`` while markup is looked for around it."""

_SEEN: Final = 200  # characters of an address
_MARKS: Final = re.compile("[\ufdd0-\ufdef]")
_NEWLINES: Final = re.compile(r"\r\n|[\n\r\v\f\x1c-\x1e\x85\u2028\u2029]")
_SOURCE_LINK: Final = re.compile(r"\[([^\[\]\n]+)\]\(([^()\s]+)\)")
_LITERAL_HOST: Final = re.compile(rf"https?://([^/?#{TAG}]+)(?:[/?#]|\Z)")
_FENCED: Final = re.compile(
    "\ufdd0([^\ufdd0-\ufdd6]*)\ufdd1([^\ufdd0-\ufdd6]*)\ufdd2"
    "|\ufdd3([^\ufdd0-\ufdd6]*)\ufdd4|\ufdd5([^\ufdd0-\ufdd6]*)\ufdd6"
)


def harmless(text: str) -> str:
    """A text of the service's, or one that was typed: without marks, its lines kept as one mark."""
    return _NEWLINES.sub(_BREAK, _MARKS.sub("", text))


def bare(text: str) -> str:
    """The template's source without marks that were in it from the start."""
    return _MARKS.sub("", text)


def fenced(text: str) -> str:
    """A template's source, its tags replaced by :data:`TAG`, with the markup in it fenced.

    Raises:
        ValueError: a link leads to what is no address.
    """
    text = _SOURCE_LINK.sub(_link, text)
    text = re.sub(r"\*\*([^*\n]+)\*\*", rf"{_STRONG}\1{_STRONG_END}", text)
    text = re.sub(r"`([^`\n]+)`", rf"{_CODE}\1{_CODE_END}", text)
    text = re.sub(r"^[ \t]*- ", _BULLET, text, flags=re.MULTILINE)
    return re.sub(r"^[ \t]*> ?", _QUOTE, text, flags=re.MULTILINE)


def named(text: str) -> frozenset[str]:
    """The hosts that links name in a template's source itself, its tags replaced by :data:`TAG`."""
    found = (_LITERAL_HOST.match(address) for _, address in _SOURCE_LINK.findall(text))
    return frozenset(each[1].lower() for each in found if each)


def plain(text: str) -> str:
    """What was rendered, as one line of mere text."""
    return " ".join(_MARKS.sub("", text.replace(_BREAK, " ")).split())


def inlines(text: str, hosts: Collection[str]) -> tuple[Inline, ...]:
    """One rendered line as pieces of a reply; a link that leads to none of ``hosts`` says where."""
    return tuple(_pieces(text.strip(), hosts))


def blocks(text: str, hosts: Collection[str]) -> tuple[Block, ...]:
    """What was rendered, as blocks of a reply: one for each line, bullets and quotes together.

    ``hosts``: see :func:`inlines`.
    """
    made: list[Block] = []
    items: list[Line] = []
    for each in [*filter(str.strip, text.split("\n")), ""]:
        found = each.strip()
        if found.startswith(_BULLET):
            items.append(Line(inlines(found[1:], hosts)))
            continue
        if items:
            made.append(bullets(items))
            items = []
        if found.startswith(_QUOTE):
            made.append(Quote(_MARKS.sub("", found.replace(_BREAK, "\n")).strip()))
        elif found:
            made.append(Line(inlines(found, hosts)))
    return tuple(made)


def _link(found: re.Match[str]) -> str:
    text, address = found.groups()
    if not address.startswith((TAG, "https://", "http://")):
        raise ValueError("has a link that begins neither with https:// nor with {{ }}")
    return f"{_LINK}{text}{_TO}{address}{_LINKED}"


def _pieces(text: str, hosts: Collection[str]) -> Iterator[Inline]:
    at = 0
    for found in _FENCED.finditer(text):
        yield from _text(text[at : found.start()])
        at = found.end()
        label, address, strong, code = found.groups()
        if address is not None:
            yield from _linked(plain(label), plain(address), hosts)
        elif strong is not None:
            yield Strong(plain(strong))
        elif code is not None:
            yield Mono(plain(code))
    yield from _text(text[at:])


def _linked(label: str, address: str, hosts: Collection[str]) -> Iterator[Inline]:
    if not re.match(r"https?://[^/\s]", address):
        yield from filter(None, [label])
    elif not label or _host(address) in hosts:
        yield Link(label or address, address)
    else:  # whoever wrote the text wrote the address, too: it is read before it is opened
        yield f"{label} ("
        yield Link(short(address, _SEEN), address)
        yield ")"


def _host(address: str) -> str:
    try:
        return urlsplit(address).netloc.lower()
    except ValueError:
        return ""


def _text(text: str) -> Iterator[str]:
    """Mere text; the space at its ends parts it from what stands beside it."""
    text = re.sub(r"\s+", " ", _MARKS.sub("", text.replace(_BREAK, " ")))
    if text:
        yield text
