"""Saying something in somebody else's name, or where they did not say it."""

from __future__ import annotations

import pytest

from sandbox import lies
from sandbox.person import Person
from sandbox.world import World
from tests.attacks.bare import BareBot
from tests.attacks.forger import Forger
from tests.attacks.hand import in_clear
from tests.attacks.ours import OurBot
from tests.attacks.scene import Victim, event, gather
from tests.e2e.steps import new_job


@pytest.mark.attack("N5")
@pytest.mark.parametrize("device", ["of nobody", "of Alice's", "invented for Alice"])
async def test_homeserver_cannot_put_alices_name_on_mallorys_words(
    world: World, bare: BareBot, ours: OurBot, alice: Person, mallory: Forger, *, device: str
) -> None:
    """Mallory's ciphertext comes with Alice as its sender, and a device that could be hers."""
    named = {"of nobody": "BOGUS", "of Alice's": alice.device.device_id}.get(device, "INVENTED")
    invented = lies.with_device(mallory.hand.as_device_of(alice.user, "INVENTED"))

    async def attack(victim: Victim) -> list[str]:
        job, (seat,) = new_job(world), await gather(victim, alice, mallory=mallory)
        forged = lies.altered(
            seat.room,
            lambda event: event["sender"] == mallory.user and event["type"] == "m.room.encrypted",
            sender=alice.user,
            content={"device_id": named},
        )
        with (
            victim.gateway.lying("/sync", forged) as lie,
            victim.gateway.lying("/keys/query", invented if named == "INVENTED" else None),
        ):
            await mallory.say(seat.room, f"!jenkins build {job}", victim.user)
            await seat.settles()
            assert lie.told
        return await victim.started_by(job)

    assert await attack(bare) == ["alice"]
    assert await attack(ours) == []


@pytest.mark.attack("N5")
async def test_mallory_cannot_hide_behind_alices_fingerprint(
    world: World, bare: BareBot, ours: OurBot, alice: Person, mallory: Forger
) -> None:
    """The room key says that Alice's Ed25519 key made it; its Olm session is Mallory's."""

    async def attack(victim: Victim) -> list[str]:
        job, (seat,) = new_job(world), await gather(victim, alice, mallory=mallory)
        fingerprint = alice.device.olm.account.identity_keys["ed25519"]
        session = await mallory.session(seat.room)
        key = mallory.hand.room_key(seat.room, session)
        await mallory.share(victim.user, key, keys={"ed25519": fingerprint})
        forged = lies.altered(
            seat.room, lambda event: event["sender"] == mallory.user, sender=alice.user
        )
        with victim.gateway.lying("/sync", forged) as lie:
            await mallory.say(seat.room, f"!jenkins build {job}")
            await seat.settles()
            assert lie.told
        return await victim.started_by(job)

    assert await attack(bare) == ["alice"]
    assert await attack(ours) == []


@pytest.mark.attack("N6")
async def test_alices_words_cannot_be_moved_into_another_room(
    world: World, bare: BareBot, ours: OurBot, alice: Person, mallory: Forger
) -> None:
    """Mallory, who was given the key of one room, gives it on as that of the other."""

    async def attack(victim: Victim) -> list[str]:
        job, (here,) = new_job(world), await gather(victim, alice, mallory=mallory)
        (there,) = await gather(victim, alice, mallory=mallory)
        said = await here.says(f"!jenkins build {job}")
        await here.settles()
        content = (await event(here, said))["content"]
        await mallory.listen()
        session_id = content["session_id"]
        key = {
            "algorithm": content["algorithm"],
            "room_id": there.room,
            "session_id": session_id,
            "session_key": mallory.room_keys[here.room, session_id],
        }
        await mallory.share(victim.user, key)
        moved = await event(
            here,
            said,
            event_id=f"$moved-for-{victim.user}",
            content=content | {"sender_key": mallory.hand.curve25519, "device_id": "BOGUS"},
        )
        with victim.gateway.lying("/sync", lies.added(there.room, moved)) as lie:
            await there.settles()
            assert lie.told
        return await victim.started_by(job)

    assert await attack(bare) == ["alice", "alice"]
    assert await attack(ours) == ["alice"]
    assert "meant for another room" in ours.bot.log()


@pytest.mark.attack("N8")
async def test_homeserver_cannot_speak_for_alice_in_clear(
    world: World, bare: BareBot, ours: OurBot, alice: Person
) -> None:
    """A text that was never encrypted, in a room where everything is."""

    async def attack(victim: Victim) -> list[str]:
        job, (seat,) = new_job(world), await gather(victim, alice)
        forged = in_clear(alice.user, f"!jenkins build {job}")
        with victim.gateway.lying("/sync", lies.added(seat.room, forged)) as lie:
            await seat.settles()
            assert lie.told
        return await victim.started_by(job)

    assert await attack(bare) == ["alice"]
    assert await attack(ours) == []
