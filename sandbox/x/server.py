"""The stand-in as a whole: starts, stops, shows who posted what, and goes wrong on demand."""

from __future__ import annotations

import secrets
from collections.abc import Sequence

from aiohttp import web

from sandbox.stand_in import StandIn
from sandbox.x.api import ApiV2
from sandbox.x.browser import authorise
from sandbox.x.consent import Consent
from sandbox.x.grants import SCOPES, Bearer, Client, Grants
from sandbox.x.limits import Limits, Plan
from sandbox.x.oauth import OAuth
from sandbox.x.oauth2 import OAuth2
from sandbox.x.pages import Pages
from sandbox.x.state import FIRST_ACCOUNT, AccessToken, Account, Post, State


class XStandIn(StandIn):
    """X on a free port of loopback, with one registered app and some accounts.

    ``users`` are the accounts' handles; they follow each other. The app's keys for OAuth 1.0a and
    for OAuth 2 are random unless given; with ``public`` it has no client secret. ``callbacks`` are
    the addresses registered with it, and may be added to. ``limits`` and ``plan`` are what it may
    do.
    """

    def __init__(
        self,
        *users: str,
        consumer_key: str | None = None,
        consumer_secret: str | None = None,
        client_id: str | None = None,
        client_secret: str | None = None,
        public: bool = False,
        callbacks: Sequence[str] = (),
        app_name: str = "Team Actas",
    ) -> None:
        super().__init__()
        accounts = [Account(str(FIRST_ACCOUNT + n), name) for n, name in enumerate(users)]
        self.consumer_key = consumer_key or secrets.token_hex(12)
        self.consumer_secret = consumer_secret or secrets.token_hex(25)
        self.callbacks = list(callbacks)
        self._grants = Grants(self.callbacks)
        self._client = self.add_client(client_id, client_secret, public=public)
        self.limits, self.plan = Limits(), Plan()
        self._state = State(self.consumer_key, self.consumer_secret, accounts)
        self._state.follows.update((a.id, b.id) for a in accounts for b in accounts if a != b)
        self._oauth = OAuth(self._state, self.callbacks)
        oauth2 = OAuth2(self._grants)
        self._parts = (
            self._oauth,
            oauth2,
            Pages(self._state, app_name),
            Consent(self._state, oauth2, app_name),
            ApiV2(self._state, self._oauth, oauth2, self.limits, self.plan),
        )

    async def start(self) -> None:
        """Listen; ``url`` is known from here on."""
        app = web.Application()
        for part in self._parts:
            app.add_routes(part.routes())
        await self._listen(app)
        self._oauth.origin = self.url

    @property
    def client_id(self) -> str:
        """What OAuth 2 knows the app by."""
        return self._client.client_id

    @property
    def client_secret(self) -> str | None:
        """Its secret there; None for a public app."""
        return self._client.secret

    @property
    def refreshes(self) -> int:
        """How often an access token was renewed."""
        return self._grants.refreshes

    @property
    def posts(self) -> Sequence[Post]:
        """Every post there is, oldest first."""
        return tuple(self._state.posts)

    @property
    def likes(self) -> set[tuple[str, str]]:
        """Who likes what: handles and ids of posts."""
        return self._by_name(self._state.likes)

    @property
    def reposts(self) -> set[tuple[str, str]]:
        """Who has reposted what: handles and ids of posts."""
        return self._by_name(self._state.reposts)

    async def authorise(self, oauth_token: str, user: str) -> str:
        """Authorise a request token as ``user``, as with a browser; return what comes of it.

        That is the PIN, or for an app with a callback the address that the browser is sent to.
        """
        return await authorise(f"{self.url}/oauth/authorize?oauth_token={oauth_token}", user)

    def publish(self, user: str, text: str) -> Post:
        """Let ``user`` post by other means."""
        return self._state.publish(self._account(user), text)

    def remove(self, post: Post) -> None:
        """Let the author delete a post by other means."""
        self._state.posts.remove(post)

    def unfollow(self, user: str, other: str) -> None:
        """Let ``user`` follow ``other`` no more."""
        self._state.follows.discard((self._account(user).id, self._account(other).id))

    def protect(self, user: str) -> None:
        """Show the posts of ``user`` to followers only."""
        self._state.protected.add(self._account(user).id)

    def suspend(self, user: str) -> None:
        """Take ``user`` off X."""
        self._state.suspended.add(self._account(user).id)

    def grant(self, user: str) -> AccessToken:
        """The access token of ``user``, without the way over the page."""
        return self._state.grant(self._account(user))

    @property
    def given(self) -> Sequence[str]:
        """Every code and token of OAuth 2 that was ever given out."""
        return tuple(self._grants.given)

    def add_client(
        self, client_id: str | None = None, secret: str | None = None, *, public: bool = False
    ) -> Client:
        """Register an app for OAuth 2, beside the one that there is."""
        found = Client(
            client_id or secrets.token_urlsafe(25),
            None if public else secret or secrets.token_urlsafe(37),
        )
        self._grants.clients[found.client_id] = found
        return found

    def grant_bearer(self, user: str, scopes: Sequence[str] = tuple(SCOPES)) -> Bearer:
        """The tokens of ``user`` for OAuth 2, without the way over the page."""
        return self._grants.make(self._client, self._account(user), scopes)

    def expire_access_tokens(self) -> None:
        """Let two hours pass: what was given out until now is good no longer."""
        self._grants.expire()

    async def redeemed(self) -> None:
        """Wait until a code of OAuth 2 has been exchanged for tokens."""
        await self._grants.redeemed.wait()

    def expire_codes(self) -> None:
        """Let half a minute pass: codes that nobody has redeemed are good no longer."""
        self._grants.codes.clear()

    def withdraw(self, user: str) -> None:
        """Let ``user`` revoke the app's access, as in X's settings."""
        del self._state.access_tokens[self.grant(user).key]
        self._grants.withdraw(self._account(user))

    def accepts(self, token: str) -> bool:
        """Whether this access token (of OAuth 1.0a: its public half) is still good."""
        return token in self._state.access_tokens or self._grants.holder(token) is not None

    def refreshes_with(self, token: str) -> bool:
        """Whether this refresh token is still good."""
        return token in self._grants.by_refresh

    def _by_name(self, pairs: set[tuple[str, str]]) -> set[tuple[str, str]]:
        names = {account.id: account.name for account in self._state.accounts}
        return {(names[account], post) for account, post in pairs}

    def _account(self, user: str) -> Account:
        account = self._state.account(user)
        if account is None:
            raise LookupError(f"nobody is called {user}")
        return account
