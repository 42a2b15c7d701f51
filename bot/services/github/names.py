"""The names of repositories, issues and pull requests: ``acme/site``, ``acme/site#12``.

A link is understood as well; whether it is one of the configured GitHub is checked where it is
used (``Site.place``).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import ClassVar, Final, Self

from bot.errors import UserError
from bot.services.github.words import first

REPOSITORY: Final = r"[A-Za-z0-9](?:[A-Za-z0-9_-]{0,99})/(?!\.{1,2}(?![\w.-]))[A-Za-z0-9._-]{1,100}"
"""owner/name; neither is a step in a path."""
LINK: Final = r"(?:(?P<link>https?://[^/\s?#@]{1,255})/)"
LOGIN: Final = r"[A-Za-z0-9][A-Za-z0-9_-]{0,99}"
_REPO: Final = re.compile(rf"{LINK}?(?P<repo>{REPOSITORY})/?", re.ASCII)
_NUMBER: Final = r"(?P<number>[1-9][0-9]{0,8})"
_ISSUE: Final = re.compile(rf"(?:(?P<repo>{REPOSITORY})?#|){_NUMBER}", re.ASCII)
_ISSUE_LINK: Final = re.compile(
    rf"{LINK}(?P<repo>{REPOSITORY})/(?:issues|pull)/{_NUMBER}(?:[/?#]\S*)?", re.ASCII
)
_WRAPPING: Final = "<>,"
THREAD: Final = "thread/"
"""What a notification in a list begins with."""


@dataclass(frozen=True, slots=True)
class Repository:
    """owner/name of a repository, or its link; where it is left out, the usual one.

    ``origin`` is that of a link, "" where none was typed.
    """

    name: str = ""
    origin: str = ""

    def __str__(self) -> str:
        return self.name

    @classmethod
    def take(cls, text: str) -> tuple[Self, str]:
        """Read one word, if it is a repository; something else is left where it is."""
        word, rest = first(text)
        found = _REPO.fullmatch(word.strip(_WRAPPING))
        if found is None:
            return cls(), text
        return cls(found["repo"].removesuffix(".git"), (found["link"] or "").lower()), rest


@dataclass(frozen=True, slots=True)
class IssueRef:
    """#12 for one of the usual repository, owner/name#12, or a link.

    ``text`` is what a list means by a number: ``owner/name#12``, behind a notification where it is
    a list of those. ``title`` is its, where it was looked at; that is never typed.

    Raises:
        UserError: it is none of these.
    """

    numbered: ClassVar[bool] = True
    quotable: ClassVar[bool] = False

    text: str
    origin: str = ""
    title: str = ""

    def __post_init__(self) -> None:
        text = self.text.rpartition(" ")[2] if self.text.startswith(THREAD) else self.text
        object.__setattr__(self, "text", text)  # fixed before anybody sees the value
        if _ISSUE.fullmatch(self.text) is None:
            raise UserError(
                "That is no issue or pull request.",
                "Give its number in your last list, #12, owner/name#12, or its link.",
            )

    def __str__(self) -> str:
        return self.text

    @property
    def repository(self) -> Repository:
        """Where it is."""
        return Repository(self.text.partition("#")[0] if "#" in self.text else "", self.origin)

    @property
    def number(self) -> int:
        """Its number there."""
        return int(self.text.rpartition("#")[2])

    @classmethod
    def take(cls, text: str) -> tuple[Self, str]:
        """Read one word.

        Raises:
            UserError: it is no issue.
        """
        word, rest = first(text)
        word = word.strip(_WRAPPING)
        if (found := _ISSUE_LINK.fullmatch(word)) is not None:
            return cls(f"{found['repo']}#{found['number']}", found["link"].lower()), rest
        return cls(word), rest


@dataclass(frozen=True, slots=True)
class PullRef(IssueRef):
    """#12 for one of the usual repository, owner/name#12, or a link.

    ``sha``: the commit at its head when it was looked at, ``base`` the branch that it went into;
    they are never typed.
    """

    sha: str = ""
    base: str = ""


@dataclass(frozen=True, slots=True)
class ThreadRef:
    """the id of a notification.

    ``text`` is what a list means by a number: ``thread/12`` and, where there is one, its issue.
    """

    numbered: ClassVar[bool] = True
    quotable: ClassVar[bool] = False

    text: str

    def __str__(self) -> str:
        return self.text

    @property
    def id(self) -> str:
        """GitHub's id of it."""
        return self.text.partition(" ")[0].removeprefix(THREAD)

    @property
    def issue(self) -> str:
        """``owner/name#12``, where it is known to be about that."""
        return self.text.partition(" ")[2]

    @classmethod
    def take(cls, text: str) -> tuple[Self, str]:
        """Read one word.

        Raises:
            UserError: it is no id.
        """
        word, rest = first(text)
        if re.fullmatch(r"[0-9]{1,20}", word, re.ASCII) is None:
            raise UserError("That is no notification.", "Give its number in your last list.")
        return cls(f"{THREAD}{word}"), rest


@dataclass(frozen=True, slots=True)
class Filter:
    """words to look for, as in GitHub's search: label:bug, assignee:@me."""

    text: str = ""

    def __str__(self) -> str:
        return self.text

    @classmethod
    def take(cls, text: str) -> tuple[Self, str]:
        """Read everything."""
        return cls(" ".join(text.split())), ""


@dataclass(frozen=True, slots=True)
class Logins:
    """the names of accounts, with or without an at sign."""

    names: tuple[str, ...]

    def __str__(self) -> str:
        return " ".join(f"@{name}" for name in self.names)

    @classmethod
    def take(cls, text: str) -> tuple[Self, str]:
        """Read everything.

        Raises:
            UserError: there are none, or no account has such a name.
        """
        words = text.replace(",", " ").split()
        names = tuple(dict.fromkeys(word.removeprefix("@") for word in words))
        if not names or not all(re.fullmatch(LOGIN, name, re.ASCII) for name in names):
            raise UserError("That is no name of an account at GitHub.")
        return cls(names), ""
