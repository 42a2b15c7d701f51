"""What the stand-in remembers: accounts, tokens, posts."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import count

FIRST_ACCOUNT = 1001
FIRST_POST = 1_750_000_000_000_000_001  # as long as X's own, so too large for a JSON number
PIN_TRIES = 3


@dataclass(frozen=True, slots=True)
class Account:
    """Somebody on X. ``name`` is the handle without its at sign."""

    id: str
    name: str
    about: str = ""


@dataclass(frozen=True, slots=True)
class Post:
    """A post, and who made it."""

    id: str
    author: Account
    text: str
    created: datetime
    reply_to: str | None = None


@dataclass(slots=True)
class RequestToken:
    """A request to act for somebody, until it is turned into an access token."""

    key: str
    secret: str
    callback: str
    verifier: str = ""
    account: Account | None = None
    tries: int = 0


@dataclass(frozen=True, slots=True)
class AccessToken:
    """The right to act for one account; lasts until it is invalidated."""

    key: str
    secret: str
    account: Account


@dataclass(slots=True)
class State:
    """Everything, in memory. Tokens are kept by their public key.

    ``protected`` and ``suspended`` hold ids of accounts, ``follows`` who follows whom, ``likes``
    and ``reposts`` whose and of which post.
    """

    consumer_key: str
    consumer_secret: str
    accounts: Sequence[Account]
    protected: set[str] = field(default_factory=set)
    suspended: set[str] = field(default_factory=set)
    follows: set[tuple[str, str]] = field(default_factory=set)
    likes: set[tuple[str, str]] = field(default_factory=set)
    reposts: set[tuple[str, str]] = field(default_factory=set)
    posts: list[Post] = field(default_factory=list)
    request_tokens: dict[str, RequestToken] = field(default_factory=dict)
    access_tokens: dict[str, AccessToken] = field(default_factory=dict)
    nonces: set[tuple[str, str]] = field(default_factory=set)
    _post_ids: count[int] = field(default_factory=lambda: count(FIRST_POST))

    def account(self, name: str) -> Account | None:
        """The account with this handle."""
        return next((a for a in self.accounts if a.name.lower() == name.lower()), None)

    def account_by_id(self, account_id: str) -> Account | None:
        """The account with this id."""
        return next((a for a in self.accounts if a.id == account_id), None)

    def post(self, post_id: str) -> Post | None:
        """The post with this id."""
        return next((p for p in self.posts if p.id == post_id), None)

    def sees(self, reader: Account, author: Account) -> bool:
        """Whether ``reader`` may see the posts of ``author``."""
        if author.id in self.suspended:
            return False
        follows = (reader.id, author.id) in self.follows
        return reader == author or author.id not in self.protected or follows

    def seen_by(self, reader: Account) -> Sequence[Post]:
        """All posts that ``reader`` may see, oldest first."""
        return [p for p in self.posts if self.sees(reader, p.author)]

    def grant(self, account: Account) -> AccessToken:
        """The access token of this account: the same one, until it is invalidated."""
        for token in self.access_tokens.values():
            if token.account == account:
                return token
        token = AccessToken(f"{account.id}-{secrets.token_hex(20)}", secrets.token_hex(22), account)
        self.access_tokens[token.key] = token
        return token

    def allow(self, token: RequestToken, account: Account) -> str:
        """Let the holder of ``token`` act for ``account``; return the verifier that proves it."""
        token.account = account
        digits = f"{secrets.randbelow(9_000_000) + 1_000_000}"
        token.verifier = digits if token.callback == "oob" else secrets.token_hex(16)
        return token.verifier

    def publish(self, author: Account, text: str, reply_to: str | None = None) -> Post:
        """Add a post, as the newest."""
        post = Post(str(next(self._post_ids)), author, text, datetime.now(UTC), reply_to)
        self.posts.append(post)
        return post
