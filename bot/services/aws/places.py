"""Where things are: a region, alone or before a thing's name (``eu-west-1:web-1``)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import ClassVar, Final, Self

from bot.errors import UserError
from bot.services.aws.settings import REGION

_FIRST: Final = re.compile(rf"(?P<region>{REGION.pattern})(?=[\s]|\Z)")
_BEFORE: Final = re.compile(rf"(?P<region>{REGION.pattern}):(?P<name>.+)", re.DOTALL)
_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f-\x9f]")
_GROUP: Final = re.compile(r"[A-Za-z0-9_./#-]{1,512}")
_ID: Final = re.compile(r"i-[0-9a-f]{8,17}")


@dataclass(frozen=True, slots=True)
class Region:
    """a region, such as eu-west-1; without one, the usual one."""

    name: str = ""

    def __str__(self) -> str:
        return self.name

    @classmethod
    def take(cls, text: str) -> tuple[Self, str]:
        """Read a region; another first word is left where it is."""
        found = _FIRST.match(text)
        return (cls(found["region"]), text[found.end() :]) if found else (cls(), text)


@dataclass(frozen=True, slots=True)
class Filter:
    """words that must all be in it, in any case."""

    words: tuple[str, ...] = ()

    def __str__(self) -> str:
        return " ".join(self.words)

    @classmethod
    def take(cls, text: str) -> tuple[Self, str]:
        """Read all words."""
        return cls(tuple(text.casefold().split())), ""

    def fits(self, *texts: str) -> bool:
        """Whether all words are in these texts."""
        whole = " ".join(texts).casefold()
        return all(word in whole for word in self.words)


@dataclass(frozen=True, slots=True)
class Instance:
    """an instance's name or id (web-1), perhaps behind its region (eu-west-1:web-1).

    ``name`` is what is typed behind the region, a name or an id; ``label`` the instance's name,
    where that is known beside its id; it is never typed.
    """

    numbered: ClassVar[bool] = True
    name: str
    region: str = ""
    label: str = ""

    def __post_init__(self) -> None:
        region, name = split(self.name)
        object.__setattr__(self, "name", name)  # one spelling, before anybody sees the value
        object.__setattr__(self, "region", self.region or region)
        if not name or _CONTROL.search(name):
            raise UserError("Which instance?", "Give its name, or its number in the last list.")

    def __str__(self) -> str:
        return f"{self.region}:{self.name}" if self.region else self.name

    @property
    def id(self) -> str:
        """Its id, where that is what was typed."""
        return self.name if _ID.fullmatch(self.name) else ""

    @classmethod
    def take(cls, text: str) -> tuple[Self, str]:
        """Read a name to the end: it may have spaces."""
        return cls(text), ""


@dataclass(frozen=True, slots=True)
class Group:
    """a log group's name (/aws/lambda/pay), perhaps behind its region and a colon."""

    numbered: ClassVar[bool] = True
    name: str
    region: str = ""

    def __post_init__(self) -> None:
        region, name = split(self.name)
        object.__setattr__(self, "name", name)
        object.__setattr__(self, "region", self.region or region)

    def __str__(self) -> str:
        return f"{self.region}:{self.name}" if self.region else self.name

    @classmethod
    def take(cls, text: str) -> tuple[Self, str]:
        """Read one word.

        Raises:
            UserError: no log group can be called that.
        """
        word, _, rest = text.partition(" ")
        group = cls(word)
        if not _GROUP.fullmatch(group.name):
            raise UserError("That is not the name of a log group.", "`logs groups` lists them.")
        return group, rest


@dataclass(frozen=True, slots=True)
class Path:
    """a bucket, or what is in one (bucket/folder); nothing is all buckets.

    Raises:
        UserError: no bucket can be called that.
    """

    numbered: ClassVar[bool] = True
    name: str = ""

    def __post_init__(self) -> None:
        name = self.name.strip().removeprefix("s3://")
        object.__setattr__(self, "name", name)
        good = re.fullmatch(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]", self.bucket)
        if name and (not good or _CONTROL.search(name) or len(name) > 1_100):
            raise UserError("That is not the name of a bucket.", "`s3 ls` lists them.")

    def __str__(self) -> str:
        return self.name

    @property
    def bucket(self) -> str:
        """The bucket's name."""
        return self.name.partition("/")[0]

    @property
    def prefix(self) -> str:
        """What the keys of its objects begin with."""
        return self.name.partition("/")[2]

    @classmethod
    def take(cls, text: str) -> tuple[Self, str]:
        """Read to the end: keys may have spaces."""
        return cls(text), ""


def split(text: str) -> tuple[str, str]:
    """A region and what is behind it; quotes around it all are taken away."""
    text = text.strip()
    if len(text) > 1 and text[0] == text[-1] and text[0] in "\"'":
        text = text[1:-1].strip()
    found = _BEFORE.fullmatch(text)
    return (found["region"], found["name"].strip()) if found else ("", text)
