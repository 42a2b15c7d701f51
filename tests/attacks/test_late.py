"""Keeping a room key back, to have something lost, or to slip something in with it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import nio
import pytest

from sandbox import lies
from sandbox.person import Person
from sandbox.world import World
from tests.attacks.bare import BareBot
from tests.attacks.forger import Forger
from tests.attacks.ours import OurBot
from tests.attacks.scene import Victim, gather
from tests.e2e.seat import Seat
from tests.e2e.steps import new_job

_MAX_AGE = 1  # second


@pytest.fixture
def mended(doomed: BareBot) -> BareBot:
    """A bare bot that does what its authors are told to: it reads again when a key comes."""
    _mend(doomed)
    return doomed


def _mend(bare: BareBot) -> None:
    async def on_key(_: nio.RoomKeyEvent) -> None:
        for locked in list(bare.locked):
            if bare.client.olm.inbound_group_store.get(
                locked.room_id, locked.sender_key, locked.session_id
            ):
                bare.locked.remove(locked)
                room = bare.client.rooms[locked.room_id]
                await bare._on_text(room, bare.client.decrypt_event(locked))

    bare.client.add_to_device_callback(on_key, nio.RoomKeyEvent)


@asynccontextmanager
async def _kept_back(victim: Victim, sender: str) -> AsyncIterator[lies.Withholding]:
    """What one user sends to the victim's device comes only when it is released."""
    keep = lies.Withholding(lambda message: message["sender"] == sender)
    with victim.gateway.lying("/sync", keep):
        yield keep
    assert not keep.kept


async def _given(victim: Victim, event_id: str) -> None:
    """Wait until the victim has been given an event."""
    await victim.gateway.sees("/sync", lambda exchange: event_id.encode() in exchange.answered)


@pytest.mark.attack("N17")
async def test_homeserver_cannot_lose_a_command_by_keeping_its_key_back(
    world: World, bare: BareBot, ours: OurBot, alice: Person
) -> None:
    """The key comes a moment later, and nobody looks at the command any more."""

    async def attack(victim: Victim) -> list[str]:
        job, (seat,) = new_job(world), await gather(victim, alice)
        async with _kept_back(victim, alice.user) as keep:
            said = await seat.says(f"!jenkins build {job}")
            await _given(victim, said)
            keep.release()
            await seat.settles()
        await seat.settles()
        return await victim.started_by(job)

    assert await attack(bare) == []
    assert len(bare.locked) == 1
    assert await attack(ours) == ["alice"]


@pytest.mark.attack("N17")
async def test_homeserver_cannot_put_alices_name_on_mallorys_words_with_a_late_key(
    world: World, mended: BareBot, ours: OurBot, alice: Person, mallory: Forger
) -> None:
    """When the key comes, the event is judged by it, and not by what it said of itself."""

    async def attack(victim: Victim) -> list[str]:
        job, (seat,) = new_job(world), await gather(victim, alice, mallory=mallory)
        forged = lies.altered(
            seat.room, lambda event: event["sender"] == mallory.user, sender=alice.user
        )
        async with _kept_back(victim, mallory.user) as keep:
            with victim.gateway.lying("/sync", forged) as lie:
                said = await mallory.say(seat.room, f"!jenkins build {job}", victim.user)
                await _given(victim, said)
                assert lie.told
            position = seat.position
            keep.release()
            await seat.settles()
            if victim is ours:
                await seat.hears("I cannot tell that this comes from", after=position)
        return await victim.started_by(job)

    assert await attack(mended) == ["alice"]
    assert await attack(ours) == []


@pytest.mark.attack("N17")
async def test_a_device_that_is_not_signed_cannot_get_by_with_a_late_key(
    world: World, mended: BareBot, ours: OurBot, alice: Person
) -> None:
    """A thief of Alice's password has such a device."""
    thief = await alice.another_device(signed=False)

    async def attack(victim: Victim) -> list[str]:
        job, (seat,) = new_job(world), await gather(victim, alice)
        await seat.settles()
        async with _kept_back(victim, alice.user) as keep:
            said = await Seat(thief, victim, seat.room).says(f"!jenkins build {job}")
            await _given(victim, said)
            position = seat.position
            keep.release()
            await seat.settles()
            if victim is ours:
                await seat.hears("not verified by its owner", after=position)
        return await victim.started_by(job)

    try:
        assert await attack(mended) == ["alice"]
        assert await attack(ours) == []
    finally:
        await thief.close()


@pytest.fixture(scope="module")
async def hasty(world: World, alice: Person) -> AsyncIterator[OurBot]:
    """Our bot, which runs nothing that is older than :data:`_MAX_AGE`."""
    async with OurBot.open(world, commands={"max_age": _MAX_AGE}) as hasty:
        await hasty.connect(alice, "alice")
        yield hasty


@pytest.mark.attack("N17")
async def test_homeserver_cannot_run_an_old_command_with_a_late_key(
    world: World, doomed: BareBot, hasty: OurBot, alice: Person
) -> None:
    """It was too old already when the bot came back; then its key comes."""

    async def attack(victim: Victim) -> list[str]:
        job, (seat,) = new_job(world), await gather(victim, alice)
        await victim.kill()
        said = await seat.says(f"!jenkins build {job}")
        await asyncio.sleep(_MAX_AGE)
        async with _kept_back(victim, alice.user) as keep:
            await victim.start()
            await _given(victim, said)
            if isinstance(victim, BareBot):
                _mend(victim)
            position = seat.position
            keep.release()
            await seat.settles()
            if victim is hasty:
                await seat.hears("got too old to run", after=position)
        return await victim.started_by(job)

    assert await attack(doomed) == ["alice"]
    assert await attack(hasty) == []


@pytest.mark.attack("N17")
async def test_homeserver_cannot_choose_when_a_command_runs_with_a_late_key(
    world: World, mended: BareBot, hasty: OurBot, alice: Person
) -> None:
    """It holds the key until it suits it; by then the bot has given the command up."""

    async def attack(victim: Victim) -> list[str]:
        (elsewhere,) = await gather(victim, alice)
        await elsewhere.settles()
        job, (seat,) = new_job(world), await gather(victim, alice)
        async with _kept_back(victim, alice.user) as keep:
            said = await seat.says(f"!jenkins build {job}")
            await _given(victim, said)
            await elsewhere.settles()
            await asyncio.sleep(_MAX_AGE)
            keep.release()
            await seat.settles()
        return await victim.started_by(job)

    assert await attack(mended) == ["alice"]
    assert await attack(hasty) == []
