"""Saying something in somebody else's name."""

from __future__ import annotations

import pytest

from sandbox import lies
from sandbox.person import Person
from sandbox.world import World
from tests.attacks.bare import BareBot
from tests.attacks.forger import Forger
from tests.attacks.ours import OurBot
from tests.attacks.scene import Victim, gather
from tests.e2e.steps import new_job


@pytest.mark.attack("N5")
async def test_homeserver_cannot_put_alices_name_on_mallorys_words(
    world: World, bare: BareBot, ours: OurBot, alice: Person, mallory: Forger
) -> None:
    """The ciphertext is Mallory's; only the sender beside it is Alice."""

    async def attack(victim: Victim) -> list[str]:
        job, (seat,) = new_job(world), await gather(victim, alice, mallory=mallory)
        await seat.settles()
        forged = lies.altered(
            seat.room,
            lambda event: event["sender"] == mallory.user,
            sender=alice.user,
            content={"device_id": "BOGUS"},
        )
        with victim.gateway.lying("/sync", forged) as lie:
            await mallory.say(seat.room, f"!jenkins build {job}", victim.user)
            await seat.settles()
            assert lie.told
        return await victim.started_by(job)

    assert await attack(bare) == ["alice"]
    assert await attack(ours) == []
