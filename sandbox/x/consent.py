"""The page of OAuth 2 that asks whether an app may have what it asks for."""

from __future__ import annotations

import secrets
from html import escape
from urllib.parse import parse_qs, urlencode, urlsplit

from aiohttp import web

from sandbox.page import form, page
from sandbox.x.grants import SCOPES
from sandbox.x.oauth2 import OAuth2
from sandbox.x.pages import question
from sandbox.x.state import State

_PATH = "/i/oauth2/authorize"


class Consent:
    """The page and its outcome. Whoever opens the page chooses who they are."""

    def __init__(self, state: State, oauth2: OAuth2, app_name: str) -> None:
        self._state, self._oauth2, self._app_name = state, oauth2, app_name
        self._open: dict[str, str] = {}  # what each form is about

    def routes(self) -> list[web.RouteDef]:
        """The routes of the page."""
        return [web.get(_PATH, self.ask), web.post(_PATH, self.decide)]

    async def ask(self, request: web.Request) -> web.Response:
        """Ask whether the app may do for an account what its link asks for."""
        try:
            scopes, _ = self._oauth2.asked(str(request.url))
        except LookupError:
            return _wrong()
        number = secrets.token_hex(20)
        self._open[number] = str(request.url)
        wanted = "".join(f"<li>{escape(SCOPES[scope])}</li>" for scope in scopes)
        asked = form(_PATH, {"authenticity_token": number}, question(self._state))
        text = f"<p>It could then:</p><ul>{wanted}</ul>{asked}"
        return page(f"{self._app_name} wants to access your account", text)

    async def decide(self, request: web.Request) -> web.Response:
        """Go back to the app."""
        given = {key: str(value) for key, value in (await request.post()).items()}
        address = self._open.pop(given.get("authenticity_token", ""), "")
        if not address:
            return _wrong()
        if given.get("decision") != "allow":
            raise web.HTTPFound(_refused(address))
        account = self._state.account(given.get("account", ""))
        if account is None:
            return page("Who are you?", "<p>Go back and choose an account.</p>", 403)
        raise web.HTTPFound(self._oauth2.allowed(address, account))


def _refused(address: str) -> str:
    query = {key: values[0] for key, values in parse_qs(urlsplit(address).query).items()}
    about = {"error": "access_denied", "state": query.get("state", "")}
    return f"{query['redirect_uri']}?{urlencode(about)}"


def _wrong() -> web.Response:
    text = "<p>You weren't able to give access to the app. Go back and try to log in again.</p>"
    return page("Something went wrong", text, 400)
