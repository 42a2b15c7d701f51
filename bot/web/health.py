"""``/healthz`` and ``/readyz``: whether the bot lives, and whether it hears its homeserver."""

from __future__ import annotations

from aiohttp import web

from bot.matrix.sync import SyncLoop


def routes(sync: SyncLoop) -> list[web.RouteDef]:
    """Both pages."""

    async def healthz(_: web.Request) -> web.Response:
        return web.Response(text="alive\n")

    async def readyz(_: web.Request) -> web.Response:
        return (
            web.Response(text="ready\n")
            if sync.in_touch()
            else web.Response(status=503, text="no sync with the homeserver\n")
        )

    return [web.get("/healthz", healthz), web.get("/readyz", readyz)]
