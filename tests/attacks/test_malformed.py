"""Ending the bot, or costing others what they said, with something that cannot be read."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import aiohttp
import pytest
import vodozemac

from sandbox import lies
from sandbox.person import Person
from sandbox.world import World
from tests.attacks.bare import BareBot
from tests.attacks.forger import Forger
from tests.attacks.hand import MEGOLM, OLM
from tests.attacks.ours import OurBot
from tests.attacks.scene import Victim, gather
from tests.e2e.seat import Seat
from tests.e2e.steps import new_job

Send = Callable[[Forger, Victim, str], Awaitable[object]]
"""How Mallory sends something to a victim, or into a room with it."""


def _olm(kind: int, body: str) -> Send:
    """To the device, as anybody may without sharing a room: a ciphertext that is none."""

    async def send(mallory: Forger, victim: Victim, _: str) -> None:
        (keys,) = await mallory.devices(victim.user)
        to = keys["keys"][f"curve25519:{keys['device_id']}"]
        sealed = {to: {"type": kind, "body": body}}
        content = {"algorithm": OLM, "sender_key": mallory.hand.curve25519, "ciphertext": sealed}
        await mallory.to_device(keys, content)

    return send


async def _no_room_key(mallory: Forger, victim: Victim, room: str) -> None:
    """To the device, encrypted as it should be: a room key that is none."""
    key = {"algorithm": MEGOLM, "room_id": room, "session_id": "AAAA", "session_key": "AAAA"}
    await mallory.share(victim.user, key)


async def _spent_key(mallory: Forger, victim: Victim, _room: str) -> None:
    """To the device, encrypted as it should be: two sessions begin with one of its keys."""
    (keys,) = await mallory.devices(victim.user)
    prekey = await mallory.claim(keys)
    assert prekey is not None
    for _ in range(2):
        mallory.hand.begin(keys, prekey["key"])
        await mallory.whisper(keys, mallory.hand.payload(keys, "m.dummy", {}))


def _megolm(plaintext: bytes) -> Send:
    """Into the room, encrypted as it should be; only what is inside is wrong."""

    async def send(mallory: Forger, victim: Victim, room: str) -> None:
        await mallory.say(room, plaintext, victim.user)

    return send


_MALFORMED = {
    "an Olm message that is no base64": (_olm(0, "!"), vodozemac.DecodeException),
    "an Olm message that is empty": (_olm(0, ""), vodozemac.DecodeException),
    "an Olm message of another kind": (_olm(1, "AAAA"), vodozemac.DecodeException),
    "an Olm message to a key that is spent": (_spent_key, vodozemac.SessionCreationException),
    "a room key that is none": (_no_room_key, vodozemac.SessionKeyDecodeException),
    "a text that is not UTF-8": (_megolm(b'{"content": "\xff"}'), UnicodeDecodeError),
    "a text that is a list": (_megolm(b"[]"), TypeError),
    "a text that is a number": (_megolm(b"0"), TypeError),
}


@pytest.mark.attack("N2")
@pytest.mark.parametrize(("send", "error"), _MALFORMED.values(), ids=_MALFORMED)
async def test_mallory_cannot_end_the_bot(
    bare: BareBot, ours: OurBot, alice: Person, mallory: Forger, *, send: Send, error: type
) -> None:
    """One message that nobody can read, and nobody is served any more."""
    (seat,) = await gather(bare, alice, mallory=mallory)
    await send(mallory, bare, seat.room)
    assert type(await bare.died()) is error
    await bare.start()

    (seat,) = await gather(ours, alice, mallory=mallory)
    await send(mallory, ours, seat.room)
    await seat.settles()


@pytest.mark.attack("N2")
async def test_mallory_cannot_make_a_command_of_alices_get_lost(
    world: World, bare: BareBot, ours: OurBot, alice: Person, mallory: Forger
) -> None:
    """What cannot be read comes in the same sync as a command and the key that it needs."""
    send, _ = _MALFORMED["an Olm message that is no base64"]

    async def attack(victim: Victim) -> list[str]:
        job, (seat,) = new_job(world), await gather(victim, alice)
        await victim.kill()
        await send(mallory, victim, seat.room)
        await seat.says(f"!jenkins build {job}")
        if victim is bare:
            await victim.launch()
            await victim.died()
        await victim.start()
        (elsewhere,) = await gather(victim, alice)  # for where she was, the bare one has no key now
        await elsewhere.settles()
        return await victim.started_by(job)

    assert await attack(bare) == []
    assert await attack(ours) == ["alice"]


@pytest.mark.attack("N2")
async def test_homeserver_cannot_end_the_bot_with_keys_that_are_none(
    doomed: BareBot, ours: OurBot, alice: Person, mallory: Forger
) -> None:
    """Three bytes are said to be Mallory's keys. She could publish such ones herself."""
    (keys,) = await mallory.devices(mallory.user)
    broken = lies.with_broken_keys(mallory.user, keys["device_id"], "AAAA")

    async def attack(victim: Victim) -> Seat:
        (seat,) = await gather(victim, alice, mallory=mallory)
        await mallory.say(seat.room, "!help", victim.user)
        return seat

    with doomed.gateway.lying("/keys/query", broken):
        await attack(doomed)
        assert type(await doomed.died()) is vodozemac.KeyException

    with ours.gateway.lying("/keys/query", broken) as lie:
        await (await attack(ours)).settles()
        assert lie.told


@pytest.mark.attack("N2")
async def test_homeserver_cannot_end_the_bot_by_hanging_up(
    bare: BareBot, ours: OurBot, alice: Person
) -> None:
    """The connection breaks in the middle of a sync response."""
    (seat,) = await gather(bare, alice)
    bare.gateway.cut("/sync")
    await seat.says("!help")
    assert type(await bare.died()) is aiohttp.ClientPayloadError
    await bare.start()

    (seat,) = await gather(ours, alice)
    ours.gateway.cut("/sync")
    await seat.settles()  # this is still in the sync that had begun before
    await seat.settles()
    assert "ClientPayloadError" in ours.bot.log()
