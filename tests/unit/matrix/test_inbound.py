"""Who is believed, and what is taken in at all."""

from __future__ import annotations

import pytest
import vodozemac
from sqlalchemy import select

from bot.clock import now
from bot.errors import ActasError
from bot.matrix.inbox import Invite, Late
from bot.matrix.judge import Trust
from bot.model import Doubt, Message, Stray
from bot.storage.tables import encrypted_room, olm_session
from tests.unit.matrix.rig import BOT, ROOM, event_id, rig

ALICE, BOB, MALLORY = "@alice:example.org", "@bob:example.org", "@mallory:example.org"


@pytest.fixture
async def alice(bot, arrive):
    """Alice, whose device is signed and who shares a room with the bot and Bob."""
    alice = await arrive(ALICE)
    bot.answers.show(alice)
    await bot.enter(ALICE, BOB)
    return alice


async def test_a_text_from_a_signed_device_is_its_senders_word(bot, alice):
    (message,) = await bot.sync(alice.say("!help"), to_device=[alice.send_key(bot.machine)])
    assert isinstance(message, Message)
    assert (message.actor.user, message.actor.device, message.body) == (ALICE, "PHONE", "!help")
    assert message.actor.identity == alice.identity.master
    assert message.actor.pinned
    assert not message.actor.private


async def test_a_direct_message_is_one_with_exactly_the_bot_and_the_sender(bot, arrive):
    alice = await arrive(ALICE)
    bot.answers.show(alice)
    await bot.enter(ALICE, room="!dm:example.org")
    key = alice.send_key(bot.machine, "!dm:example.org")
    event = alice.say("help", "!dm:example.org")
    (message,) = await bot.sync(event, to_device=[key], room="!dm:example.org")
    assert message.actor.private


async def test_an_unsigned_device_is_nobodys_word(bot, arrive):
    alice = await arrive(ALICE)
    bot.answers.show(alice, signed=False)
    await bot.enter(ALICE)
    (stray,) = await bot.sync(alice.say(), to_device=[alice.send_key(bot.machine)])
    assert isinstance(stray, Stray)
    assert stray.doubt is Doubt.UNSIGNED


async def test_an_unsigned_device_speaks_where_the_operator_allows_it(tmp_path, sealer, arrive):
    loose = Trust(cross_signed_devices_only=False)
    async with rig(tmp_path, sealer, loose) as bot:
        alice = await arrive(ALICE)
        bot.answers.show(alice, signed=False)
        await bot.enter(ALICE)
        (message,) = await bot.sync(alice.say(), to_device=[alice.send_key(bot.machine)])
        assert isinstance(message, Message)


async def test_loosened_a_homeserver_cannot_undo_a_freeze_by_hiding_an_identity(
    tmp_path, sealer, arrive
):
    """Somebody whose identity is known is never met as somebody without any."""
    async with rig(tmp_path, sealer, Trust(cross_signed_devices_only=False)) as bot:
        alice = await arrive(ALICE)
        bot.answers.show(alice)
        await bot.enter(ALICE)
        await bot.sync(alice.say(), to_device=[alice.send_key(bot.machine)])
        await bot.pins.freeze(ALICE)
        bot.answers.masters.clear()
        (message,) = await bot.sync(alice.say(), device_lists={"changed": [ALICE]})
        assert not message.actor.pinned
        assert await bot.keys.readers([ALICE]) == []


async def test_clear_text_in_an_encrypted_room_is_nobodys_word(bot, alice):
    clear = {
        "type": "m.room.message",
        "sender": ALICE,
        "event_id": event_id(),
        "origin_server_ts": now(),
        "content": {"msgtype": "m.text", "body": "!help"},
    }
    (stray,) = await bot.sync(clear)
    assert stray.doubt is Doubt.CLEAR


