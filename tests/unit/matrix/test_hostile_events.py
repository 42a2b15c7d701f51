"""Whatever a server or a member sends: the batch is taken in, and the next honest text arrives."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.clock import now
from bot.matrix.devices import read_device_list
from bot.model import Message
from tests.unit.matrix.rig import BOT, ROOM, event_id

ALICE = "@alice:example.org"

json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53), 2**53)
    | st.floats(allow_nan=False)
    | st.text(max_size=20)
    | st.sampled_from([ALICE, BOT, ROOM, "m.text", "m.room.member"]),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3)
    ),
    max_leaves=8,
)
KEYS = ["msgtype", "body", "m.relates_to", "m.new_content", "m.mentions", "membership"]
KEYS += ["algorithm", "ciphertext", "session_id", "sender_key", "device_id"]
contents = st.fixed_dictionaries({}, optional=dict.fromkeys(KEYS, json_values))
events = json_values | st.fixed_dictionaries(
    {
        "type": st.sampled_from(
            [
                "m.room.encrypted",
                "m.room.message",
                "m.room.member",
                "m.room.encryption",
                "m.room_key",
            ]
        )
        | json_values
    },
    optional={
        "content": contents | json_values,
        "sender": st.just(ALICE) | json_values,
        "event_id": st.text(max_size=8) | json_values,
        "origin_server_ts": json_values,
        "state_key": st.sampled_from([ALICE, BOT, ""]) | json_values,
    },
)
# One world for all examples, on purpose: what one leaves behind must not trip the next.
shared_world = settings(
    max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@pytest.fixture
async def alice(bot, arrive):
    """Alice, whose key the bot has."""
    alice = await arrive(ALICE)
    bot.answers.show(alice)
    await bot.enter(ALICE)
    await bot.sync(to_device=[alice.send_key(bot.machine)])
    return alice


async def honest(bot, alice) -> None:
    """The next honest text still comes through."""
    items = await bot.sync(alice.say("!help"))
    assert [i.body for i in items if isinstance(i, Message)] == ["!help"]


@shared_world
@given(
    timeline=st.lists(events, max_size=4),
    state=st.lists(events, max_size=2),
    to_device=st.lists(events, max_size=3),
)
async def test_no_event_ends_a_batch(bot, alice, timeline, state, to_device):
    members = dict(bot.rooms.get(ROOM).members)
    await bot.sync(*timeline, state=state, to_device=to_device)
    bot.rooms.get(ROOM).members = members
    await honest(bot, alice)


@shared_world
@given(
    response=st.dictionaries(
        st.sampled_from(["rooms", "to_device", "device_lists"]),
        st.dictionaries(
            st.sampled_from(["join", "invite", "leave", "events", "changed", "left"]), json_values
        )
        | json_values,
    )
)
async def test_no_response_ends_the_loop(bot, alice, response):
    await bot.take(response)
    await honest(bot, alice)


@shared_world
@given(
    payload=json_values
    | st.fixed_dictionaries(
        {
            "room_id": st.just(ROOM),
            "type": st.just("m.room.message") | json_values,
            "content": contents | json_values,
        }
    )
)
async def test_no_encrypted_payload_ends_a_batch(bot, alice, payload):
    await bot.sync(alice.encrypt(payload))
    await honest(bot, alice)


@shared_world
@given(
    content=st.fixed_dictionaries(
        {"algorithm": st.just("m.megolm.v1.aes-sha2")},
        optional={"session_id": json_values, "ciphertext": st.text(), "sender_key": json_values},
    )
)
async def test_no_ciphertext_ends_a_batch(bot, alice, content):
    event = {
        "type": "m.room.encrypted",
        "sender": ALICE,
        "event_id": event_id(),
        "origin_server_ts": now(),
        "content": content,
    }
    await bot.sync(event)
    await honest(bot, alice)


@given(
    answer=st.dictionaries(
        st.sampled_from(["device_keys", "master_keys", "self_signing_keys"]),
        st.dictionaries(
            st.just(ALICE),
            json_values
            | st.dictionaries(
                st.sampled_from(["user_id", "usage", "keys", "signatures", "PHONE"]), json_values
            ),
        )
        | json_values,
    )
)
def test_no_device_list_is_believed_or_breaks_anything(answer):
    listed = read_device_list(ALICE, answer)
    assert listed.master is None
    assert not listed.devices
