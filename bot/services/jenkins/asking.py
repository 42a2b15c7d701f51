"""The values that are still needed before something can be started: asked for one by one."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

from bot.errors import Exposed
from bot.plugin import Question
from bot.prose import short
from bot.reply import Inline, Reply, Strong, say
from bot.secret import Secret
from bot.services.jenkins.arguments import Params, Value
from bot.services.jenkins.beans import Definition
from bot.services.jenkins.definitions import YES_NO, legal, missing


def settle(
    definitions: Sequence[Definition],
    params: Params,
    answers: Mapping[str, Value],
    *,
    private: bool,
    unknown: Collection[str] = (),
) -> Params | Question:
    """What was typed and answered so far, if nothing is missing any more; or what to ask next.

    A password that is given as ``PW=`` with nothing behind it is asked for as well, since it must
    not be typed where others read it; and what is ``unknown``, whatever its default is.

    Raises:
        Exposed: a password was typed in a room.
        UserError: what was typed cannot be meant.
    """
    hidden = {d.name for d in definitions if d.hidden}
    typed = [n for n, v in params.pairs if n in hidden and v]
    _refuse_exposed(typed, private=private)
    given = legal(definitions, params)
    pairs = {n: _sealed(v) if n in hidden else v for n, v in given.pairs}
    needed = {n for n, v in pairs.items() if n in hidden and not v} | {*unknown} - {*pairs}
    needed |= {definition.name for definition in missing(definitions, given)}
    for definition in definitions:
        if definition.name in needed:
            answer = answers.get(definition.name)
            if answer is None:
                return replace(question(definition), secret_typed=bool(typed))
            pairs[definition.name] = _answered(definition, answer)
    return Params(tuple(pairs.items()))


def question(definition: Definition) -> Question:
    """Ask for one value; a password in the direct message only."""
    if definition.kind == "Boolean":
        return Question(definition.name, _prompt(definition), tuple(YES_NO))
    return Question(definition.name, _prompt(definition), definition.choices, definition.hidden)


def _refuse_exposed(names: Sequence[str], *, private: bool) -> None:
    if not names or private:
        return
    one = len(names) == 1
    what, it, word = (
        ("is a password", "it", "password") if one else ("are passwords", "them", "passwords")
    )
    empty = [f"`{name}=`" for name in names]
    raise Exposed(
        f"{' and '.join(names)} {what} and others can read this, so I did not use {it}.",
        f"Change the {word}. Then say the command with {' and '.join(empty)} and nothing behind "
        f"{it}, and I ask you for {it} in our direct message.",
    )


def _prompt(definition: Definition) -> Reply:
    parts: list[Inline] = ["What is ", Strong(short(definition.name)), "?"]
    if definition.description:
        parts.append(f" {short(definition.description)}")
    return say(*parts)


def _answered(definition: Definition, answer: Value) -> Value:
    if definition.hidden:
        return _sealed(answer)
    if isinstance(answer, str) and definition.kind == "Boolean":
        return YES_NO.get(answer, answer)
    return answer


def _sealed(value: Value) -> Secret:
    return value if isinstance(value, Secret) else Secret(value)
