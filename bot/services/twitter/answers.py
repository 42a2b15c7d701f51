"""What X answers, taken apart. Every field is checked: links are made of some of them.

https://docs.x.com/x-api/fundamentals/data-dictionary
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from bot.services.twitter.refusals import nonsense

_ID: Final = re.compile(r"[0-9]{1,20}")
_HANDLE: Final = re.compile(r"[A-Za-z0-9_]{1,50}")


@dataclass(frozen=True, slots=True)
class Post:
    """A post. ``author`` is a handle without its at sign, or "" where X does not tell."""

    id: str
    author: str
    text: str


def handle(answer: Mapping[str, Any]) -> str:
    """The handle that ``GET /2/users/me`` names, without an at sign.

    Raises:
        Unavailable: it names none.
    """
    data = answer.get("data")
    name = data.get("username") if isinstance(data, dict) else None
    if not (isinstance(name, str) and _HANDLE.fullmatch(name)):
        raise nonsense(retryable=True)
    return name


def posts(answer: Mapping[str, Any]) -> tuple[Post, ...]:
    """The posts of a search, in the order of the answer; no ``data`` means none.

    Raises:
        Unavailable: they are not what X documents.
    """
    found = answer.get("data", [])
    if not isinstance(found, list):
        raise nonsense(retryable=True)
    authors = _authors(answer.get("includes"))
    return tuple(_post(item, authors) for item in found)


def posted(answer: Mapping[str, Any]) -> str:
    """The id of the post that was just made.

    Raises:
        Unavailable: it is missing; the post may have been made.
    """
    data = answer.get("data")
    made = data.get("id") if isinstance(data, dict) else None
    if not (isinstance(made, str) and _ID.fullmatch(made)):
        raise nonsense(retryable=False)
    return made


def _authors(includes: object) -> Mapping[str, str]:
    users = includes.get("users") if isinstance(includes, dict) else None
    if not isinstance(users, list):
        return {}
    return {
        str(user.get("id")): user["username"]
        for user in users
        if isinstance(user, dict)
        and isinstance(user.get("username"), str)
        and _HANDLE.fullmatch(user["username"])
    }


def _post(item: object, authors: Mapping[str, str]) -> Post:
    if not isinstance(item, dict):
        raise nonsense(retryable=True)
    post_id, text = item.get("id"), item.get("text")
    if not (isinstance(post_id, str) and _ID.fullmatch(post_id) and isinstance(text, str)):
        raise nonsense(retryable=True)
    return Post(post_id, authors.get(str(item.get("author_id")), ""), _unescaped(text))


def _unescaped(text: str) -> str:
    """X escapes these three, and only these, in the texts of its JSON."""
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
