"""The two victims, the people they serve, and Mallory."""

from __future__ import annotations

from collections.abc import AsyncIterator
from itertools import count

import pytest

from sandbox.gateway import Gateway
from sandbox.person import Person
from sandbox.world import Arrive, World
from tests.attacks.bare import BareBot
from tests.attacks.forger import Forger
from tests.attacks.ours import OurBot
from tests.e2e.conftest import arrive, arrive_to_stay, world

__all__ = ["arrive", "arrive_to_stay", "world"]

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
    login = await world.homeserver.register(f"bare-{next(_numbers)}", "password of bare")
    async with Gateway(world.homeserver.url) as gateway:
        bare = BareBot(login, gateway, tmp_path_factory.mktemp("bare"))
        await bare.start()
        yield bare
        await bare.kill()


@pytest.fixture(scope="module")
async def alice(ours: OurBot, bare: BareBot, arrive_to_stay: Arrive) -> Person:
    """Somebody whose credential both bots have: she is Alice on Jenkins."""
    alice = await arrive_to_stay("alice")
    for victim in (bare, ours):
        await victim.connect(alice, "alice")
    return alice


@pytest.fixture
async def mallory(world: World) -> AsyncIterator[Forger]:
    """An attacker with an account like everybody's, signed by an identity of its own."""
    login = await world.homeserver.register(f"mallory-{next(_numbers)}", "password of mallory")
    async with Forger(world.homeserver, login) as mallory:
        await mallory.publish()
        yield mallory
