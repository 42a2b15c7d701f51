"""The names of jobs and folders: ``team/deploy prod``, with or without a slash at the start.

A name is as long as its words go: up to the first ``name=value``, or up to ``, `` before one.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import ClassVar, Final, Self
from urllib.parse import unquote

from bot.errors import UserError
from bot.services.jenkins.arguments import starts_params
from bot.services.jenkins.completion import folded
from bot.services.jenkins.words import Word, scan

_PAGE: Final = re.compile(r"(?:^|\s)page\s+(\d{1,6})\s*$")


@dataclass(frozen=True, slots=True)
class ItemPath:
    """The full name of a job or a folder.

    Raises:
        UserError: a part of it is empty, ``.`` or ``..``, or holds characters that no name has.
    """

    numbered: ClassVar[bool] = True
    name: str

    def __post_init__(self) -> None:
        name = self.name.strip().removeprefix("/").removesuffix("/")
        for part in name.split("/") if name else ():
            _check(part)
        object.__setattr__(self, "name", name)  # one spelling, fixed before anybody sees the value

    def __str__(self) -> str:
        return self.name

    @property
    def item(self) -> str:
        """``job/team/job/deploy prod``: where it stands under Jenkins' root, not quoted."""
        return "/".join(f"job/{part}" for part in self.name.split("/") if part)


@dataclass(frozen=True, slots=True)
class FolderPath(ItemPath):
    """a folder's name (folder/folder); nothing is the top."""

    name: str = ""

    @classmethod
    def take(cls, text: str) -> tuple[Self, str]:
        """Read a name; ``page N`` at the end is left."""
        head, page = _before_page(text)
        return cls(" ".join(word.text for word in scan(head))), page


@dataclass(frozen=True, slots=True)
class JobPath(ItemPath):
    """a job's name, with its folders (folder/job).

    Raises:
        UserError: as above, or it is empty.
    """

    def __post_init__(self) -> None:
        ItemPath.__post_init__(self)  # not super(): a class with slots is not the one it was in
        if not self.name:
            raise UserError("Which job?", "Give its name, or its number in the last list.")

    @classmethod
    def take(cls, text: str) -> tuple[Self, str]:
        """Read a name; what is left are parameters, with the comma before them if there is one."""
        words, rest = divide(text)
        return cls(" ".join(word.text for word in words)), rest


@dataclass(frozen=True, slots=True)
class Filter:
    """words that must all be in the name, in any case."""

    words: tuple[str, ...] = ()

    def __str__(self) -> str:
        return " ".join(self.words)

    @classmethod
    def take(cls, text: str) -> tuple[Self, str]:
        """Read all words; ``page N`` at the end is left."""
        head, page = _before_page(text)
        return cls(tuple(folded(word.text) for word in scan(head))), page

    def fits(self, name: str) -> bool:
        """Whether ``name`` has all the words."""
        whole = folded(name)
        return all(word in whole for word in self.words)


@dataclass(frozen=True, slots=True)
class Page:
    """page and its number: ``page 2``."""

    number: int = 1

    def __str__(self) -> str:
        return f"page {self.number}"

    @classmethod
    def take(cls, text: str) -> tuple[Self, str]:
        """Read ``page N``.

        Raises:
            UserError: something else stands there.
        """
        page = _PAGE.search(text)
        if page is None or text[: page.start()].strip() or not int(page[1]):
            raise UserError("That is not a page.", "Say page 2 at the end.")
        return cls(int(page[1])), ""


def divide(text: str) -> tuple[list[Word], str]:
    """The words of a name, and the parameters behind it with the comma before them."""
    words: list[Word] = []
    rest = ""
    for word in scan(text):
        if starts_params(word):
            rest = text[word.start :]
            break
        words.append(word)
    if rest and words and words[-1].chars[-1:] == ((",", False),):
        last = words.pop().without_last()
        words += [last] if last.chars else []
        rest = f", {rest}"
    return words, rest


def _before_page(text: str) -> tuple[str, str]:
    page = _PAGE.search(text)
    return (text[: page.start()], page.group().strip()) if page else (text, "")


def _check(part: str) -> None:
    if part.strip() in ("", ".", "..") or unquote(part) in (".", ".."):
        raise UserError(
            "That is not the name of a job: it has an empty part, . or .. in it.",
            "Folders and jobs are written as folder/job.",
        )
    if any(unicodedata.category(char) in ("Cc", "Cs") for char in part):
        raise UserError("That is not the name of a job: it has control characters in it.")
