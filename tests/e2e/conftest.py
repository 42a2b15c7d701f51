"""A real homeserver, and people on it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from itertools import count
from typing import Any

import pytest

from sandbox.person import Person
from sandbox.synapse import Synapse, synapse

Arrive = Callable[..., Awaitable[Person]]
_numbers = count(1)


@pytest.fixture(scope="session")
async def homeserver(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Synapse]:
    """One Synapse for all tests."""
    async with synapse(tmp_path_factory.mktemp("synapse")) as server:
        yield server


@asynccontextmanager
async def _arrivals(homeserver: Synapse) -> AsyncIterator[Arrive]:
    people: list[Person] = []

    async def someone(name: str, **options: Any) -> Person:
        person = await Person.arrive(homeserver, f"{name}{next(_numbers)}", **options)
        people.append(person)
        return person

    try:
        yield someone
    finally:
        for person in people:
            await person.close()


@pytest.fixture
async def arrive(homeserver: Synapse) -> AsyncIterator[Arrive]:
    """Bring a new person to the homeserver: ``await arrive("alice")``; names are made unique."""
    async with _arrivals(homeserver) as someone:
        yield someone


@pytest.fixture(scope="module")
async def arrive_to_stay(homeserver: Synapse) -> AsyncIterator[Arrive]:
    """The same for people who stay for all tests of a module."""
    async with _arrivals(homeserver) as someone:
        yield someone
