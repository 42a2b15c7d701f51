"""What was typed against what a job takes. Jenkins itself would not say.

It ignores names that it does not know, takes every boolean that is not ``true`` for false, and
answers an illegal choice with a page of HTML; so all of it is checked before anything is asked.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from bot.errors import UserError
from bot.services.jenkins.arguments import Params
from bot.services.jenkins.beans import Definition

_MOST: Final = 20  # choices that are told


def check(definitions: Sequence[Definition], params: Params) -> tuple[tuple[str, str], ...]:
    """The pairs to send, in Jenkins' spelling of booleans. Values are never in an error.

    Raises:
        UserError: a name is unknown or comes twice, a value is not one of the choices, or a
            parameter without a default is missing; the hint lists what the job takes.
    """
    known = {definition.name: definition for definition in definitions}
    if params and not known:
        raise UserError("This job takes no parameters.", "Build it without any.")
    pairs: list[tuple[str, str]] = []
    given: set[str] = set()
    for name, value in params.pairs:
        if name not in known:
            raise UserError(f"The job has no parameter {name}.", takes(definitions))
        if name in given:
            raise UserError(f"{name} is given twice.", "Say it once.")
        given.add(name)
        pairs.append((name, _checked(known[name], value)))
    for definition in definitions:
        if definition.name not in given:
            _may_be_left_out(definition, definitions)
    return tuple(pairs)


def takes(definitions: Sequence[Definition]) -> str:
    """One sentence that lists the parameters with their choices and defaults."""
    return f"It takes {', '.join(map(_described, definitions))}."


def choices(definition: Definition) -> tuple[str, ...]:
    """The values that a parameter may have, or () where it is free."""
    return ("true", "false") if definition.kind == "Boolean" else definition.choices


def _checked(definition: Definition, value: str) -> str:
    if definition.kind == "File":
        raise UserError(
            f"{definition.name} is a file, which cannot be given in a chat.",
            "Start the build on Jenkins' own page.",
        )
    if definition.kind == "Boolean":
        value = value.strip().lower()
    allowed = choices(definition)
    if allowed and value not in allowed:
        raise UserError(
            f"{definition.name} cannot have that value.", f"It is one of: {_some(allowed)}."
        )
    return value


def _may_be_left_out(definition: Definition, definitions: Sequence[Definition]) -> None:
    hidden = definition.kind == "Password"  # it has a default that Jenkins does not show
    if hidden or definition.default_value is not None:
        return
    if definition.kind == "File":
        _checked(definition, "")
    raise UserError(f"{definition.name} has no default: give it a value.", takes(definitions))


def _described(definition: Definition) -> str:
    notes = [_some(choices(definition))]
    if definition.default:
        notes.append(f"default {definition.default}")
    text = ", ".join(note for note in notes if note)
    return " ".join((f"{definition.name} ({text})" if text else definition.name).split())


def _some(values: Sequence[str]) -> str:
    """Not all of a thousand, and on one line: they come from over there."""
    shown = " | ".join((*values[:_MOST], "…") if len(values) > _MOST else values)
    return " ".join(shown.split())
