"""What was typed against what a job takes. Jenkins itself would not say.

It ignores names that it does not know, takes every boolean that is not ``true`` for false, and
answers an illegal choice with a page of HTML; so all of it is checked before anything is asked.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from bot.errors import UserError
from bot.secret import Secret
from bot.services.jenkins.arguments import Params, Value
from bot.services.jenkins.beans import Definition

_MOST: Final = 20  # choices that are told


def check(definitions: Sequence[Definition], params: Params) -> tuple[tuple[str, Value], ...]:
    """The pairs to send: all of them are what the job takes, and nothing that it needs is missing.

    Raises:
        UserError: as :func:`legal`; or a parameter without a default is missing.
    """
    pairs = legal(definitions, params).pairs
    for definition in missing(definitions, params):
        raise UserError(f"{definition.name} has no default: give it a value.", takes(definitions))
    return pairs


YES_NO: Final = {"yes": "true", "no": "false"}
"""Booleans as people say them, and as Jenkins has them."""


def legal(definitions: Sequence[Definition], params: Params) -> Params:
    """What was typed, in Jenkins' spelling of booleans. Values are never in an error.

    Raises:
        UserError: a name is unknown or comes twice, or a value is not one of the choices; the hint
            lists what the job takes.
    """
    known = {definition.name: definition for definition in definitions}
    if params and not known:
        raise UserError("It takes no parameters.", "Say it without any.")
    pairs: dict[str, Value] = {}
    for name, value in params.pairs:
        if name not in known:
            raise UserError(f"There is no parameter {name}.", takes(definitions))
        if name in pairs:
            raise UserError(f"{name} is given twice.", "Say it once.")
        pairs[name] = _checked(known[name], value)
    return Params(tuple(pairs.items()))


def missing(definitions: Sequence[Definition], params: Params) -> tuple[Definition, ...]:
    """What is not given and has no default, in Jenkins' order.

    Raises:
        UserError: a file is among it, which cannot be given in a chat.
    """
    found = [d for d in definitions if d.default_value is None and d.name not in params.names]
    for definition in found:
        if definition.kind == "File":
            raise _no_file(definition)
    return tuple(found)


def takes(definitions: Sequence[Definition]) -> str:
    """One sentence that lists the parameters with their choices and defaults."""
    return f"It takes {', '.join(map(_described, definitions))}."


def choices(definition: Definition) -> tuple[str, ...]:
    """The values that a parameter may have, or () where it is free."""
    return ("true", "false") if definition.kind == "Boolean" else definition.choices


def _checked(definition: Definition, value: Value) -> Value:
    if definition.kind == "File":
        raise _no_file(definition)
    if isinstance(value, Secret):
        return value
    if definition.kind == "Boolean":
        value = value.strip().lower()
        value = YES_NO.get(value, value)
    allowed = choices(definition)
    if allowed and value not in allowed:
        raise UserError(f"{definition.name} has to be one of: {_some(allowed, ', ')}.")
    return value


def _no_file(definition: Definition) -> UserError:
    return UserError(
        f"{definition.name} is a file, which cannot be given in a chat.",
        "Start the build on Jenkins' own page.",
    )


def _described(definition: Definition) -> str:
    notes = [_some(choices(definition))]
    if definition.default:
        notes.append(f"default {definition.default}")
    text = ", ".join(note for note in notes if note)
    return " ".join((f"{definition.name} ({text})" if text else definition.name).split())


def _some(values: Sequence[str], between: str = " | ") -> str:
    """Not all of a thousand, and on one line: they come from over there."""
    shown = between.join((*values[:_MOST], "…") if len(values) > _MOST else values)
    return " ".join(shown.split())
