"""A whole world on loopback: a real homeserver, stand-ins for the services, bots and people."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

import pytest

from sandbox.bot import Bot
from sandbox.synapse import Login, Synapse
from sandbox.world import Arrive, World
from tests.e2e.element import Element
from tests.e2e.element.runtime import missing
from tests.e2e.shell import PASSWORD

NewBot = Callable[..., Awaitable[Bot]]
"""``await new_bot()``, or ``await new_bot(start=False)`` to change its configuration first."""

AtElement = Callable[..., Awaitable[Element]]
"""``await at_element("alice")``: see :meth:`Element.arrive`; names are made unique."""


@pytest.fixture(scope="session")
def homeserver(world: World) -> Synapse:
    """The world's Synapse."""
    return world.homeserver


@pytest.fixture(scope="session")
async def bot(world: World) -> AsyncIterator[Bot]:
    """A running bot that all tests share: do not stop it."""
    async with world.bot() as bot:
        yield bot
        assert "Traceback" not in bot.log(), "a bug, whatever the tests have made of its answer"


@pytest.fixture
async def new_bot(world: World) -> AsyncIterator[NewBot]:
    """Make bots of the test's own, to be stopped, killed and configured as it likes."""
    async with AsyncExitStack() as stack:

        async def another(*, start: bool = True) -> Bot:
            return await stack.enter_async_context(world.bot(start=start))

        yield another


@pytest.fixture
async def account(world: World) -> Login:
    """A bot account that nobody has used yet."""
    return await world.homeserver.register(world.unique("setup"), PASSWORD)


@pytest.fixture
async def arrive(world: World) -> AsyncIterator[Arrive]:
    """Bring people into the world for one test: ``alice = await arrive("alice")``."""
    async with world.guests() as arrive:
        yield arrive


@pytest.fixture(scope="module")
async def arrive_to_stay(world: World) -> AsyncIterator[Arrive]:
    """The same for people who stay for all tests of a module."""
    async with world.guests() as arrive:
        yield arrive


@pytest.fixture
async def at_element(world: World) -> AsyncIterator[AtElement]:
    """Bring people who use Element into the world for one test."""
    async with _element(world) as arrive:
        yield arrive


@pytest.fixture(scope="module")
async def at_element_to_stay(world: World) -> AsyncIterator[AtElement]:
    """The same for people who stay for all tests of a module."""
    async with _element(world) as arrive:
        yield arrive


@asynccontextmanager
async def _element(world: World) -> AsyncIterator[AtElement]:
    if reason := missing():
        pytest.skip(reason)
    async with AsyncExitStack() as stack:

        async def arrive(name: str, **options: Any) -> Element:
            arriving = Element.arrive(world.homeserver, world.unique(name), **options)
            return await stack.enter_async_context(arriving)

        yield arrive
