"""Room keys that come late, are kept from the bot, or got lost with an Olm session."""

from __future__ import annotations

import base64

import pytest
import vodozemac

from bot.clock import now
from bot.matrix.devices import Device
from bot.matrix.inbox import Late, Withheld
from bot.model import Message
from tests.unit.matrix.rig import ROOM, rig

ALICE, MALLORY = "@alice:example.org", "@mallory:example.org"


def withheld(peer, code="m.unverified", *, by=None, **changes):
    """The notice that a client keeps a key from the bot."""
    content = {
        "algorithm": "m.megolm.v1.aes-sha2",
        "code": code,
        "room_id": ROOM,
        "session_id": peer.session.session_id,
        "sender_key": peer.machine.account.identity_keys["curve25519"],
    }
    return {"type": "m.room_key.withheld", "sender": by or peer.user, "content": content | changes}


async def outbound(bot):
    """The Megolm session that the next message in the room is encrypted with."""
    readers = await bot.keys.readers([ALICE])
    allowed = {(d.user_id, d.device_id, d.curve25519) for d in readers}
    found = bot.machine.outbound_for(ROOM, {}, allowed)
    found.shared |= allowed
    return found.session.session_id


async def test_what_was_too_old_does_not_run_when_its_key_comes_later_still(bot, alice):
    """After a downtime an event's age is the server's word, with its key and without."""
    old = alice.say() | {"origin_server_ts": now() - 301_000}
    assert await bot.sync(old, catching_up=True) == []
    (late,) = await bot.sync(to_device=[alice.send_key(bot.machine)])
    assert isinstance(late, Late)


@pytest.mark.parametrize("first", ["notice", "message", "both"])
async def test_a_message_whose_key_is_withheld_is_given_up_at_once(bot, alice, first):
    """Its sender is told, whichever comes first, and it does not run when the key comes at last."""
    event, notice = alice.say(), withheld(alice)
    items = []
    if first == "notice":
        items += await bot.sync(to_device=[notice])
        items += await bot.sync(event)
    elif first == "message":
        items += await bot.sync(event)
        items += await bot.sync(to_device=[notice])
    else:
        items += await bot.sync(event, to_device=[notice])
    assert items == [Withheld(ALICE, ROOM, event["event_id"])]
    assert await bot.sync(to_device=[alice.send_key(bot.machine)]) == []
    (message,) = await bot.sync(alice.say("!help"))
    assert isinstance(message, Message)


async def test_what_was_given_up_meanwhile_does_not_run(bot, alice):
    """Its sender has been told that nothing was done, so they may have said it again."""
    assert await bot.sync(alice.say()) == []
    locked = bot.inbox.locked

    async def locked_and_given_up(*which):
        found = await locked(*which)
        assert len(await bot.inbox.expire(-1000)) == 1
        return found

    bot.inbox.locked = locked_and_given_up
    assert await bot.sync(to_device=[alice.send_key(bot.machine)]) == []


async def test_nobody_withholds_somebody_elses_key(bot, alice):
    """Whoever says so of a session that is not theirs: the key is waited for."""
    await bot.sync(alice.say("!help"), to_device=[withheld(alice, by=MALLORY)])
    (message,) = await bot.sync(to_device=[alice.send_key(bot.machine)])
    assert message.body == "!help"


@pytest.mark.parametrize(
    "changes", [{"session_id": 5}, {"room_id": None}, {"code": []}, {"sender_key": {}}]
)
async def test_malformed_notices_do_nothing(bot, alice, changes):
    """And the next honest text arrives."""
    notices = [withheld(alice, **changes), withheld(alice, "m.no_olm", sender_key=7)]
    await bot.sync(to_device=notices)
    (message,) = await bot.sync(alice.say(), to_device=[alice.send_key(bot.machine)])
    assert isinstance(message, Message)


async def test_a_client_that_could_not_reach_the_bot_is_written_to_first(bot, alice):
    """``m.no_olm``: the bot opens a session, so that the client can give its keys."""
    await bot.keys.devices_of([ALICE])
    bot.answers.claims[ALICE] = alice
    await bot.sync(to_device=[withheld(alice, "m.no_olm")])
    await bot.keys.unwedge()
    (dummy,) = bot.answers.sent_to(ALICE)
    alice.machine.receive_to_device([dummy])
    assert alice.machine.session_store.get(bot.machine.account.identity_keys["curve25519"])
    await bot.keys.unwedge()
    assert len(bot.answers.sent_to(ALICE)) == 1


async def test_a_wedged_device_is_known_after_a_restart_as_well(bot, alice, tmp_path, sealer):
    """The bot has forgotten its Olm sessions; it remembers who that device is."""
    await bot.keys.devices_of([ALICE])
    await bot.store.flush()
    async with rig(tmp_path, sealer) as again:
        await again.store.open()
        again.answers.show(alice)
        again.answers.claims[ALICE] = alice
        await again.sync(to_device=[unreadable(alice, again)])
        await again.keys.unwedge()
        assert len(again.answers.sent_to(ALICE)) == 1


async def test_a_stranger_cannot_have_anybody_asked_for(bot, alice):
    """Messages that do not decrypt, in the name of users that the bot has never met."""
    strange = unreadable(alice, bot) | {"sender": "@stranger:example.org"}
    await bot.sync(to_device=[strange])
    await bot.keys.unwedge()
    assert "@stranger:example.org" not in bot.store.devices
    assert bot.answers.sent_to("@stranger:example.org") == []


async def test_a_device_that_lost_its_session_is_given_a_new_room_key(bot, alice):
    """It says so with ``m.dummy``; believed once an hour, for each costs a new session."""
    await bot.sync(to_device=[alice.send_key(bot.machine)])
    before = await outbound(bot)
    assert await outbound(bot) == before
    await bot.sync(to_device=[dummy_to(bot, alice)])
    after = await outbound(bot)
    assert after != before
    await bot.sync(to_device=[dummy_to(bot, alice)])
    assert await outbound(bot) == after


def dummy_to(bot, alice):
    """An ``m.dummy`` of Alice's over a new Olm session."""
    alice.send_key(bot.machine)  # which opens one
    keys = bot.machine.account.identity_keys
    device = Device(
        bot.machine.user_id, "BOTDEVICE", keys["ed25519"], keys["curve25519"], signed=True
    )
    content = alice.machine.dummy_for(device)
    return {"type": "m.room.encrypted", "sender": ALICE, "content": content}


def unreadable(alice, bot):
    """A message in an Olm session that the bot does not have (any more)."""
    one, other = vodozemac.Account(), vodozemac.Account()
    other.generate_one_time_keys(1)
    (prekey,) = other.one_time_keys.values()
    first = one.create_outbound_session(other.curve25519_key, prekey).encrypt(b"")
    session, _ = other.create_inbound_session(one.curve25519_key, first.to_pre_key())
    kind, body = session.encrypt(b"").to_parts()
    assert kind == 1
    content = {
        "algorithm": "m.olm.v1.curve25519-aes-sha2",
        "sender_key": alice.machine.account.identity_keys["curve25519"],
        "ciphertext": {
            bot.machine.account.identity_keys["curve25519"]: {
                "type": kind,
                "body": base64.b64encode(body).decode().rstrip("="),
            }
        },
    }
    return {"type": "m.room.encrypted", "sender": ALICE, "content": content}
