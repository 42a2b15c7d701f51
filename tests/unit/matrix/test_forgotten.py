"""What the bot has forgotten does not become new again."""

from __future__ import annotations

import vodozemac
from sqlalchemy import select, update

from bot.matrix.devices import Device
from bot.model import Message
from bot.storage.tables import inbound_session, megolm_index
from tests.unit.matrix.rig import BOT, ROOM, Start, event_id

ALICE = "@alice:example.org"


def _to_the_fallback_key(alice, machine):
    """Her room key, over an Olm session that can be begun as often as somebody likes."""
    (fallback,) = machine.prekeys(0, fallback_used=True)["fallback_keys"].values()
    machine.acknowledged()
    keys = machine.account.identity_keys
    alice.machine.create_session(fallback["key"], keys["curve25519"])
    device = Device(BOT, machine.device_id, keys["ed25519"], keys["curve25519"], signed=True)
    content = alice.machine.room_key_for(device, ROOM, alice.start)
    return {"type": "m.room.encrypted", "sender": ALICE, "content": content}


async def _sessions_later(bot, alice):
    """Alice and the bot have begun new Olm sessions, and the first one is gone."""
    for _ in range(6):
        session = vodozemac.GroupSession()
        start = Start(session.session_id, session.session_key)
        await bot.sync(to_device=[alice.send_key(bot.machine, session=start)])


async def _a_month_later(bot):
    """No room key has been used for more than 30 days."""
    async with bot.database.transaction() as connection:
        await connection.execute(update(inbound_session).values(used_at=0))
    return await bot.store.expire()


async def test_a_patient_homeserver_cannot_repeat_a_command_with_its_room_key(bot, alice):
    key = _to_the_fallback_key(alice, bot.machine)
    command = alice.say("!jenkins build deploy-prod")
    (message,) = await bot.sync(command, to_device=[key])
    assert isinstance(message, Message)
    await _sessions_later(bot, alice)
    assert await _a_month_later(bot) == 7
    assert await bot.sync(command | {"event_id": event_id()}, to_device=[key]) == []


async def test_a_new_room_key_is_taken_whatever_was_forgotten(bot, alice):
    await bot.sync(alice.say(), to_device=[alice.send_key(bot.machine)])
    await _a_month_later(bot)
    alice.session = vodozemac.GroupSession()
    alice.start = Start(alice.session.session_id, alice.session.session_key)
    (message,) = await bot.sync(alice.say("!help"), to_device=[alice.send_key(bot.machine)])
    assert isinstance(message, Message)


async def test_of_what_was_forgotten_one_row_is_left_for_each_room_key(bot, alice):
    await bot.sync(alice.say(), to_device=[alice.send_key(bot.machine)])
    await bot.sync(*(alice.say() for _ in range(5)))
    assert await _a_month_later(bot) == 1
    assert await _a_month_later(bot) == 0
    async with bot.database.transaction() as connection:
        rows = (await connection.execute(select(megolm_index))).all()
    assert [(row.session_id, row.message_index) for row in rows] == [(alice.start.session_id, -1)]
