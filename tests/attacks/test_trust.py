"""Reading what the bot says to somebody, with a device that is not really theirs."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator

import pytest
import vodozemac

from sandbox import lies
from sandbox.person import Person
from sandbox.world import Arrive
from tests.attacks.bare import BareBot
from tests.attacks.forger import Forger
from tests.attacks.ours import OurBot
from tests.attacks.scene import Victim, gather

_GHOST = "GHOST"


@pytest.fixture
async def bob(arrive: Arrive) -> Person:
    """Somebody else in the room, which is no direct message then."""
    return await arrive("bob")


@pytest.fixture
async def thief(alice: Person) -> AsyncIterator[Person]:
    """Somebody who has logged in with Alice's password, and has not got her keys."""
    thief = await alice.another_device(signed=False)
    yield thief
    await thief.device.call("POST", "/logout", {})
    await thief.close()


@pytest.mark.attack("N12")
async def test_thief_of_a_password_cannot_read_the_answers(
    bare: BareBot, ours: OurBot, alice: Person, bob: Person, thief: Person
) -> None:
    """A new device of Alice's, which she has not signed, is in all of her rooms."""

    async def attack(victim: Victim) -> list[str]:
        seat, _ = await gather(victim, alice, bob)
        await seat.settles()
        await thief.catches_up()
        said = [m for m in thief.timeline if m.room == seat.room and m.sender == victim.user]
        assert said
        return [message.body for message in said if not message.unreadable]

    assert await attack(bare) == ["Done: !help accounts"]
    assert await attack(ours) == []


@pytest.mark.attack("N12")
async def test_homeserver_cannot_read_the_answers_with_a_device_that_it_makes_up(
    bare: BareBot, ours: OurBot, alice: Person, bob: Person, mallory: Forger
) -> None:
    """It says that Alice has one device more, and gives out a key for it."""

    async def attack(victim: Victim) -> list[str]:
        (seat, _), start = await gather(victim, alice, bob), victim.gateway.position
        ghost = mallory.hand.as_device_of(alice.user, _GHOST)
        prekey = mallory.hand.prekey_as(alice.user, _GHOST)
        offered = lies.offering(alice.user, _GHOST, prekey)
        with (
            victim.gateway.lying("/sync", lies.with_new_device(alice.user)),
            victim.gateway.lying("/keys/query", lies.with_device(ghost)) as lie,
            victim.gateway.lying("/keys/claim", offered),
        ):
            await seat.settles()
            await seat.settles()
            assert lie.told
        return _overheard(victim, alice.user, mallory, after=start)

    assert await attack(bare) == ["Done: !help accounts"] * 2
    assert await attack(ours) == []


def _overheard(victim: Victim, user: str, ghost: Forger, *, after: int) -> list[str]:
    """What can be read of the victim's answers with the room keys that it gave to the ghost."""
    keys = {}
    for sent in victim.gateway.seen("/sendToDevice/m.room.encrypted", after=after):
        if content := sent.body["messages"].get(user, {}).get(_GHOST):
            key = ghost.hand.read_olm(content)["content"]
            session_key = vodozemac.SessionKey(key["session_key"])
            keys[key["session_id"]] = vodozemac.InboundGroupSession(session_key)
    said = []
    for sent in victim.gateway.seen("/send/m.room.encrypted", after=after):
        if (session := keys.get(sent.body["session_id"])) is not None:
            message = vodozemac.MegolmMessage.from_base64(sent.body["ciphertext"])
            said.append(json.loads(session.decrypt(message).plaintext)["content"]["body"])
    return said
