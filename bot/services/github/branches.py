"""The branches of a repository: which there are, and what one has over another."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from typing import Final

from bot.errors import Forbidden, NotFound
from bot.prose import short
from bot.reply import Inline, Mono, Reply, say
from bot.services.github.api import GitHubApi
from bot.services.github.beans import Bean, Count, Text
from bot.services.github.site import REPO, Place

_ALL: Final = REPO + "/branches{?per_page}"
_ONE: Final = REPO + "/branches/{branch}"
_PROPOSED: Final = REPO + "/pulls{?state,base,per_page}"
_COMPARED: Final = REPO + "/compare/{base}...{head}{?per_page,page}"
_MOST: Final = 100  # of a list
_SHOWN: Final = 10
_NAME: Final = 200  # characters


class Named(Bean):
    """A branch."""

    name: str


class Labelled(Bean):
    """A branch with its owner: ``alice:fix``."""

    label: Text = ""


class Proposed(Bean):
    """A pull request, by what it would merge."""

    head: Labelled


class Compared(Bean):
    """How many commits a branch has that another one has not."""

    ahead_by: Count


async def branches_of(api: GitHubApi, place: Place) -> tuple[str, ...]:
    """Their names, a hundred at most; none where the user may not see them."""
    variables = {**place.variables, "per_page": _MOST}
    try:
        found = await api.read_all(Named, _ALL, variables, f"repository {place}")
    except Forbidden:
        return ()
    return tuple(branch.name for branch in found)


async def proposed(api: GitHubApi, place: Place, base: str) -> frozenset[str]:
    """Its branches that have an open pull request into ``base``; none where that is not told."""
    variables = {**place.variables, "state": "open", "base": base, "per_page": _MOST}
    try:
        found = await api.read_all(Proposed, _PROPOSED, variables, f"repository {place}")
    except Forbidden:
        return frozenset()
    own = f"{place.variables['owner']}:"
    labels = (one.head.label for one in found)
    return frozenset(label.removeprefix(own) for label in labels if label.startswith(own))


async def lacking(api: GitHubApi, place: Place, name: str) -> Reply | None:
    """What to say where there is no branch of this name, with those that there are."""
    try:
        await api.read(Named, _ONE, {**place.variables, "branch": name}, f"branch in {place}")
    except NotFound:
        there = await branches_of(api, place)
    except Forbidden:  # the token may open pull requests without reading what is in them
        return None
    else:
        return None
    said = (api.site.link(place), " has no branch ", Mono(short(name, _NAME)), ".")
    return say(*said, *_nearest(name, there))


async def ahead(api: GitHubApi, place: Place, base: str, head: str) -> int | None:
    """How many commits ``head`` has over ``base``; None where GitHub does not tell.

    Raises:
        NotFound: there is no such branch, or the two have nothing in common.
    """
    ends = {"base": base, "head": head}
    page = {"per_page": 1, "page": 2}  # the first one would have all that was changed, too
    what = f"branch {short(head, _NAME)} that {place} could merge"
    try:
        found = await api.read(Compared, _COMPARED, {**place.variables, **ends, **page}, what)
    except Forbidden:
        return None
    return found.ahead_by


def _nearest(name: str, there: Sequence[str]) -> list[Inline]:
    close = difflib.get_close_matches(name, there, n=3)
    shown = close or there[:_SHOWN]
    if not shown:
        return []
    parts: list[Inline] = [" Did you mean " if close else " There are "]
    for number, one in enumerate(shown):
        if number:
            parts.append(" or " if close and number == len(shown) - 1 else ", ")
        parts.append(Mono(short(one, _NAME)))
    if close:
        return [*parts, "?"]
    return [*parts, " and others." if len(there) > len(shown) else "."]
