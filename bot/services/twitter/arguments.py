"""What is typed behind the commands: a post of X's, an account."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import ClassVar, Final, Self

from bot.errors import UserError

_WORD: Final = re.compile(r"\S+")
_WRAPPING: Final = "\"'<>"
_SITE: Final = r"(?:https?://)?(?:(?:www|mobile|m)\.)?(?:x|twitter)\.com/"
_ID: Final = re.compile(r"[0-9]{1,20}")
_POST_LINK: Final = re.compile(
    _SITE + r"(?:i/web|(?P<author>[A-Za-z0-9_]{1,20}))/status(?:es)?/(?P<id>[0-9]{1,20})"
    r"(?:[/?#]\S*)?",
    re.IGNORECASE | re.ASCII,
)
_ACCOUNT: Final = re.compile(
    rf"(?:@|{_SITE})?(?P<name>[A-Za-z0-9_]{{1,20}})/?(?:[?#]\S*)?", re.IGNORECASE | re.ASCII
)
_NOBODY: Final = "i"  # what X writes in a link in place of an author


@dataclass(frozen=True, slots=True)
class PostRef:
    """a post's link or id.

    ``author`` is the handle in the link, "" where there was none. That is a hint and no more: X
    leads to the right post whatever stands there.
    """

    numbered: ClassVar[bool] = True

    id: str
    author: str = ""

    def __str__(self) -> str:
        return self.id

    @classmethod
    def take(cls, text: str) -> tuple[Self, str]:
        """Read one word.

        Raises:
            UserError: it is no post's link or id.
        """
        word, rest = _first(text)
        if _ID.fullmatch(word):
            return cls(word), rest
        if (link := _POST_LINK.fullmatch(word)) is None:
            raise UserError(
                "That is not a post on X.",
                "Give its number in your last list, its link, or its id.",
            )
        author = link["author"] or ""
        return cls(link["id"], "" if author.lower() == _NOBODY else author), rest


@dataclass(frozen=True, slots=True)
class Handle:
    """the name of an account, with or without an at sign, or its link."""

    name: str

    def __str__(self) -> str:
        return f"@{self.name}"

    @classmethod
    def take(cls, text: str) -> tuple[Self, str]:
        """Read one word.

        Raises:
            UserError: it is no account's name.
        """
        word, rest = _first(text)
        if (found := _ACCOUNT.fullmatch(word)) is None:
            raise UserError(
                "That is no name of an account at X.", "Names have letters, digits and underscores."
            )
        return cls(found["name"]), rest


def _first(text: str) -> tuple[str, str]:
    found = _WORD.match(text)
    word = found[0] if found else ""
    return word.strip(_WRAPPING), text[len(word) :]