async def test_loosened_for_clear_rooms_an_encrypted_room_stays_strict(tmp_path, sealer):
    loose = Trust(encrypted_rooms_only=False)
    async with rig(tmp_path, sealer, loose) as bot:
        await bot.enter(ALICE, room="!clear:example.org", encrypted=False)
        await bot.enter(ALICE)

        def clear():
            return {
                "type": "m.room.message",
                "sender": ALICE,
                "event_id": event_id(),
                "origin_server_ts": now(),
                "content": {"msgtype": "m.text", "body": "!help"},
            }

        (message,) = await bot.sync(clear(), room="!clear:example.org")
        (stray,) = await bot.sync(clear())
        assert isinstance(message, Message)
        assert stray.doubt is Doubt.CLEAR


async def test_a_server_cannot_relabel_the_sender(bot, alice, arrive):
    """N5: Mallory's ciphertext under Alice's name, with or without a made-up device id."""
    mallory = await arrive(MALLORY)
    bot.answers.show(mallory)
    key = mallory.send_key(bot.machine)
    for device in ("PHONE", "NONESUCH"):
        forged = mallory.say(outer_sender=ALICE)
        forged["content"]["device_id"] = device
        (stray,) = await bot.sync(forged, to_device=[key])
        assert isinstance(stray, Stray)
        assert stray.doubt is Doubt.UNKNOWN
        key = mallory.send_key(bot.machine)


async def test_a_sender_cannot_claim_anothers_signing_key(bot, alice, arrive):
    """N5: the Olm payload's ed25519 is the sender's claim; both keys must be one device's."""
    mallory = await arrive(MALLORY)
    bot.answers.show(mallory)
    claimed = alice.machine.account.identity_keys["ed25519"]
    mallory.machine.account.identity_keys["ed25519"] = claimed
    key = mallory.send_key(bot.machine)
    items = await bot.sync(mallory.say(outer_sender=ALICE), to_device=[key])
    assert not any(isinstance(item, Message) for item in items)


async def test_a_message_for_another_room_is_refused(bot, alice):
    """N6: the server moves a ciphertext into a room where it means something else."""
    key = alice.send_key(bot.machine)
    assert await bot.sync(alice.say(room_id="!other:example.org"), to_device=[key]) == []


async def test_a_ciphertext_counts_once_even_after_a_restart(bot, alice, tmp_path, sealer):
    """N7: the same ciphertext under a new event id."""
    event = alice.say("!jenkins build deploy")
    await bot.sync(event, to_device=[alice.send_key(bot.machine)])
    assert await bot.sync(event | {"event_id": event_id()}) == []
    bot.store.inbound.clear()
    assert await bot.sync(event | {"event_id": event_id()}) == []


async def test_an_event_that_is_delivered_again_is_taken_once(bot, alice):
    event = alice.say()
    assert len(await bot.sync(event, to_device=[alice.send_key(bot.machine)])) == 1
    assert await bot.sync(event) == []


async def test_encrypted_state_changes_nothing(bot, alice, arrive):
    """N1: a member forges another member by an encrypted state event."""
    content = {"membership": "join"}
    forged = alice.encrypt(
        {"type": "m.room.member", "state_key": MALLORY, "content": content, "room_id": ROOM}
    )
    assert await bot.sync(forged, to_device=[alice.send_key(bot.machine)]) == []
    assert MALLORY not in bot.rooms.get(ROOM).members


@pytest.mark.parametrize(
    "content",
    [
        {"msgtype": "m.notice", "body": "!help"},
        {"msgtype": "m.emote", "body": "!help"},
        {"msgtype": "m.text", "body": "* !help", "m.new_content": {"body": "!help"}},
        {
            "msgtype": "m.text",
            "body": "* !help",
            "m.relates_to": {"rel_type": "m.replace", "event_id": "$x"},
        },
        {"msgtype": "m.text", "body": 7},
        {"body": "!help"},
    ],
)
async def test_only_texts_are_said(bot, alice, content):
    """Notices, emotes, edits and broken texts never run; people's own are looked at for secrets."""
    key = alice.send_key(bot.machine)
    items = await bot.sync(alice.say(content=content), to_device=[key])
    assert all(isinstance(item, Stray) and item.doubt is Doubt.EDITED for item in items)


