"""Anything that JSON can say, and things that have been changed somewhere."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any

from hypothesis import strategies as st

_NESTED = "[" * 700 + "]" * 700  # as deep as a homeserver in Python itself would let through
_NUMBERS = [0, -1, 1, 2**31, 2**53, 2**63, -(2**64), 10**300, 1.5, float("nan"), float("inf")]
_WORDS = ["", "\0", "\ud800", "A" * 43, "x" * 300, "join", "leave", "state_key"]
_WORDS += ["m.text", "m.notice", "m.replace", "m.room.member", "m.room.message", "m.room_key"]
_WORDS += ["@actas:example.org", "@alice:example.org", "@mallory:example.org", "!room:example.org"]

_number = st.sampled_from(_NUMBERS) | st.integers()
_text = st.sampled_from(_WORDS) | st.text(st.characters(codec=None), max_size=12)
_large = st.sampled_from([_NESTED, "[" + "[]," * 300 + "[]]"]).map(json.loads)

anything = _large | st.recursive(
    st.none() | st.booleans() | _number | _text,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_text, inner, max_size=3),
    max_leaves=6,
)
"""Any JSON as Python reads it: halves of surrogates, huge numbers and deep nesting included."""


@dataclass(frozen=True)
class Mutation:
    """One change; ``place`` counts the parts of what is changed, and around its end."""

    how: str
    place: int
    number: int | float
    text: str
    thing: Any

    def __call__(self, whole: Any) -> Any:
        """Change something in place, or replace it as a whole; the result is what is left."""
        root = [whole]
        places = list(islice(_places(root), 64))
        holder, key = places[self.place % len(places)]
        match self.how, holder, holder[key]:
            case "remove", _, _:
                del holder[key]
            case "rename", dict(), _:
                holder[self.text] = holder.pop(key)
            case "repeat", list(), _:
                holder.append(holder[key])
            case "add", _, dict() as inner:
                inner[self.text] = self.thing
            case "spoil", _, int():
                holder[key] = self.number
            case "spoil", _, str():
                holder[key] = self.text
            case _:
                holder[key] = self.thing
        return root[0] if root else None


def _places(root: list[Any]) -> Iterator[tuple[Any, Any]]:
    """Where every part of a thing stands: in what, and under which key or index."""
    holders: list[Any] = [root]
    for holder in holders:
        for key in holder if isinstance(holder, dict) else range(len(holder)):
            yield holder, key
            if isinstance(holder[key], dict | list):
                holders.append(holder[key])


@dataclass(frozen=True)
class Change:
    """Some mutations, one after the other; none leaves a thing as it should be."""

    mutations: tuple[Mutation, ...] = ()

    def __call__(self, whole: Any) -> Any:
        """See :class:`Mutation`."""
        for mutation in self.mutations:
            whole = mutation(whole)
        return whole


_mutations = st.builds(
    Mutation,
    st.sampled_from(["spoil", "spoil", "replace", "remove", "rename", "repeat", "add"]),
    st.integers(0, 9) | st.integers(0, 60),  # near the top more often
    _number,
    _text,
    anything,
)
changes = st.builds(Change, st.lists(_mutations, max_size=2).map(tuple))
