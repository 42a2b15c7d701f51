"""The inputs of a workflow as they are typed: ``ENV=prod NOTE="two words"``, ``-f ENV=prod``."""

from __future__ import annotations

import re
from dataclasses import dataclass
from shlex import quote
from typing import Final, Self

from bot.errors import UserError

_PAIR: Final = re.compile(
    r"""(?:-[fF]\s+)?(?P<name>[A-Za-z_][\w-]*)=
    (?:"(?P<double>(?:[^"\\]|\\.)*+)"|'(?P<single>[^']*+)'|(?P<plain>[^\s"']\S*+)?)
    (?:\s++|\Z)""",
    re.VERBOSE | re.DOTALL | re.ASCII,
)
_ESCAPED: Final = re.compile(r"\\([\"\\])")
_SECRET: Final = re.compile(
    r"pass|pwd|secret|token|credential|auth(?!or)|api_?key|private_?key|(?<![a-z])key(?![a-z])",
    re.IGNORECASE,
)
_MASK: Final = "********"
_MOST: Final = 25  # inputs of a workflow, GitHub's limit


@dataclass(frozen=True, slots=True, repr=False)
class Inputs:
    """name=value for each input, in quotes where the value has spaces.

    In the order in which they were typed. GitHub shows them to all who see the run.
    """

    pairs: tuple[tuple[str, str], ...] = ()

    def __repr__(self) -> str:
        return f"Inputs({', '.join(name for name, _ in self.pairs)})"

    def __str__(self) -> str:
        return " ".join(f"{name}={quote(value)}" for name, value in self.pairs)

    def masked(self) -> str:
        """The same without the values of what is named like a secret."""
        return " ".join(
            f"{name}={_MASK if _SECRET.search(name) else quote(value)}"
            for name, value in self.pairs
        )

    def __bool__(self) -> bool:
        return bool(self.pairs)

    @classmethod
    def take(cls, text: str) -> tuple[Self, str]:
        """Read everything that is left.

        Raises:
            UserError: it is not a row of ``name=value``, or a name stands there twice.
        """
        found: dict[str, str] = {}
        at, end = 0, len(text)
        while at < end:
            pair = _PAIR.match(text, at)
            if pair is None:
                raise UserError(
                    f"What follows {next(reversed(found))}=… is not of the form name=value."
                    if found
                    else "The inputs are not of the form name=value.",
                    'Put a value of several words in quotes: n="a b"',
                )
            if pair["name"] in found:
                raise UserError(f"{pair['name']} stands there twice.")
            found[pair["name"]] = _value(pair)
            at = pair.end()
        if len(found) > _MOST:
            raise UserError(f"A workflow has {_MOST} inputs at most.")
        return cls(tuple(found.items())), ""


def _value(pair: re.Match[str]) -> str:
    if pair["double"] is not None:
        return _ESCAPED.sub(r"\1", pair["double"])
    return pair["single"] or pair["plain"] or ""
