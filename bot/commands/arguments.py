"""From the text behind a command to the typed arguments of its handler.

Errors name the parameter and never repeat what was typed: it may be a misplaced secret.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from enum import Enum
from types import NoneType, UnionType
from typing import Any, Final, Literal, Union, get_args, get_origin

from bot.commands.parser import words
from bot.errors import UserError
from bot.plugin import Command, Flag, Parameter, Rest

_NUMBER: Final = re.compile(r"(?P<number>[0-9]{1,9})(?=[\s,]|\Z)")
_INTEGER: Final = re.compile(r"[+-]?[0-9]{1,18}")
_BOOLEAN: Final = {"yes": True, "true": True, "no": False, "false": False}


def bind(command: Command, text: str, listing: Sequence[str] | None) -> dict[str, Any]:
    """Read the arguments of ``command`` from ``text``, from left to right.

    ``listing`` is what the numbers of the user's last list mean. Optional parameters for which
    nothing is left are not in the result: the handler has their defaults.

    Raises:
        UserError: something is missing, is not what it should be, or too much.
    """
    bound, rest = _flags(command, text)
    for parameter in command.parameters:
        if parameter.flag:
            continue
        if rest:
            bound[parameter.name], rest = _take(parameter, rest, listing)
            rest = rest.lstrip()
        elif parameter.required:
            raise UserError(f"{parameter.usage} is missing.", _usage(command))
    if rest:
        raise UserError("That is more than the command takes.", _usage(command))
    return bound


def phrase(service: str, command: Command, bound: Mapping[str, Any]) -> str:
    """The command in one canonical line, for ``commands.confirm``: ``jenkins build deploy-prod``.

    Made of the values that the handler gets, so that no quoting, number or alias hides what will
    be done. A type with ``take`` shows itself by ``str()``.
    """
    return " ".join(" ".join((service, command.name, *_texts(command, bound, str))).split())


def shown(service: str, command: Command, bound: Mapping[str, Any], *, masked: bool = True) -> str:
    """The command as people may see it: what will be done, to the space.

    A type with a method ``masked()`` shows itself by that, since others read it too.
    """
    texts = _texts(
        command, bound, lambda v: v.masked() if masked and hasattr(v, "masked") else str(v)
    )
    return " ".join(filter(None, (service, command.name, *texts))).strip()


def _texts(command: Command, bound: Mapping[str, Any], text: Callable[[Any], str]) -> Iterator[str]:
    given = [p for p in command.parameters if p.name in bound]
    for parameter in sorted(given, key=lambda p: bool(p.flag)):
        value = bound[parameter.name]
        if parameter.flag:
            if value:
                yield parameter.flag
        elif value is not None:
            yield text(value.value if isinstance(value, Enum) else value)


def readable(kind: Any) -> None:
    """Check that arguments of type ``kind`` can be read.

    Raises:
        TypeError: they cannot: a fault of the command's author.
    """
    kind = _bare(kind)
    if kind in (str, int, bool, Flag) or get_origin(kind) is Literal or hasattr(kind, "take"):
        return
    if not (isinstance(kind, type) and issubclass(kind, Enum)):
        raise TypeError(f"no argument of type {kind!r} can be read: give it take(cls, text)")


def describe(kind: Any) -> str:
    """What to type for an argument of this type, for its help: "a whole number"."""
    if kind is Flag:
        return "say it anywhere behind the command"
    kind = _bare(kind)
    simple = {str: "one word, or several in quotes", int: "a whole number", bool: "yes or no"}
    if kind in simple:
        return simple[kind]
    if kind is Rest:
        return "all the text that follows"
    choices = _choices(kind)
    if choices:
        return "one of " + ", ".join(choices)
    doc = (kind.__doc__ or "").partition("\n")[0].rstrip(".")
    if not doc or doc.startswith(f"{kind.__name__}("):  # what @dataclass writes by itself
        doc = "text"
    return f"{doc}, or its number in your last list" if _is_numbered(kind) else doc


def _flags(command: Command, text: str) -> tuple[dict[str, Any], str]:
    """The flags that stand in ``text`` as words of their own, not quoted; and the text without."""
    known = {p.flag: p.name for p in command.parameters if p.flag}
    rest = text.lstrip()
    if not any(flag in rest for flag in known):
        return {}, rest
    found: dict[str, Any] = {}
    spans = []
    for word in words(rest):
        if (name := known.get(rest[word.start : word.end])) is not None:
            found[name] = True
            spans.append((word.start, word.end))
    for start, end in reversed(spans):
        rest = rest[:start].rstrip() + (rest[end:] or "")
    return found, rest.lstrip()


def _take(parameter: Parameter, text: str, listing: Sequence[str] | None) -> tuple[Any, str]:
    kind = _bare(parameter.type)
    if _is_numbered(kind) and (found := _NUMBER.match(text)) is not None:
        quotable = getattr(kind, "quotable", True)
        item = _listed(int(found["number"]), listing, quotable=quotable)
        return kind(item), text[found.end() :]
    if hasattr(kind, "take"):
        taken: tuple[Any, str] = kind.take(text)
        return taken
    word = next(words(text))
    return _value(parameter.name, kind, word.value), text[word.end :]


def _listed(number: int, listing: Sequence[str] | None, *, quotable: bool) -> str:
    if not listing:
        quoted = "; a name that is a number goes in quotes" if quotable else ""
        raise UserError(
            f"There is no list to take number {number} from.",
            f"Say the list command first{quoted}.",
        )
    if not 1 <= number <= len(listing):
        raise UserError(
            f"Your last list goes from 1 to {len(listing)}; there is no number {number}.",
            "A name that is a number goes in quotes." if quotable else "",
        )
    return listing[number - 1]


def _value(name: str, kind: Any, word: str) -> Any:
    if kind is str:
        return word
    if kind is int:
        if _INTEGER.fullmatch(word):
            return int(word)
        raise UserError(f"<{name}> must be a whole number, such as 3.")
    choices = _BOOLEAN if kind is bool else _choices(kind)
    for spelling, value in choices.items():
        if spelling.casefold() == word.casefold():
            return value
    raise UserError(f"<{name}> must be one of: {', '.join(choices)}.")


def _choices(kind: Any) -> dict[str, Any]:
    """What can be typed for a Literal or an Enum, and what it means."""
    if get_origin(kind) is Literal:
        return {str(value): value for value in get_args(kind)}
    if isinstance(kind, type) and issubclass(kind, Enum):
        return {str(member.value): member for member in kind}
    return {}


def _bare(kind: Any) -> Any:
    """``T`` of ``Optional[T]``: leaving an argument out is the handler's default, not a value."""
    if get_origin(kind) in (Union, UnionType):
        some = [part for part in get_args(kind) if part is not NoneType]
        return some[0] if len(some) == 1 else kind
    return kind


def _is_numbered(kind: Any) -> bool:
    return getattr(kind, "numbered", False) is True


def _usage(command: Command) -> str:
    return f"Say it like this: `{command.usage}`"
