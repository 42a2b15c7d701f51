"""A server of OAuth 2 that says whatever the test wants it to."""

from __future__ import annotations

from typing import Any, Final

from aiohttp import web

from bot.connect.oauth2 import OAuth2
from bot.secret import Secret
from sandbox.mishaps import Answer, Mishap
from sandbox.stand_in import StandIn

TOKENS: Final = {"access_token": "hostile-access", "token_type": "Bearer", "expires_in": 3600}
CODE: Final = {
    "device_code": "hostile-device",
    "user_code": "WDJB-MJHT",
    "verification_uri": "http://127.0.0.1/device",
    "expires_in": 900,
    "interval": 5,
}
WORDS: Final = "these are the server's own words"


def no(error: str, status: int = 400) -> Answer:
    """A refusal, with a description."""
    return Answer(status, {"error": error, "error_description": WORDS})


class Hostile(StandIn):
    """Answers at ``/token`` and ``/device`` with what is queued, then with :data:`TOKENS`.

    ``asked`` keeps the path, form and headers of each request.
    """

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[tuple[str, dict[str, Any], dict[str, str]]] = []
        self.answers: list[Mishap] = []

    async def start(self) -> None:
        app = web.Application()
        app.router.add_route("*", "/{path}", self._answer)
        await self._listen(app)

    def app(self, **changes: Any) -> OAuth2:
        """A registration with it."""
        settings: dict[str, Any] = {
            "client_id": "app",
            "client_secret": Secret("hostile-client-secret"),
            "scopes": ("read", "write"),
            "device_url": f"{self.url}/device",
            "revoke_url": f"{self.url}/revoke",
        }
        return OAuth2(f"{self.url}/auth", f"{self.url}/token", **(settings | changes))

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        form = dict(await request.post())
        self.asked.append((request.path, form, dict(request.headers)))
        answer = self.answers.pop(0) if self.answers else Answer(200, TOKENS)
        return await answer(request)
