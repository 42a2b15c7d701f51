"""Taking away the one-time keys, without which nobody new can talk to a bot."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from sandbox import lies
from sandbox.person import Person
from sandbox.signing import Json
from sandbox.world import World
from tests.attacks.bare import BareBot
from tests.attacks.forger import Forger
from tests.attacks.ours import OurBot
from tests.attacks.scene import Victim, gather
from tests.e2e.seat import Seat
from tests.e2e.steps import new_job


async def _met(victim: Victim, alice: Person) -> Seat:
    """A room with the victim, when it has replaced the one-time key that Alice may have taken."""
    position, (seat,) = victim.gateway.position, await gather(victim, alice)
    await seat.settles()
    if isinstance(victim, BareBot):  # ours waits until half of them are gone
        await victim.gateway.sees("/keys/upload", after=position)
        uploads = -1
        while uploads != (uploads := len(victim.gateway.seen("/keys/upload"))):
            await _comes_round(seat)  # until it has nothing to replace any more
    return seat


async def _comes_round(seat: Seat) -> None:
    """Wait until a sync has begun and ended; nio uploads keys beside its syncs."""
    await seat.settles()
    await seat.settles()


@asynccontextmanager
async def _new_phone(seat: Seat) -> AsyncIterator[Seat]:
    """The same place on a device that the bot has never heard of."""
    phone = await seat.who.another_device(signed=True)
    try:
        yield Seat(phone, seat.bot, seat.room)
    finally:
        await phone.close()


@pytest.mark.attack("N3")
@pytest.mark.parametrize("lost", [False, True], ids=["", "and new ones are thrown away"])
async def test_stranger_cannot_use_up_the_one_time_keys(
    world: World, doomed: BareBot, ours: OurBot, alice: Person, mallory: Forger, *, lost: bool
) -> None:
    """Mallory shares no room with the bot, and claims all its keys one after the other."""
    throw_away = lies.without("one_time_keys") if lost else None

    async def attack(victim: Victim) -> tuple[list[str], Json | None]:
        job, seat, (keys,) = (
            new_job(world),
            await _met(victim, alice),
            await mallory.devices(victim.user),
        )
        with victim.gateway.lying("/keys/upload", request=throw_away):
            assert await mallory.claim_all(keys)
            await _comes_round(seat)
            while victim is doomed and await mallory.claim_all(keys):
                await _comes_round(seat)  # it had an upload under way
            async with _new_phone(seat) as phone:
                await phone.says(f"!jenkins build {job}")
                await seat.settles()
            left = await mallory.claim(keys)
        return await victim.started_by(job), left

    assert await attack(doomed) == ([], None)
    started, left = await attack(ours)
    assert started == ["alice"]
    assert left is not None
    assert left.get("fallback", False) == lost


@pytest.mark.attack("N4")
async def test_homeserver_cannot_spoil_the_keys_by_losing_an_answer(
    world: World, doomed: BareBot, ours: OurBot, alice: Person, mallory: Forger
) -> None:
    """New keys are taken, the answer is lost, and the bot crashes before it asks again."""

    async def attack(victim: Victim) -> Seat:
        seat, (keys,) = await _met(victim, alice), await mallory.devices(victim.user)
        with victim.gateway.delay("/sync") as sync:  # so that it replaces all of them at once
            await seat.says("!help accounts")
            await sync.arrives()
            for _ in range(45):
                await mallory.claim(keys)
            with victim.gateway.hold("/keys/upload", after=True) as held:
                sync.release()
                await seat.says("!help accounts")
                await held.arrives()
                await victim.kill()
        await victim.start()
        await seat.settles()
        for _ in range(5):  # what is left of the former ones
            await mallory.claim(keys)
        await seat.settles()
        return seat

    async with _new_phone(await attack(doomed)) as phone:
        await phone.says("!help")
        assert "unknown one-time key" in str(await doomed.died())
    uploads = doomed.gateway.seen("/keys/upload")
    assert [upload.status for upload in uploads[-2:]] == [400, 400]

    job = new_job(world)
    async with _new_phone(await attack(ours)) as phone:
        await phone.asks(f"!jenkins build {job}", f"{job} #1")
    uploads = ours.gateway.seen("/keys/upload")
    assert {upload.status for upload in uploads} == {200}
