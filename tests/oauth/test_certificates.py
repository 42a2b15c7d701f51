"""Which servers are believed to be who they say."""

from __future__ import annotations

from aiohttp import web

from bot.connect.oauth2 import OAuth2
from tests.oauth.hostile import TOKENS
from tests.oauth.people import given
from tests.tls import self_signed, serving


async def _answer(_):
    return web.json_response(TOKENS)


def _app(address, **settings):
    return OAuth2(f"{address}/auth", f"{address}/token", "app", **settings)


async def test_a_certificate_of_the_operators_own_is_trusted(tmp_path):
    ca_file = self_signed(tmp_path)
    async with serving(_answer, ca_file) as address:
        assert await _app(address, ca_file=ca_file).renew(given(refresh_token="old"))
