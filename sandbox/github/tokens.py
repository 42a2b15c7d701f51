"""The tokens that GitHub has given out, and what each one may do."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from sandbox.github.apps import App
from sandbox.github.users import User

ACCESS: Final = timedelta(hours=8)
REFRESH: Final = timedelta(seconds=15_897_600)  # six months, in GitHub's own number


@dataclass(slots=True, eq=False)
class Token:
    """A token. Those with ``permissions`` are fine-grained, the others have ``scopes``.

    ``repositories``: full names that a fine-grained token is good for (None: all of the user's).
    ``sso``: the organisations with single sign-on that its owner has authorised it for.
    """

    text: str = field(repr=False)
    user: User
    scopes: tuple[str, ...] = ()
    permissions: Mapping[str, str] | None = None
    repositories: frozenset[str] | None = None
    app: App | None = None
    expires: datetime | None = None
    refresh: str = field(default="", repr=False)
    refresh_expires: datetime | None = None
    by_device: bool = False
    sso: set[str] = field(default_factory=set)

    @property
    def fine_grained(self) -> bool:
        """Whether it goes by permissions, instead of scopes."""
        return self.permissions is not None

    def may(self, permission: str, level: str) -> bool:
        """Whether a fine-grained token has ``permission``, to read or to write."""
        given = (self.permissions or {}).get(permission, "")
        return given == "write" or (given == "read" and level == "read")

    def reaches(self, full_name: str) -> bool:
        """Whether a fine-grained token is good for a repository."""
        return self.repositories is None or full_name in self.repositories

    def answer(self, now: datetime) -> dict[str, str | int]:
        """What the token endpoint says of it."""
        found: dict[str, str | int] = {"access_token": self.text}
        if self.expires and self.refresh_expires:
            found["expires_in"] = int((self.expires - now).total_seconds())
            found["refresh_token"] = self.refresh
            left = self.refresh_expires - now
            found["refresh_token_expires_in"] = int(left.total_seconds())
        return {**found, "token_type": "bearer", "scope": ",".join(self.scopes)}


class Tokens:
    """All of them."""

    def __init__(self) -> None:
        self._known: dict[str, Token] = {}

    def add(self, token: Token) -> Token:
        """Keep one."""
        self._known[token.text] = token
        return token

    def good(self, text: str, now: datetime) -> Token | None:
        """The token of this text, unless it has expired or was revoked."""
        token = self._known.get(text)
        if token is None or (token.expires and token.expires <= now):
            return None
        return token

    def known(self, text: str) -> Token | None:
        """The token of this text, though it may have expired."""
        return self._known.get(text)

    def issue(
        self, app: App, user: User, scopes: tuple[str, ...], now: datetime, *, by_device: bool
    ) -> Token:
        """Give an app a token of somebody who has authorised it."""
        if not app.github_app:
            text = f"gho_{secrets.token_hex(18)}"
            return self.add(Token(text, user, scopes, app=app, by_device=by_device))
        token = Token(
            f"ghu_{secrets.token_hex(18)}",
            user,
            permissions=app.permissions,
            repositories=app.repositories,
            app=app,
            by_device=by_device,
        )
        if app.expiring:
            token.expires, token.refresh_expires = now + ACCESS, now + REFRESH
            token.refresh = f"ghr_{secrets.token_hex(38)}"
        return self.add(token)

    def of_refresh(self, refresh: str, app: App, now: datetime) -> Token | None:
        """The token that came with this refresh token, unless that is bad."""
        for token in self._known.values():
            if refresh and token.refresh == refresh and token.app is app:
                return token if token.refresh_expires and token.refresh_expires > now else None
        return None

    def renew(self, old: Token, app: App, now: datetime) -> Token:
        """A new pair, after which the old pair is dead."""
        self.revoke(old)
        return self.issue(app, old.user, (), now, by_device=old.by_device)

    def revoke(self, token: Token) -> None:
        """One of them is dead, and so is its refresh token."""
        self._known.pop(token.text, None)

    def revoke_grant(self, app: App, user: User) -> None:
        """All of an app's tokens of somebody are dead."""
        for token in [t for t in self._known.values() if t.app is app and t.user == user]:
            self.revoke(token)
