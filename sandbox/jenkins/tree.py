"""The ``tree=`` query: which fields of an answer are wanted, and which part of its lists.

``jobs[name,color]{0,50},views[name]``; ranges are ``{from,to}`` (``to`` not included), ``{from,}``,
``{,to}`` and ``{index}``. ``_class`` is always given. In a bean, a function stands for what is
made only where it is wanted: an instance may have ten thousand jobs.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final


@dataclass
class Branch:
    """The wanted fields below one field, and the part of a list.

    ``hidden`` are fields that have to be asked for by name.
    """

    fields: dict[str, Branch] = field(default_factory=dict)
    part: slice = field(default_factory=lambda: slice(None))
    hidden: frozenset[str] = frozenset()

    def pick(self, value: Any) -> Any:
        """Reduce ``value`` to what is wanted of it."""
        if callable(value):
            value = value()
        if isinstance(value, list):
            return [self.pick(element) for element in value[self.part]]
        if not isinstance(value, Mapping):
            return value
        star = self.fields.get("*")
        picked = {"_class": value["_class"]} if "_class" in value else {}
        for name, inner in value.items():
            branch = self.fields.get(name, None if name in self.hidden else star)
            if branch is not None:
                picked[name] = branch.pick(inner)
        return picked


def parse(text: str) -> Branch:
    """Read a query.

    Raises:
        ValueError: it is not one.
    """
    fields, rest = _fields(text)
    if rest:
        raise ValueError(rest)
    return Branch(fields)


def _fields(text: str) -> tuple[dict[str, Branch], str]:
    found: dict[str, Branch] = {}
    while True:
        end = next((n for n, char in enumerate(text) if char in ",[]{}"), len(text))
        name, text = text[:end].strip(), text[end:]
        if not name:
            raise ValueError(text)
        branch = found.setdefault(name, Branch())
        if text.startswith("["):
            branch.fields, text = _fields(text[1:])
            if not text.startswith("]"):
                raise ValueError(text)
            text = text[1:]
        if text.startswith("{"):
            bounds, brace, text = text[1:].partition("}")
            if not brace:
                raise ValueError(bounds)
            branch.part = _part(bounds)
        if not text.startswith(","):
            return found, text
        text = text[1:]


def _part(bounds: str) -> slice:
    first, comma, last = bounds.partition(",")
    if not comma:
        return slice(int(first), int(first) + 1)
    return slice(int(first) if first else None, int(last) if last else None)


_BUILD = "[number,url]"
_SHALLOW = (
    "*[*[*[*]]],jobs[name,url,color],actions[causes[*],parameters[*],failCount,skipCount,"
    "totalCount,urlName],computer[*[*],executors[none],oneOffExecutors[none]],"
    f"builds{_BUILD},firstBuild{_BUILD},lastBuild{_BUILD},lastCompletedBuild{_BUILD},"
    f"lastFailedBuild{_BUILD},lastStableBuild{_BUILD},lastSuccessfulBuild{_BUILD},"
    f"lastUnstableBuild{_BUILD},lastUnsuccessfulBuild{_BUILD},previousBuild{_BUILD}"
)
SHALLOW: Final = parse(_SHALLOW)
"""What is shown without a ``tree=``."""
SHALLOW.hidden = frozenset({"allBuilds"})
