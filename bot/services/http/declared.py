"""What an operator declares: requests, and what is said of their answers."""

from __future__ import annotations

import re
from typing import Annotated, Any, ClassVar, Final

from pydantic import AfterValidator, Field, ValidationInfo, field_validator, model_validator

from bot.plugin import Effect
from bot.services.http.declared_argument import Arguments, WithArguments
from bot.services.http.declared_request import RequestSettings
from bot.services.http.mistakes import Mistake
from bot.services.http.template import Template

_TEMPLATE: Final = "Give a text with {{ fields }} of the answer"
_WORDS: Final = re.compile(r"[a-z0-9][a-z0-9_-]*(?: [a-z0-9][a-z0-9_-]*){0,2}")
_TAKEN: Final = frozenset({"help", "connect", "disconnect", "set"})
_HELP: Final = 150  # characters
_EFFECTS: Final = {"GET": Effect.READ, "DELETE": Effect.DANGER}


def phrase(value: str) -> str:
    """A word, or several, that a command can be called.

    Raises:
        ValueError: it cannot.
    """
    if not _WORDS.fullmatch(value) or len(value) > 40:
        raise ValueError(f"{value[:40]!r} is no command: one to three words of a-z 0-9 _ -")
    first = value.split(maxsplit=1)[0]
    if first in _TAKEN:
        where = "is" if first == value else f"begins with {first!r},"
        raise Mistake(f"{value!r} {where} a word of the bot's own", "Take another word")
    return value


def _sentence(value: str) -> str:
    text = " ".join(value.split())
    if not 0 < len(text) <= _HELP:
        raise ValueError(f"must have 1 to {_HELP} characters")
    return text[0].upper() + text[1:] + ("" if text.endswith((".", "!", "?", "…")) else ".")


def _compiled(value: Any, arguments: Arguments | None = None, *, exact: bool = False) -> Any:
    """A text as a template; what is no text stays, for the model to refuse."""
    if not isinstance(value, str):
        return value
    return Template.of(value, None if arguments is None else frozenset(arguments), exact=exact)


class WhoamiSettings(RequestSettings):
    """The request that proves a token; ``answer`` is the account's name."""

    answer: Template = Field(description=f"{_TEMPLATE}: what the account is called over there")

    @field_validator("answer", mode="before")
    @classmethod
    def _template(cls, value: Any) -> Any:
        return _compiled(value, None if cls.within else {})


class PreviewSettings(WhoamiSettings):
    """What is looked at before a command asks; ``answer`` is what it shows."""

    within: ClassVar[bool] = True


class WithPreview(WithArguments):
    """What may look before it does anything; it is read before the request that it fills."""

    preview: PreviewSettings | None = Field(
        default=None, description="Give a request to look at first, with its answer"
    )

    @field_validator("preview")
    @classmethod
    def _seen(cls, value: PreviewSettings | None, info: ValidationInfo) -> PreviewSettings | None:
        if value is not None:
            arguments = info.data.get("arguments", {})
            if value.method != "GET":
                raise ValueError("is a look before anything happens: it needs a get")
            value.check(arguments)
            _compiled(value.answer.source, arguments)
        return value


class CommandSettings(RequestSettings, WithPreview):
    """A command: its help, its arguments, its request, and what is said of the answer."""

    help: Annotated[str, AfterValidator(_sentence)] = Field(
        description="Give a sentence: Show what is open."
    )
    effect: Effect | None = Field(
        default=None, description="A get reads, a delete is a danger, others write: or leave it out"
    )
    aliases: tuple[Annotated[str, AfterValidator(phrase)], ...] = Field(
        default=(), description="List short words for it: [ls]"
    )
    examples: tuple[str, ...] = Field(
        default=(), description="List what can be said, beginning with the command"
    )
    answer: Template | None = Field(default=None, description=_TEMPLATE)
    at: str = Field(default="", description="Give where the list stands: data.items")
    each: Template | None = Field(default=None, description=f"{_TEMPLATE}, for each in its list")
    value: Template | None = Field(
        default=None, description=f"{_TEMPLATE}: what the number in the list stands for"
    )
    empty: str = Field(default="There is nothing.", description="Give a sentence")
    also: tuple[Template, ...] = Field(
        default=(),
        description="Give a template over the preview's answer, or a list of them: what it is, too",
    )
    permission: str = Field(
        default="", description="Give the name of what a person needs over there: Developer"
    )

    @field_validator("answer", "each", "value", mode="before")
    @classmethod
    def _template(cls, value: Any, info: ValidationInfo) -> Any:
        return _compiled(value, info.data.get("arguments", {}))

    @field_validator("also", mode="before")
    @classmethod
    def _exact(cls, value: Any, info: ValidationInfo) -> Any:
        arguments = info.data.get("arguments", {})
        texts = value if isinstance(value, list) else [value]
        return [_compiled(each, arguments, exact=True) for each in texts]

    @model_validator(mode="after")
    def _acts(self) -> CommandSettings:
        if self.also and self.does is Effect.READ:
            problem = "has also, which goes with what writes or is a danger"
            raise Mistake(problem, "Leave also out, or give its effect")
        return self

    @model_validator(mode="after")
    def _one_list(self) -> CommandSettings:
        if self.each is None and (self.value is not None or self.at):
            raise Mistake("has at or value, which go with each", "Give each, or leave them out")
        return self

    @property
    def does(self) -> Effect:
        """Its effect: a get reads and a delete is a danger, where nothing else is said."""
        return self.effect or _EFFECTS.get(self.method, Effect.WRITE)
