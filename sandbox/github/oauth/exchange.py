"""The endpoints that apps talk to: device codes, and tokens for codes and refresh tokens.

https://docs.github.com/apps/oauth-apps/building-oauth-apps/authorizing-oauth-apps
"""

from __future__ import annotations

import secrets
from typing import Final

from aiohttp import web

from sandbox.github.apps import App
from sandbox.github.oauth.answers import failed, fields, said
from sandbox.github.oauth.asked import scopes_of
from sandbox.github.world import World

DEVICE: Final = "urn:ietf:params:oauth:grant-type:device_code"


class Exchange:
    """Codes for tokens."""

    def __init__(self, world: World) -> None:
        self._world = world

    def routes(self) -> list[web.RouteDef]:
        """The routes."""
        return [
            web.post("/login/device/code", self.device),
            web.post("/login/oauth/access_token", self.token),
        ]

    async def device(self, request: web.Request) -> web.Response:
        """Begin a device flow."""
        form = await fields(request)
        app = self._world.apps.get(form.get("client_id", ""))
        if app is None:
            return web.json_response({"error": "Not Found"}, status=404)
        if not app.device_flow:
            refusal = failed(request, "device_flow_disabled")
            refusal.set_status(400)  # the one OAuth error that GitHub does not answer with 200
            return refusal
        device = self._world.asked.device(app, scopes_of(form), self._world.now())
        return said(
            request,
            {
                "device_code": device.device_code,
                "user_code": device.user_code,
                "verification_uri": f"{self._world.root}/login/device",
                "expires_in": self._world.asked.lifetime,
                "interval": device.interval,
            },
        )

    async def token(self, request: web.Request) -> web.Response:
        """Give out a token, for whatever proves that it is due."""
        form = await fields(request)
        app = self._world.apps.get(form.get("client_id", ""))
        if app is None:
            return failed(request, "incorrect_client_credentials")
        match form.get("grant_type", "authorization_code"):
            case "authorization_code":
                return self._for_code(request, form, app)
            case "refresh_token":
                return self._for_refresh_token(request, form, app)
            case grant if grant == DEVICE:
                return self._for_device(request, form, app)
        return failed(request, "unsupported_grant_type")

    def _for_code(self, request: web.Request, form: dict[str, str], app: App) -> web.Response:
        if not _secret(form, app):
            return failed(request, "incorrect_client_credentials")
        code = self._world.asked.codes.pop(form.get("code", ""), None)
        now = self._world.now()
        if code is None or code.app is not app or code.expires <= now:
            return failed(request, "bad_verification_code")
        if form.get("redirect_uri", code.redirect_uri) != code.redirect_uri:
            return failed(request, "redirect_uri_mismatch")
        if not code.proven_by(form.get("code_verifier", "")):
            return failed(request, "bad_verification_code")
        token = self._world.tokens.issue(app, code.user, code.scopes, now, by_device=False)
        return said(request, token.answer(now))

    def _for_device(self, request: web.Request, form: dict[str, str], app: App) -> web.Response:
        now, devices = self._world.now(), self._world.asked.devices
        device = devices.get(form.get("device_code", ""))
        if not app.device_flow:
            return failed(request, "device_flow_disabled")
        if device is None or device.app is not app:
            return failed(request, "incorrect_device_code")
        error = device.polled_at(now)
        if error == "slow_down":
            return failed(request, error, interval=device.interval)
        if error or device.user is None:
            return failed(request, error)
        del devices[device.device_code]
        token = self._world.tokens.issue(app, device.user, device.scopes, now, by_device=True)
        return said(request, token.answer(now))

    def _for_refresh_token(
        self, request: web.Request, form: dict[str, str], app: App
    ) -> web.Response:
        now, refresh = self._world.now(), form.get("refresh_token", "")
        old = self._world.tokens.of_refresh(refresh, app, now)
        if not _secret(form, app) and not (old and old.by_device and "client_secret" not in form):
            return failed(request, "incorrect_client_credentials")
        if old is None:
            return failed(request, "bad_refresh_token")
        return said(request, self._world.tokens.renew(old, app, now).answer(now))


def _secret(form: dict[str, str], app: App) -> bool:
    return secrets.compare_digest(form.get("client_secret", ""), app.client_secret)
