"""Having something done twice, or forgotten."""

from __future__ import annotations

import pytest

from sandbox import lies
from sandbox.person import Person
from sandbox.world import World
from tests.attacks.bare import BareBot
from tests.attacks.ours import OurBot
from tests.attacks.scene import Victim, event, gather
from tests.e2e.steps import new_job


@pytest.mark.attack("N7")
@pytest.mark.parametrize("restarted", [False, True], ids=["at once", "after a restart"])
async def test_homeserver_cannot_repeat_a_command(
    world: World, bare: BareBot, ours: OurBot, alice: Person, *, restarted: bool
) -> None:
    """The very same event, as after going back in time; or its ciphertext under another event id,
    once nobody remembers it but the database.
    """

    async def attack(victim: Victim) -> list[str]:
        job, (seat,) = new_job(world), await gather(victim, alice)
        said = await seat.says(f"!jenkins build {job}")
        await seat.settles()
        again = await event(seat, said)
        if restarted:
            again["event_id"] = f"$again-for-{victim.user}"
            await victim.kill()
        with victim.gateway.lying("/sync", lies.added(seat.room, again)) as lie:
            if restarted:
                await victim.start()
            await seat.settles()
            assert lie.told
        return await victim.started_by(job)

    assert await attack(bare) == ["alice", "alice"]
    assert await attack(ours) == ["alice"]
