"""From a message's body to the text of a command.

A body is addressed to the bot by the prefix (``!jenkins list``), by one of its names at the start
(``@actas: …``, ``actas, …``, ``Actas …``, a mention pill), or by standing in a direct message.
Edits never come here; :func:`without_fallback` takes the quoted text of a reply away.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import unquote

from bot.errors import UserError

_QUOTED_SENDER: Final = re.compile(r"> (?:\* )?<@[^>\n]+>")
_PILL: Final = re.compile(
    r"\[[^\]\n]{0,255}\]\(https://matrix\.to/#/(?P<target>[^)?\s]{1,400})(?:\?[^)\s]*)?\)"
)
_AFTER_NAME: Final = re.compile(r"\s*+(?P<mark>[:,])\s*+|\s++|\Z")
_REDIRECT: Final = ">dm"

# Possessive, so that no text makes it backtrack: time is linear in the word's length.
_WORD: Final = re.compile(r"""(?:[^\s"'\\]++|"(?:[^"\\]|\\.)*+"|'[^']*+'|\\.)++""", re.DOTALL)
_PIECE: Final = re.compile(
    r"""[^"'\\]++|"(?P<double>(?:[^"\\]|\\.)*+)"|'(?P<single>[^']*+)'|\\(?P<escaped>.)""", re.DOTALL
)
_ESCAPED_IN_DOUBLE: Final = re.compile(r'\\(["\\])')
_SPACE: Final = re.compile(r"\s*")


@dataclass(frozen=True, slots=True)
class Address:
    """The command's text in a body that is addressed to the bot; as typed, it may hold a secret.

    ``certain`` is False where it may be chatter among people (``!important``, ``actas is nice``):
    when such a text is no known command and not close to one, the bot stays silent.
    """

    text: str = field(repr=False)
    certain: bool


@dataclass(frozen=True, slots=True)
class Word:
    """A word without its quotes, and where it stood in the text: ``text[start:end]``."""

    value: str
    start: int
    end: int


def address(
    body: str, *, prefix: str, names: Sequence[str], private: bool, mentions_bot: bool
) -> Address | None:
    """Find the command's text in ``body``; None when the message is for somebody else.

    Args:
        prefix: "!"; may be empty or a word. In a room it counts only before a letter or digit, so
            that "!", "!!" and "!?" are what people mean by them.
        names: the bot's user id and display names; a user id stands for its localpart as well.
        private: the room is a direct message, where everything is addressed to the bot.
        mentions_bot: the sender's client says that this mentions the bot (``m.mentions``). A reply
            to the bot says so too, so a body that does not begin with a name is not addressed.
    """
    text = body.lstrip()
    rest = _after_prefix(text, prefix)
    if rest is not None:
        return Address(rest, certain=private)
    named = _after_pill(text, names) or _after_name(text, names, sure=private or mentions_bot)
    if named is not None:
        return named
    return Address(text, certain=True) if private else None


def addressed(
    body: str, *, prefix: str, names: Sequence[str], private: bool, mentions_bot: bool
) -> str | None:
    """Return the text of :func:`address` alone."""
    found = address(body, prefix=prefix, names=names, private=private, mentions_bot=mentions_bot)
    return None if found is None else found.text


def without_fallback(body: str) -> str:
    """Take away the quoted text that older clients put before a reply (``> <@user> …``)."""
    if not _QUOTED_SENDER.match(body):
        return body
    lines = body.split("\n")
    quoted = next((n for n, line in enumerate(lines) if not line.startswith(">")), len(lines))
    if quoted < len(lines) and not lines[quoted].strip():
        quoted += 1
    return "\n".join(lines[quoted:])


def redirected(text: str) -> tuple[str, bool]:
    """Take ``>dm`` from the end; True where it stood there: the answer goes to the direct message.

    Not for a secret that the bot has asked for: that is taken as typed.
    """
    stripped = text.rstrip()
    head, tail = stripped[: -len(_REDIRECT)], stripped[-len(_REDIRECT) :]
    if tail.lower() != _REDIRECT or (head and not head[-1].isspace()):
        return text, False
    return head.rstrip(), True


def words(text: str) -> Iterator[Word]:
    """Split as a shell does, with quotes and backslashes, keeping positions; one word at a time.

    Raises:
        UserError: a quotation mark is not closed, or a backslash stands at the end.
    """
    at = _skip_space(text, 0)
    while at < len(text):
        found = _WORD.match(text, at)
        end = found.end() if found else at
        if end < len(text) and not text[end].isspace():
            raise _unclosed(text[end])
        yield Word(_unquoted(text[at:end]), at, end)
        at = _skip_space(text, end)


def _unclosed(mark: str) -> UserError:
    if mark == "\\":
        return UserError(
            "There is nothing behind the backslash at the end.", "For a backslash, type two."
        )
    return UserError(
        f"A quotation mark ({mark}) is opened and not closed.",
        f"Close it, or type \\{mark} where it belongs to the text.",
    )


def _unquoted(word: str) -> str:
    return "".join(_piece(found) for found in _PIECE.finditer(word))


def _piece(found: re.Match[str]) -> str:
    if (double := found["double"]) is not None:
        return _ESCAPED_IN_DOUBLE.sub(r"\1", double)
    for plain in (found["single"], found["escaped"]):
        if plain is not None:
            return plain
    return found[0]


def _skip_space(text: str, at: int) -> int:
    found = _SPACE.match(text, at)
    return found.end() if found else at


def _without(text: str, head: str) -> str | None:
    """What follows ``head`` (in any case) at the start of ``text``; None where it is not there."""
    if not head or text[: len(head)].casefold() != head.casefold():
        return None
    return text[len(head) :]


def _after_prefix(text: str, prefix: str) -> str | None:
    rest = _without(text, prefix)
    if rest is None or (prefix[-1].isalnum() and rest[:1].isalnum()):
        return None
    rest = rest.lstrip()
    return rest if rest[:1].isalnum() else None


def _after_pill(text: str, names: Sequence[str]) -> Address | None:
    """A mention as rich-text editors write it: ``[Actas](https://matrix.to/#/@actas:…) list``."""
    pill = _PILL.match(text)
    if pill is None or unquote(pill["target"]) not in names:
        return None
    after = _AFTER_NAME.match(text, pill.end())
    return Address(text[after.end() :], certain=True) if after else None


def _after_name(text: str, names: Sequence[str], *, sure: bool) -> Address | None:
    for form in _forms(names):
        rest = _without(text, form)
        after = _AFTER_NAME.match(rest) if rest is not None else None
        if rest is None or after is None:
            continue
        glued = after[0] == ":" and after.end() < len(rest)
        if glued and form.startswith("@"):
            continue  # "@actas:evil.org" is somebody else
        return Address(rest[after.end() :], certain=sure or after["mark"] is not None)
    return None


def _forms(names: Sequence[str]) -> list[str]:
    """Every way to write the names, longest first, so that none hides in another."""
    forms: set[str] = set()
    for name in filter(None, (name.strip() for name in names)):
        bare = name.removeprefix("@")
        forms |= {bare, f"@{bare}"}
        if bare != name and ":" in name:
            localpart = bare.partition(":")[0]
            forms |= {localpart, f"@{localpart}"}
    return sorted(forms - {"", "@"}, key=lambda form: (-len(form), form))
