"""How long a homeserver can have the bot wait."""

from __future__ import annotations

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from bot.matrix.client import Homeserver, MatrixError


@pytest.mark.parametrize(
    ("said", "seconds"),
    [
        ("3000", 3.0),
        ("0", 0.2),
        ("-1", 0.2),
        ("1", 0.2),
        ("1" + "0" * 400, 300.0),
        ("1e999", 300.0),
        ("NaN", 0.2),
        ("true", None),
        ('"3000"', None),
        ("null", None),
        ("[3000]", None),
    ],
)
async def test_what_it_says_is_taken_within_reason(said, seconds):
    """Neither at once, again and again, nor never."""

    async def busy(_: web.Request) -> web.Response:
        body = f'{{"errcode": "M_LIMIT_EXCEEDED", "retry_after_ms": {said}}}'
        return web.Response(status=429, text=body, content_type="application/json")

    app = web.Application()
    app.router.add_get("/_matrix/client/v3/sync", busy)
    async with TestServer(app, host="127.0.0.1") as server:
        homeserver = Homeserver(str(server.make_url("")))
        with pytest.raises(MatrixError) as caught:
            await homeserver.request("GET", "/v3/sync")
        await homeserver.close()
    assert caught.value.retry_after == seconds
