"""A small part of X's query language: words, "phrases", @names, from:name, and -not."""

from __future__ import annotations

import re

from sandbox.x.state import Post

_TERM = re.compile(r'(-?)(?:"([^"]*)"|(\S+))')


def matches(query: str, post: Post) -> bool:
    """Whether ``post`` has every term of ``query`` and none of those with a minus."""
    return all(
        _has(phrase or word, post) != bool(minus) for minus, phrase, word in _TERM.findall(query)
    )


def _has(term: str, post: Post) -> bool:
    operator, _, value = term.partition(":")
    if operator == "from":
        return post.author.name.lower() == value.lower()
    return term.lower() in post.text.lower()
