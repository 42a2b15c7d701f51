"""A transcript in parts."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TypeVar


@dataclass(frozen=True, slots=True)
class Place:
    """Where something is said: a room's name, or whose direct message with the bot."""

    name: str
    private: bool = False

    def __str__(self) -> str:
        return f"{self.name}'s direct message" if self.private else f"#{self.name}"


@dataclass(frozen=True, slots=True)
class Line:
    """Something in the file at line ``number``."""

    number: int


@dataclass(frozen=True, slots=True)
class Happens(Line):
    """What is done or seen outside of the chat."""

    sentence: str


@dataclass(frozen=True, slots=True)
class Said(Line):
    """A line of the chat. ``thread`` is the number of the line that its thread began with."""

    who: str
    text: str
    place: Place
    thread: int | None = None


@dataclass(frozen=True, slots=True)
class Message(Said):
    """A new message; ``to`` is whom it mentions; ``file`` is the name of the file that it is."""

    to: str = ""
    file: str = ""


@dataclass(frozen=True, slots=True)
class Edit(Said):
    """The message of line ``of`` says something else now."""

    of: int = 0


@dataclass(frozen=True, slots=True)
class Reaction(Said):
    """An emoji at the message of line ``of``."""

    of: int = 0


@dataclass(frozen=True, slots=True)
class Removal(Said):
    """The message of line ``of`` is gone."""

    of: int = 0


SaidT = TypeVar("SaidT", bound=Said)


def longer(said: SaidT, text: str) -> SaidT:
    """The same with one more line of text."""
    return replace(said, text=f"{said.text}\n{text}")


@dataclass(frozen=True, slots=True)
class Script:
    """A whole file: its title, what is so before it begins, and what happens then."""

    title: str
    before: tuple[Happens, ...]
    lines: tuple[Happens | Said, ...]
