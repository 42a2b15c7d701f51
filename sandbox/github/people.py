"""The people, apps and tokens of a GitHub, as a test or the demo has them."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Mapping
from datetime import timedelta

from sandbox.github.apps import App
from sandbox.github.limits import Limits
from sandbox.github.tokens import Token
from sandbox.github.users import User
from sandbox.github.world import World


class People:
    """Adds them, and lets time pass for them."""

    def __init__(self) -> None:
        self._world = World()

    @property
    def limits(self) -> Limits:
        """The rate limits."""
        return self._world.limits

    @property
    def apps(self) -> list[App]:
        """What is registered."""
        return list(self._world.apps.values())

    def add_user(self, login: str, name: str = "", *, kind: str = "User") -> User:
        """Add somebody; an organisation is of kind ``Organization``."""
        user = User(self._world.new_id(), login, name, kind)
        self._world.users[login.casefold()] = user
        return user

    def add_app(
        self,
        name: str = "Team Actas",
        *,
        callback: str = "",
        permissions: Mapping[str, str] | None = None,
        device_flow: bool = True,
        expiring: bool = True,
        repositories: Iterable[str] | None = None,
    ) -> App:
        """Register an OAuth app; with ``permissions`` (``{"issues": "write"}``) a GitHub App."""
        prefix = "Ov23li" if permissions is None else "Iv23li"
        app = App(
            name,
            prefix + secrets.token_hex(7),
            secrets.token_hex(20),
            callback,
            device_flow,
            permissions,
            expiring,
            None if repositories is None else frozenset(repositories),
        )
        self._world.apps[app.client_id] = app
        return app

    def new_token(self, login: str, *scopes: str, days: float | None = None) -> str:
        """A classic personal access token."""
        return self._personal(
            Token(f"ghp_{secrets.token_hex(18)}", self._user(login), scopes), days
        )

    def new_fine_grained(
        self,
        login: str,
        repositories: Iterable[str] | None = None,
        days: float | None = 30,
        **permissions: str,
    ) -> str:
        """A fine-grained one, for ``repositories`` (None: all): ``issues="write"``."""
        text = f"github_pat_{secrets.token_hex(11)}_{secrets.token_hex(29)}"
        chosen = None if repositories is None else frozenset(repositories)
        token = Token(text, self._user(login), (), permissions, chosen)
        return self._personal(token, days)

    def grant(self, app: App, login: str, *scopes: str) -> Token:
        """Let somebody authorise an app, without the way over its page."""
        return self._world.tokens.issue(
            app, self._user(login), scopes, self._world.now(), by_device=False
        )

    def withdraw(self, app: App, login: str) -> None:
        """Let somebody revoke an app's access, as in GitHub's settings."""
        self._world.tokens.revoke_grant(app, self._user(login))

    def accepts(self, token: str) -> bool:
        """Whether a token is still good."""
        return self._world.tokens.good(token, self._world.now()) is not None

    def restrict_apps(self, owner: str) -> None:
        """Let an organisation forbid OAuth apps that it has not approved."""
        self._world.restricted.add(self._user(owner).login)

    def require_sso(self, owner: str) -> None:
        """Let an organisation ask for a single sign-on for each classic or OAuth token."""
        self._world.sso.add(self._user(owner).login)

    def sign_on(self, token: str, owner: str) -> None:
        """Let the owner of a token authorise it for an organisation with single sign-on."""
        known = self._world.tokens.known(token)
        if known is None:
            raise LookupError("there is no such token")
        known.sso.add(self._user(owner).login)

    def pass_time(self, **span: float) -> None:
        """Let time go by, as in ``timedelta``: tokens and codes grow old."""
        self._world.ahead += timedelta(**span)

    def device_codes(self, *, lifetime: int = 900, interval: float = 5) -> None:
        """How long a device's codes are good, and how often an app may ask for the answer."""
        self._world.asked.lifetime, self._world.asked.interval = lifetime, interval

    def _personal(self, token: Token, days: float | None) -> str:
        if days is not None:
            token.expires = self._world.now() + timedelta(days=days)
        return self._world.tokens.add(token).text

    def _user(self, login: str) -> User:
        user = self._world.user(login)
        if user is None:
            raise LookupError(f"nobody is called {login}")
        return user
