"""OAuth 1.0a as X speaks it: oauthlib checks the signatures, X's words refuse.

https://developer.x.com/en/docs/authentication/api-reference
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

from aiohttp import web
from oauthlib.oauth1 import AccessTokenEndpoint, RequestTokenEndpoint, ResourceEndpoint

from sandbox.x.problems import CALLBACK, INVALID_TOKEN, NOT_AUTHENTICATED, WRONG_VERIFIER
from sandbox.x.state import AccessToken, State
from sandbox.x.validator import NotApproved, Validator

_FORM = "application/x-www-form-urlencoded"


class _Exchange(AccessTokenEndpoint):  # type: ignore[misc]  # oauthlib ships no type information
    """Answers with X's tokens (the account's id is their prefix) instead of random ones."""

    def create_access_token(self, request: Any, _credentials: Mapping[str, str]) -> str:
        token: AccessToken = self.request_validator.granted(request)
        return urlencode(
            {
                "oauth_token": token.key,
                "oauth_token_secret": token.secret,
                "user_id": token.account.id,
                "screen_name": token.account.name,
            }
        )


class OAuth:
    """The token endpoints, and the check of every signed request.

    ``origin`` is what requests are signed for: the stand-in's own address. ``callbacks`` are
    registered with the app.
    """

    def __init__(self, state: State, callbacks: Sequence[str]) -> None:
        self.origin = ""
        self._state = state
        validator = Validator(state, callbacks)
        self._request_token = RequestTokenEndpoint(validator)
        self._access_token = _Exchange(validator)
        self._resource = ResourceEndpoint(validator)

    def routes(self) -> list[web.RouteDef]:
        """The routes of the token endpoints."""
        return [
            web.post("/oauth/request_token", self.request_token),
            web.post("/oauth/access_token", self.access_token),
            web.post("/1.1/oauth/invalidate_token", self.invalidate_token),
            web.post("/1.1/oauth/invalidate_token.json", self.invalidate_token),
        ]

    async def request_token(self, request: web.Request) -> web.Response:
        """``oauth_token``, ``oauth_token_secret``, ``oauth_callback_confirmed=true``."""
        _, body, status = self._request_token.create_request_token_response(
            *await self._signed(request)
        )
        if status == NotApproved.status_code:
            return web.json_response(CALLBACK, status=status)
        if status != 200:
            return web.json_response(NOT_AUTHENTICATED, status=401)
        return web.Response(text=body, content_type=_FORM)

    async def access_token(self, request: web.Request) -> web.Response:
        """The access token of whoever authorised the request token, for the right verifier."""
        _, body, status = self._access_token.create_access_token_response(
            *await self._signed(request)
        )
        if status != 200:
            return web.Response(text=WRONG_VERIFIER, status=401)
        return web.Response(text=body, content_type=_FORM)

    async def invalidate_token(self, request: web.Request) -> web.Response:
        """Forget the access token that the request is signed with."""
        token = await self.authenticate(request)
        if token is None:
            return web.json_response(INVALID_TOKEN, status=401)
        del self._state.access_tokens[token.key]
        return web.json_response({"access_token": token.key})

    async def authenticate(self, request: web.Request) -> AccessToken | None:
        """The access token that signed ``request``, or None where the signature is not right."""
        try:
            valid, signed = self._resource.validate_protected_resource_request(
                *await self._signed(request)
            )
        except ValueError:  # oauthlib, on a query that is not form-encoded
            return None
        return self._state.access_tokens[signed.resource_owner_key] if valid else None

    async def _signed(self, request: web.Request) -> tuple[str, str, str, dict[str, str]]:
        body = await request.text() if request.content_type == _FORM else ""
        return f"{self.origin}{request.raw_path}", request.method, body, dict(request.headers)
