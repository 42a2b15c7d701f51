"""How an argument of a command is declared."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Final, Literal, TypeAlias

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from bot.errors import UserError
from bot.plugin import Parameter, Settings
from bot.services.http.arguments import KINDS, check_form, item_of
from bot.services.http.holes import NAME, PREVIEW, holes

_TYPES: Final = "Give a type (word, number, rest, item, duration), a list of choices, or a section"
_BUILT_IN: Final = frozenset({"account", "now", PREVIEW})


def _form(value: str) -> str:
    check_form(value)
    return value


class ArgumentSettings(Settings):
    """One argument: its type, or its ``choices``; with a ``default`` it may be left out."""

    type: Literal["word", "number", "rest", "item", "duration"] = Field(
        default="word", description="Give word, number, rest, item or duration"
    )
    choices: tuple[Annotated[str, Field(pattern=r"^\S+$")], ...] = Field(
        default=(), description="List words, in quotes where YAML takes them for something else"
    )
    form: Annotated[str, AfterValidator(_form)] = Field(
        default="", description='Give what an item looks like: "{project}#{number}"'
    )
    default: str | int | None = Field(
        default=None, description="Give what it is where it is left out, or null for nothing"
    )

    @model_validator(mode="after")
    def _fits(self) -> ArgumentSettings:
        if self.form and self.type != "item":
            raise ValueError("has a form, which goes with type: item")
        if self.choices and "type" in self.model_fields_set:
            raise ValueError("has a type and choices: give one of them")
        if self.default is not None:
            try:
                self.usual()
            except (UserError, ValueError):
                raise ValueError("has a default that is none of its values") from None
        return self

    @property
    def optional(self) -> bool:
        """Whether it may be left out."""
        return "default" in self.model_fields_set

    @property
    def kind(self) -> Any:
        """The type that the parser reads."""
        if self.choices:
            return Literal[self.choices]
        return item_of(self.form) if self.type == "item" else KINDS[self.type]

    def usual(self) -> Any:
        """What it is where it is left out."""
        if self.default is None:
            return None
        if self.choices:
            return self.choices[self.choices.index(str(self.default))]
        return self.kind(self.default if self.type == "number" else str(self.default))

    def holes(self, name: str) -> Iterator[str]:
        """The holes that it fills."""
        yield name
        if self.type == "item":
            yield from (f"{name}.{part}" for part in holes(self.form))
        if self.type == "duration":
            yield from (f"{name}.{part}" for part in ("seconds", "from", "until"))


def _spread(value: Any) -> Any:
    if isinstance(value, str):
        return {"type": value}
    return {"choices": value} if isinstance(value, list) else value


def _named(value: dict[str, ArgumentSettings]) -> dict[str, ArgumentSettings]:
    for name in value:
        if not re.fullmatch(NAME, name) or name in _BUILT_IN:
            raise ValueError(f"{name!r} cannot be the name of an argument")
    required = [not each.optional for each in value.values()]
    if required != sorted(required, reverse=True):
        raise ValueError("has one that may be left out before one that may not")
    if any(each.type == "rest" for each in list(value.values())[:-1]):
        raise ValueError("has something behind rest, which takes all that is left")
    return value


Arguments: TypeAlias = Mapping[str, ArgumentSettings]
ArgumentsField = Annotated[
    dict[str, Annotated[ArgumentSettings, BeforeValidator(_spread)]], AfterValidator(_named)
]


class WithArguments(Settings):
    """What takes arguments, in the order in which they are typed."""

    arguments: ArgumentsField = Field(default={}, description=_TYPES)


def argument_holes(arguments: Arguments) -> Iterator[str]:
    """The holes that arguments fill."""
    for name, each in arguments.items():
        yield from each.holes(name)


def parameters(arguments: Arguments) -> tuple[Parameter, ...]:
    """The same, for the parser."""
    return tuple(Parameter(n, each.kind, not each.optional) for n, each in arguments.items())
