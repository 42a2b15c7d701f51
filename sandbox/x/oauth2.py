"""OAuth 2.0 as X speaks it: oauthlib decides, X's words refuse.

https://docs.x.com/fundamentals/authentication/oauth-2-0/authorization-code
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from aiohttp import web
from oauthlib.oauth2 import OAuth2Error, WebApplicationServer

from sandbox.x.grants import LASTS, Bearer, Grants, secret_text
from sandbox.x.oauth2_validator import Validator
from sandbox.x.problems import NO_CLIENT, wrong_value
from sandbox.x.state import Account

READING = ("tweet.read", "users.read")
_MORE = {
    "create": ("tweet.write",),
    "delete": ("tweet.write",),
    "retweet": ("tweet.write",),
    "like": ("like.write",),
}
_FORM = "application/x-www-form-urlencoded"
_WRONG = {"refresh_token": "token", "authorization_code": "authorization code"}


class OAuth2:
    """The token endpoints, and the check of every request with a bearer token."""

    def __init__(self, grants: Grants) -> None:
        self._grants = grants
        self._server = WebApplicationServer(
            Validator(grants), lambda _: secret_text(), LASTS, lambda _: secret_text()
        )
        self._server.auth_grant.register_token_modifier(_without_refresh)

    def routes(self) -> list[web.RouteDef]:
        """The routes of the token endpoints."""
        return [
            web.post("/2/oauth2/token", self.token),
            web.post("/2/oauth2/revoke", self.revoke),
        ]

    def asked(self, address: str) -> tuple[list[str], str]:
        """The scopes that the page at ``address`` asks for, and the client's id.

        Raises:
            LookupError: that is no page.
        """
        try:
            scopes, about = self._server.validate_authorization_request(_secure(address))
        except OAuth2Error:
            raise LookupError("it asks for nothing that can be given") from None
        return scopes, about["client_id"]

    def allowed(self, address: str, account: Account) -> str:
        """Where the browser is sent once ``account`` has allowed what is asked for."""
        scopes, _ = self.asked(address)
        headers, _, _ = self._server.create_authorization_response(
            _secure(address), scopes=scopes, credentials={"user": account}
        )
        return str(headers["Location"])

    async def token(self, request: web.Request) -> web.Response:
        """``access_token``, ``refresh_token``, ``expires_in``, ``scope``: for a code or a token."""
        _, body, status = self._server.create_token_response(*await self._sent(request))
        answer = json.loads(body)
        if status == 200:
            return web.json_response(answer)
        if answer["error"] == "invalid_client":
            return web.json_response(NO_CLIENT, status=401)
        kind = str((await request.post()).get("grant_type", ""))
        return web.json_response(wrong_value(_WRONG.get(kind, "grant type")), status=400)

    async def revoke(self, request: web.Request) -> web.Response:
        """``{"revoked": true}``, whether or not there was such a token (RFC 7009)."""
        _, _, status = self._server.create_revocation_response(*await self._sent(request))
        if status == 401:
            return web.json_response(NO_CLIENT, status=401)
        if status != 200:
            return web.json_response(wrong_value("token"), status=400)
        return web.json_response({"revoked": True})

    def authenticate(self, request: web.Request) -> Bearer | None:
        """The bearer token that ``request`` comes with, or None where it is not good (any more)."""
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        return self._grants.holder(token) if scheme == "Bearer" else None

    async def _sent(self, request: web.Request) -> tuple[str, str, str, dict[str, str]]:
        body = await request.text() if request.content_type == _FORM else ""
        return _secure(str(request.url)), request.method, body, dict(request.headers)


def suffices(scopes: Iterable[str], endpoint: str) -> bool:
    """Whether ``scopes`` are what an endpoint of the API asks for.

    https://docs.x.com/fundamentals/authentication/guides/v2-authentication-mapping
    """
    return {*READING, *_MORE.get(endpoint, ())} <= set(scopes)


def _without_refresh(token: dict[str, Any], _handler: Any, request: Any) -> dict[str, Any]:
    if "offline.access" not in request.scopes:
        del token["refresh_token"]
    return token


def _secure(address: str) -> str:
    """The address as oauthlib wants it; the stand-in is on loopback only."""
    return address.replace("http://", "https://", 1)
