"""What the OAuth endpoints say: with HTTP 200 also for errors, as JSON for those who ask for it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final
from urllib.parse import urlencode

from aiohttp import web

_ERRORS: Final = {
    "authorization_pending": "The authorization request is still pending.",
    "slow_down": "Too many requests have been made in the same timeframe.",
    "expired_token": "The `device_code` has expired.",
    "access_denied": "The authorization request was denied.",
    "incorrect_device_code": "The device_code provided is not valid.",
    "device_flow_disabled": "Device Flow must be explicitly enabled for this App",
    "unsupported_grant_type": "The grant type is not supported.",
    "incorrect_client_credentials": "The client_id and/or client_secret passed are incorrect.",
    "redirect_uri_mismatch": (
        "The redirect_uri MUST match the registered callback URL for this application."
    ),
    "bad_verification_code": "The code passed is incorrect or expired.",
    "bad_refresh_token": "The refresh token passed is incorrect or expired.",
}
_ABOUT: Final = "https://docs.github.com/developers/apps/authorizing-oauth-apps"


def said(request: web.Request, body: Mapping[str, str | float]) -> web.Response:
    """``body`` in the form that the request asks for."""
    if "application/json" in request.headers.get("Accept", ""):
        return web.json_response(body)
    return web.Response(text=urlencode(body), content_type="application/x-www-form-urlencoded")


def failed(request: web.Request, error: str, **more: float) -> web.Response:
    """An error, by its code."""
    about = f"{_ABOUT}#error-codes-for-the-device-flow"
    body = {"error": error, "error_description": _ERRORS[error], "error_uri": about}
    return said(request, {**body, **more})


async def fields(request: web.Request) -> dict[str, str]:
    """What was sent: of the query, of a form, or of JSON."""
    found = dict(request.query)
    if request.content_type == "application/json":
        body = await request.json()
        return {**found, **{key: str(value) for key, value in body.items()}}
    return {**found, **{key: str(value) for key, value in (await request.post()).items()}}
