"""Giving somebody a device, or an identity, that is not theirs."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from sandbox import lies
from sandbox.person import Person
from sandbox.signing import Identity
from sandbox.world import World
from tests.attacks.bare import BareBot
from tests.attacks.ours import OurBot
from tests.attacks.scene import Victim, gather
from tests.e2e.seat import Seat
from tests.e2e.steps import new_job


@pytest.fixture
async def added(alice: Person) -> AsyncIterator[Person]:
    """A device that the homeserver has added to Alice's: she has not signed it."""
    device = await alice.another_device(signed=False)
    yield device
    await device.close()


@pytest.mark.attack("N20")
async def test_homeserver_cannot_command_as_alice_from_a_device_that_it_adds(
    world: World, bare: BareBot, ours: OurBot, alice: Person, added: Person
) -> None:
    """Everything about it is in order but this: Alice has not signed it."""

    async def attack(victim: Victim) -> list[str]:
        job, (seat,) = new_job(world), await gather(victim, alice)
        await Seat(added, victim, seat.room).says(f"!jenkins build {job}")
        await alice.catches_up()
        await seat.settles()
        return await victim.started_by(job)

    assert await attack(bare) == ["alice"]
    position = alice.position
    assert await attack(ours) == []
    await alice.sees("not verified by its owner", after=position, sender=ours.user)


@pytest.mark.attack("N20")
async def test_homeserver_cannot_replace_alices_identity(
    world: World, bare: BareBot, ours: OurBot, alice: Person, added: Person
) -> None:
    """Another one has signed the device that it has added; nio never looks at either of them."""
    false = lies.with_identity(Identity(alice.user), added.device.device_id)

    async def attack(victim: Victim) -> list[str]:
        job, (seat,) = new_job(world), await gather(victim, alice)
        await seat.settles()
        position = seat.position
        with victim.gateway.lying("/keys/query", false) as lie:
            late = await alice.another_device(signed=False)  # has the bot ask for her keys anew
            await late.close()
            await Seat(added, victim, seat.room).says(f"!jenkins build {job}")
            if victim is ours:
                await alice.sees("identity has changed", after=position, sender=ours.user)
            else:
                await bare.runs(f"!jenkins build {job}")
            assert lie.told
        late = await alice.another_device(signed=False)
        await late.close()
        await seat.settles()
        return await victim.started_by(job)

    assert await attack(bare) == ["alice"]
    assert await attack(ours) == []


async def test_a_homeserver_that_hides_alices_devices_silences_her_and_no_more(
    world: World, ours: OurBot, alice: Person
) -> None:
    """Nothing runs as hers meanwhile, not even what she has said; afterwards all is as before."""
    job, (seat,) = new_job(world), await gather(ours, alice)
    await seat.settles()
    with ours.gateway.lying("/keys/query", lies.without_devices(alice.user)) as lie:
        late = await alice.another_device(signed=False)  # has the bot ask for her keys anew
        await late.close()
        hidden = await seat.says(f"!jenkins build {job}")
        await ours.gateway.sees("/keys/query", lambda _: lie.told > 1)  # it asks once more
    late = await alice.another_device(signed=False)
    await late.close()
    await seat.settles()
    assert await ours.started_by(job) == []
    assert not any(message.reply_to == hidden for message in alice.timeline)
    await seat.asks(f"!jenkins build {job}", f"{job} #1")
    assert await ours.started_by(job) == ["alice"]
