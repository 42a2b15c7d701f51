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
        if not self.title:
            raise UserError("It has no title.", "Say it like this: `issue create <title>`.")
        if len(self.title) > TITLE:
            raise UserError(
                f"A title has {TITLE} characters at most; this one has {len(self.title)}.",
                "Put the rest on the lines below it.",
            )

    def __str__(self) -> str:
        head = f"{self.repository} {self.title}".strip()
        return f"{head}\n{self.body}" if self.body else head

    @classmethod
    def take(cls, text: str) -> tuple[Self, str]:
        """Read everything."""
        repository, rest = Repository.take(text)
        title, _, body = rest.strip().partition("\n")
        return cls(repository, _unquoted(" ".join(title.split())), body.strip()), ""


def _unquoted(title: str) -> str:
    """People quote it, as in a shell."""
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