async def test_an_edit_is_known_by_its_outer_relation_too(bot, alice):
    event = alice.say()
    event["content"]["m.relates_to"] = {"rel_type": "m.replace", "event_id": "$x"}
    (stray,) = await bot.sync(event, to_device=[alice.send_key(bot.machine)])
    assert stray.doubt is Doubt.EDITED


async def test_what_an_edit_says_now_is_what_is_looked_at(bot, alice):
    content = {"msgtype": "m.text", "body": "* x", "m.new_content": {"body": "alice:11ab"}}
    (stray,) = await bot.sync(alice.say(content=content), to_device=[alice.send_key(bot.machine)])
    assert stray.body == "alice:11ab"


async def test_a_late_key_brings_its_message_back_with_all_checks(bot, alice):
    event = alice.say("!help")
    assert await bot.sync(event) == []
    (message,) = await bot.sync(to_device=[alice.send_key(bot.machine)])
    assert isinstance(message, Message)
    assert message.event_id == event["event_id"]


async def test_a_late_key_does_not_bring_a_message_of_an_unsigned_device_back(bot, arrive):
    alice = await arrive(ALICE)
    bot.answers.show(alice, signed=False)
    await bot.enter(ALICE)
    await bot.sync(alice.say())
    (stray,) = await bot.sync(to_device=[alice.send_key(bot.machine)])
    assert stray.doubt is Doubt.UNSIGNED


async def test_a_changed_identity_is_not_the_pinned_one(bot, alice, arrive):
    await bot.sync(alice.say(), to_device=[alice.send_key(bot.machine)])
    reset = await arrive(ALICE, device="LAPTOP")
    bot.answers.show(reset)
    changed = {"changed": [ALICE]}
    (message,) = await bot.sync(
        reset.say(), to_device=[reset.send_key(bot.machine)], device_lists=changed
    )
    assert not message.actor.pinned
    assert message.actor.identity == reset.identity.master


async def test_a_changed_identity_gets_no_room_keys(bot, alice, arrive):
    assert {d.device_id for d in await bot.keys.readers([ALICE])} == {"PHONE"}
    reset = await arrive(ALICE, device="LAPTOP")
    bot.answers.show(reset)
    await bot.sync(device_lists={"changed": [ALICE]})
    assert await bot.keys.readers([ALICE]) == []


async def test_a_shared_session_id_does_not_replace_anothers_session(bot, alice, arrive):
    """N22: Mallory shares a session with Alice's session id."""
    await bot.sync(alice.say(), to_device=[alice.send_key(bot.machine)])
    mallory = await arrive(MALLORY)
    bot.answers.show(mallory)
    await bot.sync(to_device=[mallory.send_key(bot.machine, session=alice.start)])
    (message,) = await bot.sync(alice.say())
    assert message.actor.user == ALICE


async def test_commands_from_before_the_bot_came_do_not_run(bot, alice):
    """N15: what the room's history holds is history."""
    old = alice.say() | {"origin_server_ts": 0}
    assert await bot.sync(old, to_device=[alice.send_key(bot.machine)]) == []


async def test_after_a_downtime_what_is_too_old_is_late(bot, alice):
    key = alice.send_key(bot.machine)
    old = alice.say() | {"origin_server_ts": now() - 301_000}
    (late,) = await bot.sync(old, to_device=[key], catching_up=True)
    assert isinstance(late, Late)
    (message,) = await bot.sync(alice.say(), catching_up=True)
    assert isinstance(message, Message)


async def test_an_invitation_and_an_arrival_are_told(bot):
    invited = {
        "!new:example.org": {
            "invite_state": {
                "events": [
                    {
                        "type": "m.room.member",
                        "state_key": BOT,
                        "sender": ALICE,
                        "content": {"membership": "invite"},
                    }
                ]
            }
        }
    }
    (invite,) = await bot.sync(rooms={"invite": invited})
    assert isinstance(invite, Invite)
    assert (invite.user, invite.room) == (ALICE, "!new:example.org")


