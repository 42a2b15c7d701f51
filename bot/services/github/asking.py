"""What a workflow still needs: checked against what it declares, and asked for one by one."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final

from bot.errors import UserError
from bot.plugin import Question
from bot.prose import short
from bot.reply import Inline, Strong, say
from bot.secret import Secret
from bot.services.github.definitions import Definition
from bot.services.github.inputs import Inputs

_YES_NO: Final = {"yes": "true", "no": "false", "true": "true", "false": "false"}
_NUMBER: Final = re.compile(r"-?[0-9]{1,30}(?:\.[0-9]{1,30})?")

Answers = Mapping[str, str | Secret]


def settle(
    definitions: Sequence[Definition], inputs: Inputs, answers: Answers
) -> Inputs | Question:
    """What is sent, if nothing is missing any more; or what to ask next.

    Raises:
        UserError: an input is unknown, or its value is none that it may have.
    """
    known = {definition.name.casefold(): definition for definition in definitions}
    given: dict[str, str] = {}
    for name, value in inputs.pairs:
        definition = known.get(name.casefold())
        if definition is None:
            raise _unknown(name, definitions)
        given[definition.name] = _legal(definition, value)
    for definition in definitions:
        if definition.name in given or not definition.required or definition.default is not None:
            continue
        answer = answers.get(definition.name)
        if answer is None:
            return question(definition)
        given[definition.name] = _legal(definition, str(answer))
    return replace(inputs, pairs=tuple(given.items()))


def in_full(definitions: Sequence[Definition], inputs: Inputs) -> Inputs:
    """The inputs in the order of the file, as GitHub fills them up: with the file's defaults."""
    given = dict(inputs.pairs)
    values = {d.name: given.pop(d.name, d.default) for d in definitions}
    filled = {name: value for name, value in values.items() if value is not None}
    return replace(inputs, pairs=tuple({**filled, **given}.items()))


def question(definition: Definition) -> Question:
    """Ask for one value."""
    parts: list[Inline] = ["What is ", Strong(short(definition.name))]
    if about := definition.description.strip().rstrip(".?:"):
        parts.append(f" ({about})")
    parts.append("?")
    choices = ("yes", "no") if definition.kind == "boolean" else definition.options
    return Question(definition.name, say(*parts), choices)


def _legal(definition: Definition, value: str) -> str:
    match definition.kind:
        case "boolean":
            if (found := _YES_NO.get(value.strip().lower())) is None:
                raise UserError(f"{definition.name} must be true or false.")
            return found
        case "number":
            if not _NUMBER.fullmatch(value.strip()):
                raise UserError(f"{definition.name} must be a number.")
            return value.strip()
        case "choice":
            for option in definition.options:
                if value == option:
                    return option
            for option in definition.options:
                if value.strip().casefold() == option.casefold():
                    return option
            options = ", ".join(short(option, 100) for option in definition.options)
            raise UserError(f"{definition.name} must be one of: {options}.")
    if definition.required and not value:
        raise UserError(f"{definition.name} must not be empty.")
    return value


def _unknown(name: str, definitions: Sequence[Definition]) -> UserError:
    names = ", ".join(definition.name for definition in definitions)
    return UserError(
        f"This workflow has no input {name}.",
        f"It takes: {names}." if names else "It takes none at all.",
    )
