"""What a job, or a pipeline that asks, wants to be told."""

from __future__ import annotations

from dataclasses import dataclass

Value = str | bool


@dataclass(frozen=True)
class Parameter:
    """A parameter of a job; ``type`` is Jenkins' word for it without "ParameterDefinition"."""

    name: str
    type: str
    default: Value | None = ""
    choices: tuple[str, ...] = ()
    description: str = ""


def string(name: str, default: str = "", description: str = "") -> Parameter:
    """One line of text."""
    return Parameter(name, "String", default, description=description)


def text(name: str, default: str = "") -> Parameter:
    """Several lines of text."""
    return Parameter(name, "Text", default)


def boolean(name: str, *, default: bool = False) -> Parameter:
    """A box to tick."""
    return Parameter(name, "Boolean", default)


def choice(name: str, *choices: str) -> Parameter:
    """One of several; the first is the default."""
    return Parameter(name, "Choice", choices[0], choices)


def password(name: str, default: str = "") -> Parameter:
    """A text that Jenkins does not show again."""
    return Parameter(name, "Password", default)


def file(name: str) -> Parameter:
    """An uploaded file."""
    return Parameter(name, "File", None)
