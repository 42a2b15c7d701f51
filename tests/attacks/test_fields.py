"""Losing what people say by leaving out what clients and servers may leave out."""

from __future__ import annotations

import nio
import pytest

from sandbox import lies
from sandbox.person import Person
from sandbox.signing import Json
from sandbox.world import World
from tests.attacks.bare import BareBot
from tests.attacks.ours import OurBot
from tests.attacks.scene import Victim, gather
from tests.e2e.steps import new_job


@pytest.mark.attack("N21")
@pytest.mark.parametrize("field", ["sender_key", "device_id"])
async def test_leaving_out_an_old_field_cannot_lose_a_command(
    world: World, bare: BareBot, ours: OurBot, alice: Person, field: str
) -> None:
    """The spec has clients send neither for long, and go by the session; nio needs both."""
    bad: list[nio.BadEvent] = []
    bare.client.add_event_callback(lambda _, event: bad.append(event), nio.BadEvent)

    async def attack(victim: Victim) -> list[str]:
        job, (seat,) = new_job(world), await gather(victim, alice)
        lacking = lies.stripped(seat.room, lambda event: event["type"] == "m.room.encrypted", field)
        with victim.gateway.lying("/sync", lacking) as lie:
            said = await seat.says(f"!jenkins build {job}")
            await victim.gateway.sees("/sync", lambda e: said.encode() in e.answered)
            assert lie.told
        await seat.settles()
        return await victim.started_by(job)

    assert await attack(bare) == []
    assert [event.type for event in bad] == ["m.room.encrypted"]
    assert await attack(ours) == ["alice"]


@pytest.mark.attack("N21")
@pytest.mark.parametrize("field", ["device_one_time_keys_count", "device_lists", "invite"])
async def test_homeserver_cannot_make_the_bot_deaf_with_a_field_that_is_empty(
    bare: BareBot, ours: OurBot, alice: Person, field: str
) -> None:
    """For one ``null`` nio throws the whole sync away, and asks for the same again and again."""

    def emptied(answer: Json) -> Json:
        inside = answer if field != "invite" else answer.setdefault("rooms", {})
        inside[field] = None
        return answer

    (seat,) = await gather(bare, alice)
    await seat.settles()
    with bare.gateway.lying("/sync", emptied):
        await seat.says("!help")
        ran, since, position = len(bare.ran), bare.client.next_batch, bare.gateway.position
        again = position + 50
        await bare.gateway.sees("/sync", lambda _: bare.gateway.position > again, after=position)
        assert (len(bare.ran), bare.client.next_batch) == (ran, since)
    await seat.settles()

    (seat,) = await gather(ours, alice)
    with ours.gateway.lying("/sync", emptied) as lie:
        await seat.settles()
        assert lie.told
