"""The stand-in as a whole: starts, stops, shows who posted what, and goes wrong on demand."""

from __future__ import annotations

import secrets
from collections.abc import Sequence

from aiohttp import web

from sandbox.stand_in import StandIn
from sandbox.x.api import ApiV2
from sandbox.x.browser import authorise
from sandbox.x.limits import Limits
from sandbox.x.oauth import OAuth
from sandbox.x.pages import Pages
from sandbox.x.state import FIRST_ACCOUNT, AccessToken, Account, Post, State


class XStandIn(StandIn):
    """X on a free port of loopback, with one registered app and some accounts.

    ``users`` are the accounts' handles. The consumer key and secret are random unless given.
    """

    def __init__(
        self,
        *users: str,
        consumer_key: str | None = None,
        consumer_secret: str | None = None,
        app_name: str = "Team Actas",
    ) -> None:
        super().__init__()
        accounts = [Account(str(FIRST_ACCOUNT + n), name) for n, name in enumerate(users)]
        self.consumer_key = consumer_key or secrets.token_hex(12)
        self.consumer_secret = consumer_secret or secrets.token_hex(25)
        self.limits = Limits()
        self._state = State(self.consumer_key, self.consumer_secret, accounts)
        self._oauth = OAuth(self._state)
        self._pages = Pages(self._state, app_name)
        self._api = ApiV2(self._state, self._oauth, self.limits)

    async def start(self) -> None:
        """Listen; ``url`` is known from here on."""
        app = web.Application()
        for part in (self._oauth, self._pages, self._api):
            app.add_routes(part.routes())
        await self._listen(app)
        self._oauth.origin = self.url

    @property
    def posts(self) -> Sequence[Post]:
        """Every post there is, oldest first."""
        return tuple(self._state.posts)

    async def authorise(self, oauth_token: str, user: str) -> str:
        """Authorise a request token as ``user``, as with a browser; return what comes of it.

        That is the PIN, or for an app with a callback the address that the browser is sent to.
        """
        return await authorise(f"{self.url}/oauth/authorize?oauth_token={oauth_token}", user)

    def publish(self, user: str, text: str) -> Post:
        """Let ``user`` post by other means."""
        return self._state.publish(self._account(user), text)

    def grant(self, user: str) -> AccessToken:
        """The access token of ``user``, without the way over the page."""
        return self._state.grant(self._account(user))

    def withdraw(self, user: str) -> None:
        """Let ``user`` revoke the app's access, as in X's settings."""
        del self._state.access_tokens[self.grant(user).key]

    def accepts(self, token: str) -> bool:
        """Whether this access token (its public half) is still good."""
        return token in self._state.access_tokens

    def _account(self, user: str) -> Account:
        account = self._state.account(user)
        if account is None:
            raise LookupError(f"nobody is called {user}")
        return account
