"""Passing somebody else's room key off as one's own."""

from __future__ import annotations

import pytest

from sandbox import lies
from sandbox.gateway import Exchange
from sandbox.person import Person
from sandbox.world import World
from tests.attacks.bare import BareBot
from tests.attacks.forger import Forger
from tests.attacks.hand import MEGOLM
from tests.attacks.ours import OurBot
from tests.attacks.scene import Victim, event, gather
from tests.e2e.steps import new_job


async def _pass_on(mallory: Forger, victim: Victim, room: str, session_id: str, *, to: str) -> None:
    """Give the victim a session that she was given, as her own one of the room ``to``."""
    await mallory.listen()
    key = {
        "algorithm": MEGOLM,
        "room_id": to,
        "session_id": session_id,
        "session_key": mallory.room_keys[room, session_id],
    }
    await mallory.share(victim.user, key)

    def is_given(exchange: Exchange) -> bool:
        messages = exchange.answer.get("to_device", {}).get("events", [])
        return any(message["sender"] == mallory.user for message in messages)

    await victim.gateway.sees("/sync", is_given)


@pytest.mark.attack("N22")
@pytest.mark.parametrize("elsewhere", [False, True], ids=["in the room", "of another room"])
async def test_mallory_cannot_make_alices_key_hers_by_being_faster(
    world: World,
    bare: BareBot,
    ours: OurBot,
    alice: Person,
    mallory: Forger,
    *,
    elsewhere: bool,
) -> None:
    """nio keeps one row for a session, with the name of who came first: after a restart it is hers.

    She is faster where Alice goes on with a session that the bot, which came later, has yet to be
    given.
    """

    async def attack(victim: Victim) -> list[str]:
        job, (seat,) = new_job(world), await gather(victim, alice, mallory=mallory)
        (other,) = await gather(victim, alice, mallory=mallory)
        await other.settles()
        keep = lies.Withholding(lambda message: message["sender"] == alice.user)
        with victim.gateway.lying("/sync", keep):
            said = await seat.says("Good morning")
            session_id = (await event(seat, said))["content"]["session_id"]
            to = other.room if elsewhere else seat.room
            await _pass_on(mallory, victim, seat.room, session_id, to=to)
            keep.release()
            await seat.settles()
        await victim.kill()
        await victim.start()
        await seat.says(f"!jenkins build {job}")
        await other.settles()
        if victim is ours:
            await seat.settles()
        return await victim.started_by(job)

    assert await attack(bare) == []
    assert await attack(ours) == ["alice"]
