"""What the tests of OAuth 2 share: a certified server, a hostile one, and somebody's browser."""

from __future__ import annotations

import pytest

from tests.oauth.browser import Browser
from tests.oauth.hostile import Hostile
from tests.oauth.provider import Provider, missing


@pytest.fixture(scope="package")
async def server():
    """The certified server."""
    if reason := missing():
        pytest.skip(reason)
    async with Provider.open() as provider:
        yield provider


@pytest.fixture
async def provider(server):
    """The certified server, whose clock is right again after the test."""
    yield server
    await server.ahead(0)


@pytest.fixture
async def alice():
    """Alice's browser."""
    async with Browser("alice") as browser:
        yield browser


@pytest.fixture(scope="package")
async def one_hostile():
    """The hostile server."""
    async with Hostile() as hostile:
        yield hostile


@pytest.fixture
def hostile(one_hostile):
    """The hostile server, which has been asked nothing yet and has nothing up its sleeve."""
    one_hostile.asked.clear()
    one_hostile.answers.clear()
    return one_hostile
