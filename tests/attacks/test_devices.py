"""Keeping the bot from being heard, with devices that nothing can be sent to."""

from __future__ import annotations

import pytest

from sandbox import lies
from sandbox.mishaps import Answer
from sandbox.person import Person
from sandbox.timeline import Message
from sandbox.world import Arrive
from tests.attacks.bare import BareBot
from tests.attacks.forger import Forger
from tests.attacks.ours import OurBot
from tests.attacks.scene import Victim, gather
from tests.e2e.seat import Seat


@pytest.fixture
async def bob(arrive: Arrive) -> Person:
    """Somebody who has not said a word yet."""
    return await arrive("bob")


@pytest.mark.attack("N11")
@pytest.mark.parametrize("what", ["one-time key", "identity key"])
async def test_mallory_cannot_silence_the_bot_in_a_room(
    doomed: BareBot, ours: OurBot, alice: Person, mallory: Forger, what: str
) -> None:
    """A key of her device is signed, and is none.

    It is made so on the way to the victim, as Alice's client would not survive it either.
    """
    path, broken = {
        "one-time key": (
            "/keys/claim",
            lies.with_prekey(mallory.user, mallory.hand.signed({"key": "AAAA"})),
        ),
        "identity key": (
            "/keys/query",
            lies.with_device(mallory.hand.device_keys(curve25519="AAAA")),
        ),
    }[what]

    with doomed.gateway.lying(path, broken) as lie:
        (seat,) = await gather(doomed, alice, mallory=mallory)
        await seat.says("!help 1")
        await seat.says("!help 2")
        await doomed.runs("!help 2")
        assert lie.told
        _is_stuck(doomed, seat)

    with ours.gateway.lying(path, broken) as lie:
        (seat,) = await gather(ours, alice, mallory=mallory)
        await seat.settles()
        assert lie.told
        await seat.settles()


@pytest.mark.attack("N11")
async def test_homeserver_cannot_keep_a_room_key_from_somebody(
    bare: BareBot, ours: OurBot, alice: Person, bob: Person
) -> None:
    """It does not take the key for Bob, once: he never reads what is said with it."""

    async def attack(victim: Victim) -> list[Message]:
        seats = await gather(victim, alice, bob)
        victim.gateway.fail(Answer(503), path="/sendToDevice/m.room.encrypted")
        return [await _heard(*seats), await _heard(*seats)]

    assert all(message.unreadable for message in await attack(bare))
    assert not any(message.unreadable for message in await attack(ours))


@pytest.mark.attack("N11")
async def test_homeserver_cannot_silence_the_bot_by_keeping_one_time_keys_back(
    doomed: BareBot, ours: OurBot, alice: Person, bob: Person
) -> None:
    """It gives none out, once: nio stumbles over the error, and waits for itself from then on."""
    seat, _ = await gather(doomed, alice, bob)
    doomed.gateway.fail(Answer(503), path="/keys/claim")
    await seat.says("!help 1")
    await seat.says("!help 2")
    await doomed.runs("!help 2")
    _is_stuck(doomed, seat)

    seats = await gather(ours, alice, bob)
    ours.gateway.fail(Answer(503), path="/keys/claim")
    heard = [await _heard(*seats), await _heard(*seats)]
    assert not any(message.unreadable for message in heard)


@pytest.mark.attack("N11")
async def test_homeserver_cannot_end_the_bot_with_an_error(
    bare: BareBot, ours: OurBot, alice: Person
) -> None:
    """nio takes the error's reader for its ``soft_logout``, and forgets its access token."""
    away = Answer(503, {"errcode": "M_UNKNOWN", "error": "Overloaded"})

    (seat,) = await gather(bare, alice)
    bare.gateway.fail(away, path="/sendToDevice/m.room.encrypted")
    await seat.says("!help")
    assert "Not logged in" in str(await bare.died())
    await bare.start()

    (seat,) = await gather(ours, alice)
    ours.gateway.fail(away, path="/sendToDevice/m.room.encrypted")
    await seat.settles()


def _is_stuck(bare: BareBot, seat: Seat) -> None:
    """One answer failed while a key was shared; all others wait for an end that nobody tells."""
    assert len(bare.unsent) == 1
    assert not bare.client.sharing_session[seat.room].is_set()


async def _heard(asker: Seat, other: Seat) -> Message:
    """What somebody sees of the next answer to somebody else, readable or not."""
    position = other.position
    await asker.says("!help accounts")
    return await other.hears(lambda _: True, after=position)
