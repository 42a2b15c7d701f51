"""The two victims, the people they serve, and Mallory."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from sandbox.person import Person
from sandbox.world import Arrive, World
from tests.attacks.bare import BareBot
from tests.attacks.forger import Forger
from tests.attacks.ours import OurBot
from tests.e2e.conftest import arrive, arrive_to_stay

__all__ = ["arrive", "arrive_to_stay"]

NewForger = Callable[..., Awaitable[Forger]]
"""``await forger(prekeys=…)``: see :meth:`Forger.publish`."""

_numbers = count(1)


def pytest_configure(config: pytest.Config) -> None:
    """Make the mark known by which attacks are counted."""
    config.addinivalue_line("markers", "attack(row): an attack on a row of docs/security.md")


@pytest.fixture(scope="module")
async def ours(world: World) -> AsyncIterator[OurBot]:
    """Our bot, behind a homeserver that may turn hostile."""
    async with OurBot.open(world) as ours:
        yield ours


@pytest.fixture(scope="module")
async def bare(world: World, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[BareBot]:
    """A bare matrix-nio bot, behind another such homeserver."""
    async with BareBot.open(world, tmp_path_factory.mktemp("bare")) as bare:
        yield bare


@pytest.fixture(scope="module")
async def alice(ours: OurBot, bare: BareBot, arrive_to_stay: Arrive) -> Person:
    """Somebody whose credential both bots have: she is Alice on Jenkins."""
    alice = await arrive_to_stay("alice")
    for victim in (bare, ours):
        await victim.connect(alice, "alice")
    return alice


@pytest.fixture
async def doomed(world: World, tmp_path: Path, alice: Person) -> AsyncIterator[BareBot]:
    """A bare bot of the test's own, for attacks that it does not recover from."""
    async with BareBot.open(world, tmp_path) as bare:
        await bare.connect(alice, "alice")
        yield bare


@pytest.fixture
async def forger(world: World) -> AsyncIterator[NewForger]:
    """Make attackers, whose devices are published as ``publish`` is told."""
    async with AsyncExitStack() as stack:

        async def another(**published: Any) -> Forger:
            login = await world.homeserver.register(f"mallory-{next(_numbers)}", "password")
            one = await stack.enter_async_context(Forger(world.homeserver, login))
            await one.publish(**published)
            return one

        yield another


@pytest.fixture
async def mallory(forger: NewForger) -> Forger:
    """An attacker with an account like everybody's, signed by an identity of its own."""
    return await forger()
