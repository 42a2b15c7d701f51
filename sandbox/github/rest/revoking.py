"""How an app checks and takes back what it was given.

https://docs.github.com/rest/apps/oauth-applications
"""

from __future__ import annotations

import base64
import binascii
import json
import secrets

from aiohttp import web

from sandbox.github.apps import App
from sandbox.github.refusals import Refusal, bad_json, invalid, not_found
from sandbox.github.tokens import Token
from sandbox.github.world import API, World, iso

_PAGE = "apps/oauth-applications"


class Revoking:
    """For apps only: they sign in with their client id and secret."""

    def __init__(self, world: World) -> None:
        self._world = world

    def routes(self) -> list[web.RouteDef]:
        """The routes."""
        path = API + "/applications/{client_id}/"
        return [web.route("*", path + "{what:grant|token}", self.answer)]

    async def answer(self, request: web.Request) -> web.Response:
        """204: the token is dead, or all that the app had of this user."""
        what = request.match_info["what"]
        try:
            app = self._app(request)
            token = await self._token(request, app)
            if request.method == "POST" and what == "token":
                return web.json_response(self._checked(token, app))
            if request.method != "DELETE":
                raise not_found()
        except Refusal as refusal:
            return refusal.response(f"{_PAGE}#delete-an-app-{what}")
        if what == "grant":
            self._world.tokens.revoke_grant(app, token.user)
        else:
            self._world.tokens.revoke(token)
        return web.Response(status=204)

    def _app(self, request: web.Request) -> App:
        scheme, _, encoded = request.headers.get("Authorization", "").partition(" ")
        try:
            name, _, secret = base64.b64decode(encoded, validate=True).decode().partition(":")
        except (binascii.Error, UnicodeDecodeError):
            name = secret = ""
        app = self._world.apps.get(request.match_info["client_id"])
        good = app is not None and secrets.compare_digest(secret, app.client_secret)
        if app is None or not good or name != app.client_id or scheme.lower() != "basic":
            raise not_found()
        return app

    async def _token(self, request: web.Request, app: App) -> Token:
        try:
            text = json.loads(await request.text() or "{}").get("access_token")
        except (ValueError, AttributeError):
            raise bad_json() from None
        if not text:
            raise invalid("OauthAccess", "access_token", "missing_field")
        token = self._world.tokens.known(str(text))
        if token is None or token.app is not app:
            if request.method == "POST":
                raise not_found()
            raise invalid("OauthAccess", "access_token", "invalid")
        return token

    def _checked(self, token: Token, app: App) -> dict[str, object]:
        return {
            "id": 1,
            "token": token.text,
            "scopes": list(token.scopes),
            "app": {"client_id": app.client_id, "name": app.name, "url": ""},
            "user": token.user.simple(self._world.root),
            "expires_at": iso(token.expires),
        }
