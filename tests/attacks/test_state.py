"""Changing what the bot believes of a room."""

from __future__ import annotations

import pytest

from sandbox.person import Person
from sandbox.signing import Json
from sandbox.timeline import Message
from tests.attacks.bare import BareBot
from tests.attacks.conftest import NewForger
from tests.attacks.forger import Forger
from tests.attacks.ours import OurBot
from tests.attacks.scene import Victim, gather


def _forged(room: str, kind: str, key: str, content: Json) -> Json:
    """A state event as the payload of an ordinary encrypted message."""
    return {"type": kind, "state_key": key, "content": content, "room_id": room}


def _member(room: str, user: str, membership: str) -> Json:
    return _forged(room, "m.room.member", user, {"membership": membership})


async def _believes(victim: Victim, mallory: Forger, payload: Json) -> None:
    """Mallory sends something, and the victim has been given it."""
    said = await mallory.say(payload["room_id"], payload, victim.user)
    await victim.gateway.sees("/sync", lambda exchange: said.encode() in exchange.answered)


@pytest.mark.attack("N1")
async def test_room_member_cannot_forge_members(
    bare: BareBot, ours: OurBot, alice: Person, mallory: Forger, forger: NewForger
) -> None:
    """Mallory says, encrypted, that Eve has joined: then what Alice is told is for Eve too."""

    async def attack(victim: Victim) -> bool:
        eve, (seat,) = await forger(), await gather(victim, alice, mallory=mallory)
        await seat.settles()  # nio asks for the members once, before its first answer
        await _believes(victim, mallory, _member(seat.room, eve.user, "join"))
        if victim is bare:  # it asks for her keys beside its next sync; ours has no reason to
            await victim.gateway.sees("/keys/query", lambda e: eve.user in e.body["device_keys"])
        await seat.settles()
        await eve.listen()
        return any(room == seat.room for room, _ in eve.room_keys)

    assert await attack(bare)
    assert not await attack(ours)


@pytest.mark.attack("N1")
async def test_room_member_cannot_cut_somebody_off(
    bare: BareBot, ours: OurBot, alice: Person, mallory: Forger
) -> None:
    """Mallory says, encrypted, that Alice has left: then she cannot read what she is told."""

    async def attack(victim: Victim) -> Message:
        (seat,) = await gather(victim, alice, mallory=mallory)
        await seat.settles()
        await _believes(victim, mallory, _member(seat.room, alice.user, "leave"))
        position = seat.position
        await seat.says("!help accounts")
        return await seat.hears(lambda _: True, after=position)

    assert (await attack(bare)).unreadable
    assert "accounts" in (await attack(ours)).body


@pytest.mark.attack("N1")
async def test_room_member_cannot_forge_power(
    bare: BareBot, ours: OurBot, alice: Person, mallory: Forger
) -> None:
    """Many a bot takes orders from whoever has power in its room; ours has no eye for it."""

    async def attack(victim: Victim) -> str:
        (seat,) = await gather(victim, alice, mallory=mallory)
        power = _forged(seat.room, "m.room.power_levels", "", {"users": {mallory.user: 100}})
        await _believes(victim, mallory, power)
        await seat.settles()
        return seat.room

    room = await attack(bare)
    assert bare.client.rooms[room].power_levels.get_user_level(mallory.user) == 100
    room = await attack(ours)
    assert "encrypted state" in ours.bot.log()
