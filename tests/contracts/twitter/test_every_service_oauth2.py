"""The suite over all services, for X where people connect by OAuth 2."""

from __future__ import annotations

import inspect

import pytest

from bot.services.twitter import SERVICE
from sandbox.x import XStandIn
from tests.contracts import test_every_service as suite
from tests.contracts.case import Case

ID = "1750000000000000042"  # a short one turns up in what is no secret


def _right(x):
    bearer = x.grant_bearer("alice")
    return {"access_token": bearer.access, "refresh_token": bearer.refresh, "user_id": ID}


CASE = Case(
    start=lambda: XStandIn("alice"),
    settings=lambda x, url: {
        "callback": "oauth2",
        "client_id": x.client_id,
        "client_secret": x.client_secret,
        "api_url": url,
    },
    right=_right,
    wrong={"access_token": "no-such-token", "refresh_token": "no-such-token", "user_id": ID},
    account="@alice",
)


@pytest.fixture
async def world():
    """See the suite."""
    async with suite.beside(SERVICE, CASE) as found:
        yield found


async def test_revoking_never_fails_loudly(world):
    """What is no token (any more) counts as revoked: RFC 7009, section 2.2."""
    assert await world.unreachable.revoke(world.good) is False
    assert await world.service.revoke(world.bad) is True
    assert await world.service.revoke(world.good) is True


for _name, _test in vars(suite).items():
    if _name.startswith("test_") and "world" in inspect.signature(_test).parameters:
        globals().setdefault(_name, _test)
