"""What people see of X in a browser: the page that authorises an app, and a post."""

from __future__ import annotations

import secrets
from html import escape
from urllib.parse import urlencode

from aiohttp import web

from sandbox.page import decision, form, page
from sandbox.x.state import RequestToken, State


def question(state: State) -> str:
    """Which account authorises the app; with the two buttons."""
    people = {account.name: f"@{account.name}" for account in state.accounts}
    return decision("Log in as", "account", people, "Authorise app")


class Pages:
    """The authorise page, its outcome, and posts. Whoever opens the page chooses who they are."""

    def __init__(self, state: State, app_name: str) -> None:
        self._state = state
        self._app_name = app_name
        self._authenticity = secrets.token_hex(20)

    def routes(self) -> list[web.RouteDef]:
        """The routes of the pages."""
        return [
            web.get("/oauth/authorize", self.ask),
            web.post("/oauth/authorize", self.decide),
            web.get(r"/{name}/status/{id:\d+}", self.post),
        ]

    async def ask(self, request: web.Request) -> web.Response:
        """Ask whether the app may act for an account."""
        token = self._state.request_tokens.get(request.query.get("oauth_token", ""))
        if token is None or token.account is not None:
            return self._gone()
        hidden = {"oauth_token": token.key, "authenticity_token": self._authenticity}
        asked = form("/oauth/authorize", hidden, question(self._state))
        return page(f"Authorise {self._app_name} to access your account?", asked)

    async def decide(self, request: web.Request) -> web.Response:
        """Show the PIN, or go back to the app's callback."""
        given = {key: str(value) for key, value in (await request.post()).items()}
        token = self._state.request_tokens.get(given.get("oauth_token", ""))
        genuine = secrets.compare_digest(given.get("authenticity_token", ""), self._authenticity)
        if token is None or token.account is not None or not genuine:
            return self._gone()
        if given.get("decision") != "allow":
            return self._denied(token)
        account = self._state.account(given.get("account", ""))
        if account is None:
            return page("Who are you?", "<p>Go back and choose an account.</p>", 403)
        verifier = self._state.allow(token, account)
        if token.callback != "oob":
            raise _back(token, oauth_token=token.key, oauth_verifier=verifier)
        return page(
            "You are nearly there",
            f'<p>Enter this PIN in {escape(self._app_name)}:</p><p><code id="pin">{verifier}</code>'
            f"</p><p>You authorise it as @{escape(account.name)}.</p>",
        )

    async def post(self, request: web.Request) -> web.Response:
        """One post; the handle in the address is decoration, as on X."""
        wanted = request.match_info["id"]
        found = next((post for post in self._state.posts if post.id == wanted), None)
        if found is None:
            return page("This page does not exist", "", 404)
        text = escape(found.text).replace("\n", "<br>")
        return page(f"@{found.author.name} on X", f"<blockquote>{text}</blockquote>")

    def _denied(self, token: RequestToken) -> web.Response:
        del self._state.request_tokens[token.key]
        if token.callback != "oob":
            raise _back(token, denied=token.key)
        return page("You have cancelled", f"<p>{escape(self._app_name)} was given nothing.</p>")

    def _gone(self) -> web.Response:
        return page(
            "Whoa there!",
            "<p>The request token for this page is invalid. It may have already been used, or "
            "expired because it is too old.</p>",
            403,
        )


def _back(token: RequestToken, **query: str) -> web.HTTPFound:
    separator = "&" if "?" in token.callback else "?"
    return web.HTTPFound(f"{token.callback}{separator}{urlencode(query)}")
