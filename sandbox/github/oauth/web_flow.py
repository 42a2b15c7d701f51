"""The page on which people authorise an app, and are sent back to it.

https://docs.github.com/apps/oauth-apps/building-oauth-apps/authorizing-oauth-apps
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from urllib.parse import urlencode

from aiohttp import web

from sandbox.github.apps import App
from sandbox.github.oauth.asked import scopes_of
from sandbox.github.oauth.question import question
from sandbox.github.world import World
from sandbox.page import form, page

_DENIED = "The user has denied your application access."
_MISMATCH = "The redirect_uri MUST match the registered callback URL for this application."
_ABOUT = (
    "/apps/building-integrations/setting-up-and-registering-oauth-apps/"
    "troubleshooting-authorization-request-errors/#"
)


class WebFlow:
    """Asks, and sends back. Whoever opens the page chooses who they are."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._authenticity = secrets.token_hex(20)

    def routes(self) -> list[web.RouteDef]:
        """The routes."""
        return [
            web.get("/login/oauth/authorize", self.ask),
            web.post("/login/oauth/authorize", self.decide),
        ]

    async def ask(self, request: web.Request) -> web.Response:
        """Ask whether the app may act for somebody."""
        query = dict(request.query)
        app = self._app(query)
        hidden = {**query, "authenticity_token": self._authenticity}
        action = "/login/oauth/authorize"
        return page(
            f"Authorize {app.name}",
            form(action, hidden, question(self._world, app, scopes_of(query))),
        )

    async def decide(self, request: web.Request) -> web.Response:
        """Send the browser back to the app, with a code or with an error."""
        given = {key: str(value) for key, value in (await request.post()).items()}
        app = self._app(given)
        genuine = secrets.compare_digest(given.get("authenticity_token", ""), self._authenticity)
        user = self._world.user(given.get("login", ""))
        if not genuine:
            return page("Your browser did something unexpected", "<p>Please try again.</p>", 422)
        if given.get("decision") != "allow":
            raise _error(_target(given, app), given, "access_denied", _DENIED)
        if user is None:
            return page("Sign in to GitHub", "<p>Go back and choose an account.</p>", 403)
        code = self._world.asked.authorised(app, user, given, self._world.now())
        raise _back(code.redirect_uri, given, code=code.text)

    def _app(self, query: Mapping[str, str]) -> App:
        app = self._world.apps.get(query.get("client_id", ""))
        if app is None:
            raise web.HTTPNotFound
        if not app.comes_back_to(_target(query, app)):
            raise _error(app.callback, query, "redirect_uri_mismatch", _MISMATCH)
        if query.get("code_challenge") and query.get("code_challenge_method") != "S256":
            raise _error(app.callback, query, "invalid_request", "Only S256 is supported.")
        return app


def _target(query: Mapping[str, str], app: App) -> str:
    return query.get("redirect_uri") or app.callback


def _error(target: str, query: Mapping[str, str], error: str, words: str) -> web.HTTPFound:
    about = _ABOUT + error.replace("_", "-")
    return _back(target, query, error=error, error_description=words, error_uri=about)


def _back(target: str, query: Mapping[str, str], **more: str) -> web.HTTPFound:
    found = {**more, "state": query["state"]} if "state" in query else more
    return web.HTTPFound(f"{target}{'&' if '?' in target else '?'}{urlencode(found)}")
