"""What may stand between the bot and its homeserver, and everything that can happen there."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any, Final, Self

import aiohttp
from aiohttp import web
from yarl import URL

from sandbox.held import Held

Json = dict[str, Any]
Rewrite = Callable[[Json], Json]
"""Turns a sync response into the one that the bot is given."""

_HOP_BY_HOP: Final = {"connection", "content-length", "content-encoding", "transfer-encoding"}


class Gateway:
    """A reverse proxy on loopback; ``url`` is what the bot takes for its homeserver.

    ``rewrite`` may change each sync response.
    """

    def __init__(self, homeserver: str) -> None:
        self.url = ""
        self.rewrite: Rewrite = lambda response: response
        self._homeserver = homeserver
        self._planned: list[tuple[Held, str, bool]] = []
        self._http: aiohttp.ClientSession | None = None
        self._runner: web.AppRunner | None = None

    async def __aenter__(self) -> Self:
        self._http = aiohttp.ClientSession()
        app = web.Application(client_max_size=64 * 1024**2)
        app.router.add_route("*", "/{path:.*}", self._handle)
        self._runner = web.AppRunner(
            app, access_log=None, handler_cancellation=True, shutdown_timeout=0.1
        )
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        self.url = f"http://127.0.0.1:{self._runner.addresses[0][1]}"
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._runner is not None
        assert self._http is not None
        await self._runner.cleanup()
        await self._http.close()

    def hold(self, path: str, *, after: bool = False) -> Held:
        """Keep the next request whose path holds ``path`` waiting.

        ``after``: what it asks for is done before, and only its answer is kept.
        """
        held = Held()
        self._planned.append((held, path, after))
        return held

    async def _handle(self, request: web.Request) -> web.StreamResponse:
        planned = next((plan for plan in self._planned if plan[1] in request.path), None)
        if planned is None:
            return await self._pass(request)
        self._planned.remove(planned)
        held, _, after = planned
        if after:
            await self._pass(request)
        return await held(request)

    async def _pass(self, request: web.Request) -> web.StreamResponse:
        assert self._http is not None
        body = await request.read()
        headers = _kept(request.headers)
        headers.pop("Host", None)
        address = URL(self._homeserver + request.raw_path, encoded=True)
        async with self._http.request(
            request.method, address, data=body, headers=headers
        ) as answer:
            data = await answer.read()
        if request.path.endswith("/sync") and answer.status == 200:
            data = json.dumps(self.rewrite(json.loads(data))).encode()
        return web.Response(status=answer.status, body=data, headers=_kept(answer.headers))


def _kept(headers: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in headers.items() if name.lower() not in _HOP_BY_HOP}