async def test_a_room_that_was_ever_encrypted_stays_so(bot, alice, tmp_path):
    await bot.sync(rooms={"leave": {ROOM: {}}})
    await bot.enter(ALICE, encrypted=False)
    assert bot.rooms.is_encrypted(ROOM)


async def test_texts_wait_sealed_and_go_when_they_are_done(bot, alice, tmp_path):
    said = "!jenkins build very-secret-project"
    (message,) = await bot.sync(alice.say(said), to_device=[alice.send_key(bot.machine)])
    (waiting,) = [w for w in await bot.inbox.unfinished() if isinstance(w.item, Message)]
    assert waiting.item == message
    async with bot.database.transaction() as connection:
        await bot.inbox.done(connection, [message.event_id])
    assert not [w for w in await bot.inbox.unfinished() if isinstance(w.item, Message)]
    kept = b"".join(path.read_bytes() for path in tmp_path.glob("actas.db*"))
    assert b"very-secret" not in kept


async def test_a_key_request_and_a_forwarded_key_do_nothing(bot, alice):
    exported = vodozemac.InboundGroupSession(alice.session.session_key)
    forwarded = {
        "type": "m.forwarded_room_key",
        "sender": ALICE,
        "content": {"session_key": exported.export_at(0).to_base64(), "room_id": ROOM},
    }
    request = {"type": "m.room_key_request", "sender": ALICE, "content": {"action": "request"}}
    await bot.sync(alice.say(), to_device=[forwarded, request])
    assert not await bot.store.need_inbound([(ROOM, alice.session.session_id)])
    assert (ROOM, alice.session.session_id) not in bot.store.inbound


async def test_the_same_event_twice_in_one_batch_is_taken_once(bot, alice):
    event = alice.say("yes")
    items = await bot.sync(event, event, to_device=[alice.send_key(bot.machine)])
    assert len(items) == 1


async def test_a_sync_that_begins_anew_has_every_device_asked_for_again(bot, alice, tmp_path):
    """It does not say who has signed out since the bot last knew."""
    await bot.sync(alice.say(), to_device=[alice.send_key(bot.machine)])
    bot.answers.devices[ALICE].clear()
    await bot.take({}, since=None)
    assert await bot.keys.readers([ALICE]) == []
    (stray,) = await bot.sync(alice.say())
    assert stray.doubt is Doubt.UNKNOWN


async def test_a_sync_that_begins_anew_brings_the_members_whole(bot, alice, arrive):
    """Who is not among them is not there any more, and gets no keys."""
    bob = await arrive(BOB)
    bot.answers.show(bob)
    await bot.enter(ALICE, BOB)
    member = {"type": "m.room.member", "origin_server_ts": 1, "content": {"membership": "join"}}
    state = [{**member, "state_key": user, "sender": user} for user in (BOT, ALICE)]
    room = {"state": {"events": state}, "timeline": {"events": []}}
    await bot.take({"rooms": {"join": {ROOM: room}}}, since=None)
    assert set(bot.rooms.get(ROOM).members) == {BOT, ALICE}


async def test_what_meant_nothing_is_not_taken_in_again_when_it_would(bot, alice):
    """A "yes" between people, given once more while the bot waits for one."""
    bot.inbound._judge._wants = lambda *_, **__: False
    event = alice.say("yes")
    assert await bot.sync(event, to_device=[alice.send_key(bot.machine)]) == []
    bot.inbound._judge._wants = lambda *_, **__: True
    assert await bot.sync(event) == []
    (message,) = await bot.sync(alice.say("yes"))
    assert message.body == "yes"


async def test_a_crowd_is_asked_for_in_portions(bot):
    """More than a database takes in one statement."""
    crowd = [f"@{number}:example.org" for number in range(40_000)]
    await bot.pins.need(crowd)
    await bot.rooms.need([f"!{number}:example.org" for number in range(40_000)])
    await bot.store.need_devices(crowd)


