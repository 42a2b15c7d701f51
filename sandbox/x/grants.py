"""What the stand-in remembers of OAuth 2: registered clients, codes, tokens."""

from __future__ import annotations

import asyncio
import secrets
import time
from collections.abc import Sequence
from dataclasses import dataclass, field

from sandbox.x.state import Account

LASTS = 7200  # seconds of an access token
CODE_LASTS = 30
SCOPES = {
    "tweet.read": "See all the posts that you can see, of protected accounts too.",
    "tweet.write": "Post and repost for you.",
    "users.read": "See the accounts that you can see, of protected ones too.",
    "like.write": "Like and unlike posts for you.",
    "offline.access": "Stay connected to your account until you revoke it.",
}


@dataclass(frozen=True, slots=True)
class Client:
    """An app as OAuth 2 knows it; one without a secret is public."""

    client_id: str  # oauthlib's name for it
    secret: str | None = None


@dataclass(frozen=True, slots=True)
class Code:
    """What the browser brings back; good for a single use, by one client."""

    client: Client
    redirect_uri: str
    scopes: Sequence[str]
    challenge: str
    method: str
    account: Account
    ends: float  # seconds since 1970


@dataclass(slots=True)
class Bearer:
    """An access token, and the refresh token that it came with, if that was asked for."""

    access: str
    refresh: str | None
    client: Client
    scopes: Sequence[str]
    account: Account
    ends: float  # seconds since 1970


@dataclass(slots=True)
class Grants:
    """Everything, in memory. ``callbacks`` are the addresses registered with the apps.

    ``refreshes`` counts how often somebody was given a new access token for a refresh token.
    ``given`` is every code and token that ever was; ``redeemed`` is set once a code was exchanged.
    """

    callbacks: list[str]
    clients: dict[str, Client] = field(default_factory=dict)
    codes: dict[str, Code] = field(default_factory=dict)
    by_access: dict[str, Bearer] = field(default_factory=dict)
    by_refresh: dict[str, Bearer] = field(default_factory=dict)
    given: list[str] = field(default_factory=list)
    refreshes: int = 0
    redeemed: asyncio.Event = field(default_factory=asyncio.Event)

    def give(
        self, client: Client, account: Account, scopes: Sequence[str], access: str, refresh: str
    ) -> Bearer:
        """Keep tokens; a refresh token ("" for none) is good for a single use."""
        bearer = Bearer(
            access, refresh or None, client, tuple(scopes), account, time.time() + LASTS
        )
        self.by_access[access] = bearer
        self.given += filter(None, (access, refresh))
        if refresh:
            self.by_refresh[refresh] = bearer
        return bearer

    def make(self, client: Client, account: Account, scopes: Sequence[str]) -> Bearer:
        """The same, without the way over the page."""
        return self.give(client, account, scopes, secret_text(), secret_text())

    def take_back(self, token: str, client: Client) -> None:
        """Revoke a token of either kind; its other half lives on."""
        for known in (self.by_access, self.by_refresh):
            if token in known and known[token].client == client:
                del known[token]

    def withdraw(self, account: Account) -> None:
        """Revoke everything of an account."""
        for known in (self.by_access, self.by_refresh):
            for token in [t for t, bearer in known.items() if bearer.account == account]:
                del known[token]

    def expire(self) -> None:
        """Let all access tokens end."""
        for bearer in self.by_access.values():
            bearer.ends = 0

    def holder(self, access: str) -> Bearer | None:
        """Whose access token this is, if it is good."""
        bearer = self.by_access.get(access)
        return bearer if bearer is not None and bearer.ends > time.time() else None


def secret_text() -> str:
    """A token or a code, about as long as X's."""
    return secrets.token_urlsafe(66)
