"""The stand-in as a whole: starts, stops, shows who posted what, and goes wrong on demand."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from types import TracebackType
from typing import Self

from aiohttp import web

from sandbox.x.api import ApiV2
from sandbox.x.browser import authorise
from sandbox.x.faults import Fault, Faults
from sandbox.x.limits import Limits
from sandbox.x.oauth import OAuth
from sandbox.x.pages import Pages
from sandbox.x.state import FIRST_ACCOUNT, AccessToken, Account, Post, State


class XStandIn:
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
        accounts = [Account(str(FIRST_ACCOUNT + n), name) for n, name in enumerate(users)]
        self.consumer_key = consumer_key or secrets.token_hex(12)
        self.consumer_secret = consumer_secret or secrets.token_hex(25)
        self.url = ""
        self.limits = Limits()
        self._state = State(self.consumer_key, self.consumer_secret, accounts)
        self._oauth = OAuth(self._state)
        self._pages = Pages(self._state, app_name)
        self._api = ApiV2(self._state, self._oauth, self.limits)
        self._faults = Faults()
        self._runner: web.AppRunner | None = None

    async def start(self) -> None:
        """Listen; ``url`` is known from here on."""
        app = web.Application(middlewares=[self._faults.middleware])
        for part in (self._oauth, self._pages, self._api):
            app.add_routes(part.routes())
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        host, port = self._runner.addresses[0][:2]
        self.url = self._oauth.origin = f"http://{host}:{port}"

    async def stop(self) -> None:
        """Close the port and every connection."""
        self._faults.stopping.set()
        if self._runner is not None:
            await self._runner.cleanup()

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.stop()

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

    def fail(self, fault: Fault, *, path: str = "/", carried_out: bool = False) -> None:
        """Let the next request to a path that starts with ``path`` go wrong; can be repeated.

        With ``carried_out`` the request is carried out, and only its answer is lost.
        """
        self._faults.plan(fault, path=path, carried_out=carried_out)

    async def failing(self) -> None:
        """Wait until one of the failures that were asked for is under way."""
        await self._faults.under_way.wait()

    def _account(self, user: str) -> Account:
        account = self._state.account(user)
        if account is None:
            raise LookupError(f"nobody is called {user}")
        return account
