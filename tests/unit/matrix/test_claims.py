"""Whose a Megolm session is, when several say that it is theirs (N22)."""

from __future__ import annotations

import pytest

from bot.model import Message
from tests.unit.matrix.rig import ROOM

ALICE, MALLORY = "@alice:example.org", "@mallory:example.org"


@pytest.fixture
async def alice(bot, arrive):
    """Alice, who shares a room with the bot and Mallory."""
    alice = await arrive(ALICE)
    bot.answers.show(alice)
    await bot.enter(ALICE, MALLORY)
    return alice


async def test_whoever_is_faster_does_not_silence_who_made_it(bot, alice, arrive):
    """Mallory was given the key earlier than the bot, and gives it on as hers."""
    mallory = await arrive(MALLORY)
    bot.answers.show(mallory)
    await bot.sync(to_device=[mallory.send_key(bot.machine, session=alice.start)])
    await bot.sync(to_device=[alice.send_key(bot.machine)])
    for _ in range(2):
        (message,) = await bot.sync(alice.say())
        assert isinstance(message, Message)
        assert message.actor.user == ALICE
        bot.store.inbound.clear()  # as after a restart


async def test_what_one_says_is_not_the_others_word_for_it(bot, alice, arrive):
    """The server gives Alice's words Mallory's name: then they are Mallory's, once, and no more."""
    mallory = await arrive(MALLORY)
    bot.answers.show(mallory)
    keys = [mallory.send_key(bot.machine, session=alice.start), alice.send_key(bot.machine)]
    said = alice.say()
    renamed = said | {"sender": MALLORY, "event_id": "$renamed"}
    again = said | {"event_id": "$again"}
    mallorys, alices = await bot.sync(renamed, said, again, to_device=keys)
    assert (mallorys.actor.user, alices.actor.user) == (MALLORY, ALICE)


async def test_a_session_is_not_claimed_without_end(bot, alice, arrive):
    """What is left over takes no room, and does not keep a known device out."""
    await bot.keys.devices_of([ALICE])
    for number in range(22):
        mallory = await arrive(MALLORY, device=f"M{number}")
        await bot.sync(to_device=[mallory.send_key(bot.machine, session=alice.start)])
    claims = bot.store.inbound[ROOM, alice.session.session_id]
    assert len(claims) == 20
    await bot.sync(to_device=[alice.send_key(bot.machine)])
    assert len(claims) == 21
    (message,) = await bot.sync(alice.say())
    assert message.actor.user == ALICE
