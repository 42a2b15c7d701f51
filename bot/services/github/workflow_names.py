"""Workflows, branches and runs, as they are typed."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from shlex import quote
from typing import ClassVar, Final, Self

from bot.errors import UserError
from bot.services.github.names import LINK, REPOSITORY, Repository
from bot.services.github.words import first

_LONGEST: Final = 255  # characters of a name
_RUN: Final = re.compile(r"(?P<id>[1-9][0-9]{0,17})", re.ASCII)
_RUN_LINK: Final = re.compile(
    rf"{LINK}(?P<repo>{REPOSITORY})/actions/runs/{_RUN.pattern}(?:[/?#]\S*)?", re.ASCII
)
_NUMBERED: Final = re.compile(r"[^\s#/]*\s*(#[0-9]{1,9})(?:\s|\Z)", re.ASCII)  # deploy.yml #12
_INPUT: Final = re.compile(r"(?:-[fF]\s|[A-Za-z_][\w-]*=)", re.ASCII)
_FULL: Final = re.compile(r"\A(?:refs/(?:heads|tags)/)+")  # more than once is another spelling, too
_NO_REF: Final = re.compile(r"[\s~^:?*\[\\\x00-\x20\x7f]|\.\.|@\{|//|^[-/.]|[/.]\Z|\.lock\Z")


def starts_inputs(text: str) -> bool:
    """Whether ``name=value`` is what comes next."""
    return _INPUT.match(text.lstrip()) is not None


@dataclass(frozen=True, slots=True)
class WorkflowRef:
    """the workflow's file (deploy.yml) or name, in quotes where that has spaces.

    owner/name stands before it where that is not the usual repository. ``text`` is what a list
    means by a number: ``owner/name deploy.yml``.

    Raises:
        UserError: it is empty, or no name of one.
    """

    numbered: ClassVar[bool] = True

    text: str
    origin: str = ""

    def __post_init__(self) -> None:
        name = self.name
        if not name or len(name) > _LONGEST or name in (".", ".."):
            raise UserError("Which workflow?", "`workflows` lists them.")
        if any(unicodedata.category(char) in ("Cc", "Cs") for char in self.text):
            raise UserError("That is no name of a workflow: it has control characters in it.")

    def __str__(self) -> str:
        repository = self.repository.name
        name = self.name
        shown = name if re.fullmatch(r"[\w./-]+", name) else quote(name)
        return f"{repository} {shown}".strip()

    @property
    def repository(self) -> Repository:
        """Where it is."""
        return Repository(Repository.take(self.text)[0].name, self.origin)

    @property
    def name(self) -> str:
        """Its file or name."""
        return Repository.take(self.text)[1].strip()

    @classmethod
    def take(cls, text: str) -> tuple[Self, str]:
        """Read one word, or two where the first is a repository.

        Raises:
            UserError: there is none.
        """
        repository, rest = Repository.take(text)
        name, rest = ("", rest) if starts_inputs(rest) else first(rest)
        return cls(f"{repository} {name}".strip() if name else "", repository.origin), rest


@dataclass(frozen=True, slots=True)
class Ref:
    """a branch or tag; where it is left out, the default branch.

    Raises:
        UserError: none is called that.
    """

    name: str = ""

    def __post_init__(self) -> None:
        if len(self.name) > _LONGEST or _NO_REF.search(self.name):
            raise UserError("No branch or tag has such a name.")

    def __str__(self) -> str:
        return self.name

    @classmethod
    def take(cls, text: str) -> tuple[Self, str]:
        """Read one word, also behind ``--ref``; ``name=value`` is left where it is."""
        if starts_inputs(text):
            return cls(), text
        word, rest = first(text)
        if word in ("--ref", "-r"):
            word, rest = first(rest)
        return cls(_FULL.sub("", word)), rest


@dataclass(frozen=True, slots=True)
class RunRef:
    """the id of a run, its link, or owner/name and its id.

    ``text`` is what a list means by a number: ``owner/name 12345678901``. ``called`` is its name
    (``deploy.yml #12``), where it was looked at; that is never typed.

    Raises:
        UserError: it is none of these.
    """

    numbered: ClassVar[bool] = True
    quotable: ClassVar[bool] = False

    text: str
    origin: str = ""
    called: str = ""

    def __post_init__(self) -> None:
        if _RUN.fullmatch(self.text.rpartition(" ")[2]) is None:
            raise UserError(
                "That is no run of a workflow.",
                "Give its number in your last list, its id, or its link; `runs` lists them.",
            )

    def __str__(self) -> str:
        return self.text

    @property
    def repository(self) -> Repository:
        """Where it is."""
        return Repository(self.text.rpartition(" ")[0], self.origin)

    @property
    def id(self) -> int:
        """Its id."""
        return int(self.text.rpartition(" ")[2])

    @classmethod
    def take(cls, text: str) -> tuple[Self, str]:
        """Read one word, or two where the first is a repository.

        Raises:
            UserError: it is no run.
        """
        word, rest = first(text)
        if (found := _RUN_LINK.fullmatch(word.strip("<>,"))) is not None:
            return cls(f"{found['repo']} {found['id']}", found["link"].lower()), rest
        repository, rest = Repository.take(text)
        if (found := _NUMBERED.match(rest)) is not None:
            raise UserError(
                f"{found[1]} is the run's number, not its id.",
                "Say `runs`, and then its number in that list.",
            )
        word, rest = first(rest)
        return cls(f"{repository} {word}".strip(), repository.origin), rest
