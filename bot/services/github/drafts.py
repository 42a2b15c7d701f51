"""What is about to be opened: the first line is its title, the others are its text."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Self

from bot.errors import UserError
from bot.services.github.names import Repository

TITLE: Final = 256  # characters, GitHub's limit
BODY: Final = 65_536


@dataclass(frozen=True, slots=True)
class NewIssue:
    """the title; further lines are the text. owner/name before it where that is not the usual one.

    Raises:
        UserError: there is no title, or it is too long.
    """

    repository: Repository
    title: str
    body: str = ""

    def __post_init__(self) -> None:
        check_title(self.title, "Say it like this: `issue create <title>`.")

    def __str__(self) -> str:
        head = f"{self.repository} {self.title}".strip()
        return f"{head}\n{self.body}" if self.body else head

    @classmethod
    def take(cls, text: str) -> tuple[Self, str]:
        """Read everything."""
        repository, rest = Repository.take(text)
        return cls(repository, *titled(rest)), ""


def titled(text: str) -> tuple[str, str]:
    """The first line, in which people quote as in a shell, and what stands below it."""
    title, _, body = text.strip().partition("\n")
    return _unquoted(" ".join(title.split())), body.strip()


def check_title(title: str, hint: str) -> None:
    """Go on only with what GitHub takes.

    Raises:
        UserError: it is none, with the ``hint``; or it is too long.
    """
    if not title:
        raise UserError("It has no title.", hint)
    if len(title) > TITLE:
        raise UserError(
            f"A title has {TITLE} characters at most; this one has {len(title)}.",
            "Put the rest on the lines below it.",
        )


def _unquoted(title: str) -> str:
    mark = title[:1]
    inner = title[1:-1]
    whole = len(title) > 2 and mark in "\"'" and title.endswith(mark) and mark not in inner
    return inner if whole else title


@dataclass(frozen=True, slots=True)
class Comment:
    """the text, with its lines.

    Raises:
        UserError: there is none, or it is too long.
    """

    text: str

    def __post_init__(self) -> None:
        if not self.text.strip():
            raise UserError("There is nothing to say.")
        if len(self.text) > BODY:
            raise UserError(f"A comment has {BODY:,} characters at most.", "Shorten it.")

    def __str__(self) -> str:
        return self.text

    @classmethod
    def take(cls, text: str) -> tuple[Self, str]:
        """Read everything."""
        return cls(text.strip()), ""
