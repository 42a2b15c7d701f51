"""Posts and accounts as the API shows them: the default fields, and those that are asked for.

https://docs.x.com/x-api/fundamentals/fields
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from html import escape
from typing import Any

from sandbox.x.state import Account, Post, State

_JOINED = "2009-03-21T20:50:14.000Z"


def fields(query: Mapping[str, str], kind: str) -> set[str]:
    """The fields of this kind ("tweet", "user") that a request asks for."""
    wanted = set(query.get(f"{kind}.fields", "").split(","))
    if kind == "tweet" and "author_id" in query.get("expansions", ""):
        wanted.add("author_id")
    return wanted


def shown_post(post: Post, state: State, wanted: Iterable[str] = ()) -> dict[str, Any]:
    """One post. X escapes three characters in the text."""
    more = {
        "author_id": post.author.id,
        "created_at": post.created.strftime("%Y-%m-%dT%H:%M:%S.000Z"),
        "public_metrics": {
            "retweet_count": sum(1 for _, of in state.reposts if of == post.id),
            "reply_count": sum(1 for p in state.posts if p.reply_to == post.id),
            "like_count": sum(1 for _, of in state.likes if of == post.id),
            "quote_count": 0,
            "bookmark_count": 0,
            "impression_count": 0,
        },
    }
    return {
        "id": post.id,
        "text": escape(post.text, quote=False),
        "edit_history_tweet_ids": [post.id],
        **{name: more[name] for name in wanted if name in more},
    }


def shown_user(account: Account, state: State, wanted: Iterable[str] = ()) -> dict[str, Any]:
    """One account."""
    more = {
        "description": escape(account.about, quote=False),
        "created_at": _JOINED,
        "protected": account.id in state.protected,
        "public_metrics": {
            "followers_count": sum(1 for _, of in state.follows if of == account.id),
            "following_count": sum(1 for who, _ in state.follows if who == account.id),
            "tweet_count": sum(1 for p in state.posts if p.author == account),
            "listed_count": 0,
        },
    }
    return {
        "id": account.id,
        "name": account.name.title(),
        "username": account.name,
        **{name: more[name] for name in wanted if name in more},
    }


def included(posts: Sequence[Post], state: State, query: Mapping[str, str]) -> dict[str, Any]:
    """``includes`` of an answer with these posts, where their authors are asked for."""
    if "author_id" not in query.get("expansions", ""):
        return {}
    authors = {post.author.id: post.author for post in posts}.values()
    users = [shown_user(author, state, fields(query, "user")) for author in authors]
    return {"includes": {"users": users}}