async def test_an_own_device_that_a_server_invents_gets_no_keys(bot, alice, arrive):
    """The bot's account has one device: whatever else is shown for it is not believed."""
    invented = await arrive(BOT, device="EVIL")
    bot.answers.show(invented)
    readers = await bot.keys.readers([ALICE, BOT])
    assert {(d.user_id, d.device_id) for d in readers} == {(ALICE, "PHONE")}


async def test_nothing_said_in_the_bots_own_name_is_taken(bot, alice, arrive):
    invented = await arrive(BOT, device="EVIL")
    bot.answers.show(invented)
    assert await bot.sync(invented.say(), to_device=[invented.send_key(bot.machine)]) == []


@pytest.mark.parametrize("room", [["x"], {"a": 1}, None, 7, "!a\0b:example.org", "!" + "x" * 300])
async def test_a_room_key_for_no_room_does_not_lose_the_honest_ones(bot, alice, arrive, room):
    mallory = await arrive(MALLORY)
    bad = mallory.send_key(bot.machine, room)
    (message,) = await bot.sync(alice.say(), to_device=[bad, alice.send_key(bot.machine)])
    assert message.actor.user == ALICE


async def test_a_device_has_few_sessions_whatever_it_opens(bot, alice):
    """Olm sessions cost memory and time: a sender cannot have any number of them."""
    for _ in range(12):
        await bot.sync(to_device=[alice.send_key(bot.machine)])
    key = alice.machine.account.identity_keys["curve25519"]
    assert len(bot.store.sessions[key]) == 5
    async with bot.database.transaction() as connection:
        stored = (await connection.execute(select(olm_session.c.session_id))).all()
    assert len(stored) == 5


async def test_unknown_senders_leave_nothing_behind(bot, alice):
    """To-device messages that do not decrypt, from made-up keys."""
    own = bot.machine.account.identity_keys["curve25519"]
    for n in range(50):
        content = {
            "algorithm": "m.olm.v1.curve25519-aes-sha2",
            "sender_key": f"{n:043}",
            "ciphertext": {own: {"type": 1, "body": "AwogAAAA"}},
        }
        await bot.sync(
            to_device=[{"type": "m.room.encrypted", "sender": MALLORY, "content": content}]
        )
    assert not bot.machine.wedged
    assert not [s for s in bot.store.sessions.values() if not s]


async def test_a_late_key_after_a_restart_finds_its_room(bot, alice, tmp_path):
    """What an unlocked message is, private or not, is told from the room, not from nothing."""
    await bot.enter(ALICE, room="!dm:example.org")
    event = alice.say("help", "!dm:example.org")
    await bot.sync(event, room="!dm:example.org")
    bot.rooms._rooms.clear()
    key = alice.send_key(bot.machine, "!dm:example.org")
    (message,) = await bot.take({"to_device": {"events": [key]}})
    assert message.actor.private


async def test_who_left_cannot_read_though_the_keys_arrival_was_never_confirmed(bot, alice):
    """The answer to sendToDevice is lost: the session is given up, not reused without Bob."""
    bot.answers.claims[ALICE] = alice
    outbound = bot.machine.outbound_for(ROOM, {}, set())
    readers = await bot.keys.readers([ALICE])
    bot.answers.lose_to_device = True
    with pytest.raises(ActasError):
        await bot.keys.give(ROOM, outbound, readers)
    assert ROOM not in bot.store.outbound


async def test_a_failed_write_forgets_nothing(bot, arrive):
    """A full disk: the room is encrypted after a restart too, and the identity pinned."""
    alice = await arrive(ALICE)
    bot.answers.show(alice)
    with bot.full_disk(), pytest.raises(OSError, match="full"):
        await bot.enter(ALICE)
    await bot.sync()
    async with bot.database.transaction() as connection:
        kept = set(await connection.scalars(select(encrypted_room.c.room_id)))
    assert ROOM in kept
