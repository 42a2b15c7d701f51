"""What X answers, taken apart. Every field is checked: links are made of some of them.

https://docs.x.com/x-api/fundamentals/data-dictionary
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from bot.services.twitter.refusals import nonsense

_ID: Final = re.compile(r"[0-9]{1,20}")
_HANDLE: Final = re.compile(r"[A-Za-z0-9_]{1,50}")


@dataclass(frozen=True, slots=True)
class Post:
    """A post. ``author`` is a handle without its at sign; it is "" where X does not tell.

    The same goes for ``author_id``; the counts are then 0 and ``created`` is None.
    """

    id: str
    text: str
    author: str = ""
    author_id: str = ""
    created: datetime | None = None
    likes: int = 0
    reposts: int = 0


@dataclass(frozen=True, slots=True)
class Profile:
    """An account. ``handle`` is without its at sign."""

    id: str
    handle: str
    name: str
    about: str
    protected: bool
    followers: int
    following: int
    posts: int


def handle(answer: Mapping[str, Any]) -> str:
    """The handle that ``GET /2/users/me`` names, without an at sign.

    Raises:
        Unavailable: it names none.
    """
    return _handle(_data(answer, retryable=True))


def own_id(answer: Mapping[str, Any]) -> str:
    """The id that ``GET /2/users/me`` names.

    Raises:
        Unavailable: it names none.
    """
    return _id(_data(answer, retryable=True), retryable=True)


def profile(answer: Mapping[str, Any]) -> Profile:
    """The account of a lookup.

    Raises:
        Unavailable: it is not what X documents.
    """
    data = _data(answer, retryable=True)
    counts = data.get("public_metrics")
    return Profile(
        id=_id(data, retryable=True),
        handle=_handle(data),
        name=_unescaped(_text(data.get("name"))),
        about=_unescaped(_text(data.get("description"))),
        protected=data.get("protected") is True,
        followers=_count(counts, "followers_count"),
        following=_count(counts, "following_count"),
        posts=_count(counts, "tweet_count"),
    )


def posts(answer: Mapping[str, Any], author: str = "") -> tuple[Post, ...]:
    """The posts of a list, in the order of the answer; no ``data`` means none.

    ``author`` is whose they all are, where that is known.

    Raises:
        Unavailable: they are not what X documents.
    """
    found = answer.get("data", [])
    if not isinstance(found, list):
        raise nonsense(retryable=True)
    authors = _authors(answer.get("includes"))
    return tuple(_post(item, authors, author) for item in found)


def post(answer: Mapping[str, Any]) -> Post:
    """The post of a lookup.

    Raises:
        Unavailable: it is not what X documents.
    """
    return _post(answer.get("data"), _authors(answer.get("includes")), "")


def posted(answer: Mapping[str, Any]) -> str:
    """The id of the post that was just made.

    Raises:
        Unavailable: it is missing; the post may have been made.
    """
    return _id(_data(answer, retryable=False), retryable=False)


def done(answer: Mapping[str, Any], what: str) -> None:
    """See that X has done what was asked for: ``{"data": {"liked": true}}``.

    Raises:
        Unavailable: it does not say so; it may have been done.
    """
    if _data(answer, retryable=False).get(what) is not True:
        raise nonsense(retryable=False)


def _data(answer: Mapping[str, Any], *, retryable: bool) -> Mapping[str, Any]:
    data = answer.get("data")
    if not isinstance(data, dict):
        raise nonsense(retryable=retryable)
    return data


def _id(data: Mapping[str, Any], *, retryable: bool) -> str:
    found = data.get("id")
    if not (isinstance(found, str) and _ID.fullmatch(found)):
        raise nonsense(retryable=retryable)
    return found


def _handle(data: Mapping[str, Any]) -> str:
    name = data.get("username")
    if not (isinstance(name, str) and _HANDLE.fullmatch(name)):
        raise nonsense(retryable=True)
    return name


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


def _post(item: object, authors: Mapping[str, str], author: str) -> Post:
    if not (isinstance(item, dict) and isinstance(item.get("text"), str)):
        raise nonsense(retryable=True)
    author_id, counts = _text(item.get("author_id")), item.get("public_metrics")
    return Post(
        id=_id(item, retryable=True),
        text=_unescaped(item["text"]),
        author=author or authors.get(author_id, ""),
        author_id=author_id,
        created=_time(item.get("created_at")),
        likes=_count(counts, "like_count"),
        reposts=_count(counts, "retweet_count"),
    )


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _count(counts: object, name: str) -> int:
    value = counts.get(name) if isinstance(counts, dict) else None
    return value if isinstance(value, int) and 0 < value < 10**12 else 0


def _time(value: object) -> datetime | None:
    """``2026-08-01T12:00:00.000Z``."""
    try:
        found = datetime.fromisoformat(_text(value))
    except ValueError:
        return None
    return found if found.tzinfo is not None else found.replace(tzinfo=UTC)


def _unescaped(text: str) -> str:
    """X escapes these three, and only these, in the texts of its JSON."""
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
