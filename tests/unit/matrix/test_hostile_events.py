"""Whatever members and homeservers send: nothing runs that should not, and honest people go on.

What all examples have in common is asserted by :class:`Scene`.
"""

from __future__ import annotations

import gc
import json
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest
import vodozemac
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.matrix.devices import read_device_list
from bot.matrix.events import is_shallow
from bot.matrix.sas import Cancel, Party, Sas
from tests.conftest import STRICT
from tests.unit.matrix import shapes
from tests.unit.matrix.mutation import Change, anything, changes
from tests.unit.matrix.rig import BOT, ROOM, event_id
from tests.unit.matrix.scene import Scene, scene
from tests.unit.matrix.shapes import ALICE, MALLORY, Json

KEYS = ("A" * 43, "B" * 43)
FROM_THE_SERVER = ("relabelled", "replayed", "altered", "locked")
EXAMPLES = 10_000 if STRICT else 1_000  # of all properties together


def share(percent: int) -> Callable[[Any], Any]:
    """A property's share of the examples.

    They have one world, on purpose: what one leaves behind must not trip the next.
    """
    return settings(
        max_examples=EXAMPLES * percent // 100,
        suppress_health_check=[HealthCheck.function_scoped_fixture],
    )


def several(*kinds: Any) -> st.SearchStrategy[list[tuple[Any, Change]]]:
    """A few of these things, each with its own change."""
    return st.lists(st.tuples(st.sampled_from(kinds), changes), min_size=1, max_size=3)


@pytest.fixture
async def here(tmp_path, sealer):
    """Alice, Mallory and the bot."""
    usual = gc.get_threshold()
    gc.set_threshold(50_000, 20, 20)  # what hypothesis remembers makes collections slow
    async with scene(tmp_path, sealer) as here:
        yield here
    gc.set_threshold(*usual)


@share(25)
@given(events=several(*shapes.in_room(), *FROM_THE_SERVER * 4))
async def test_an_event_in_a_room_is_nobodys_word(here, events):
    """In clear by a member, or not delivered as it was sent by the homeserver."""
    unchanged = room_of(here)
    sent = [change(_event(here, kind)) for kind, change in events]
    await here.sync(*sent)
    assert unchanged() or any(isinstance(event, dict) and "state_key" in event for event in sent)


@share(20)
@given(payloads=several(*shapes.in_room(), "state"))
async def test_what_a_member_encrypts_is_at_most_a_text_of_theirs(here, payloads):
    """Somebody with a room key of their own may encrypt anything at all."""
    unchanged = room_of(here)
    sent = [here.mallory_encrypts(change(_payload(kind))) for kind, change in payloads]
    await here.sync(*sent)
    assert unchanged()


@share(15)
@given(events=several(*shapes.to_device(), "encrypted"))
async def test_a_message_to_the_bots_device_does_nothing(here, events):
    """In clear, or an Olm message that is not as it should be."""
    unchanged = room_of(here)
    sent = []
    for kind, change in events:
        if kind == "encrypted":
            event = here.olm(Change(), "m.room_key", shapes.room_key())
        else:
            event = {"type": kind, "sender": MALLORY, "content": shapes.to_device()[kind]}
        sent.append(change(event))
    await here.sync(to_device={"events": sent})
    assert unchanged()


@share(15)
@given(payloads=several(*shapes.to_device(), "stolen"))
async def test_what_is_encrypted_to_the_bots_device_does_nothing(here, payloads):
    """Anybody may have an Olm session with the bot, and send anything through it."""
    unchanged = room_of(here)
    sent = []
    for kind, change in payloads:
        if kind == "stolen":
            sent.append(here.olm(change, "m.room_key", here.stolen_key()))
        else:
            sent.append(here.olm(change, kind, shapes.to_device()[kind]))
    await here.sync(to_device={"events": sent})
    assert unchanged()


@share(10)
@given(parts=several(*shapes.sections()))
async def test_no_part_of_a_response_keeps_people_from_being_heard(here, parts):
    """Invitations, leaves, other rooms, device lists, counts, and what was not asked for."""
    response: Json = {}
    for where, change in parts:
        *outer, last = where
        holder = response
        for name in outer:
            holder = holder.setdefault(name, {})
        holder[last] = change(shapes.sections()[where])
    await here.sync(**response)


@share(3)
@given(events=several(*range(len(shapes.states()))), early=st.booleans())
async def test_no_state_keeps_people_from_being_heard(here, events, early):
    """What the server says of members is taken; that a room is encrypted is never taken back."""
    sent = [change(shapes.states()[number]) for number, change in events]
    room = {"state" if early else "timeline": {"events": sent}}
    await here.take({"rooms": {"join": {ROOM: room}}})
    assert here.bot.rooms.is_encrypted(ROOM)


@share(3)
@given(
    response=st.dictionaries(
        st.sampled_from(["rooms", "to_device", "device_lists", "device_one_time_keys_count"]),
        st.dictionaries(
            st.sampled_from(["join", "invite", "leave", "events", "changed", "left"]), anything
        )
        | anything,
    )
)
async def test_no_response_ends_the_loop(here, response):
    await here.take(response)


@share(4)
@given(change=changes, part=st.sampled_from(["query", "members", "messages", "upload"]))
async def test_no_answer_keeps_people_from_being_heard(here, change, part):
    """What the homeserver says when it is asked, for somebody's devices or a room's members."""
    here.feed.chunk = [shapes.member(MALLORY), shapes.clear("m.room.message", shapes.text("x"))]
    here.feed.twist = lambda where, answer: change(answer) if part in where else answer
    entering = {"state": {"events": [shapes.member(here.bot.machine.user_id)]}}
    gap = {"timeline": {"events": [], "limited": True, "prev_batch": "p1"}}
    await here.take(
        {
            "device_lists": {"changed": [MALLORY]},
            "device_one_time_keys_count": {},
            "rooms": {"join": {event_id().replace("$", "!"): entering, ROOM: gap}},
        }
    )
    here.feed.twist = lambda _, answer: answer


@share(2)
@given(steps=st.lists(st.tuples(st.sampled_from(["start", "key", "mac"]), changes), max_size=4))
def test_no_step_of_a_verification_does_more_than_end_it(steps):
    """And nothing proves a key but the key."""
    sas = Sas("$request", Party(BOT, "BOTDEVICE", *KEYS), Party(MALLORY, "PHONE", *KEYS))
    whole = {name: shapes.in_room()[f"m.key.verification.{name}"] for name, _ in steps}
    with suppress(Cancel):
        for name, change in steps:
            content = change(whole[name])
            if isinstance(content, dict) and is_shallow(content):
                {"start": sas.start, "key": sas.key, "mac": sas.prove}[name](content)
    assert not sas.proved


@share(3)
@given(
    answer=st.dictionaries(
        st.sampled_from(["device_keys", "master_keys", "self_signing_keys"]),
        st.dictionaries(
            st.just(ALICE),
            anything
            | st.dictionaries(
                st.sampled_from(["user_id", "usage", "keys", "signatures", "PHONE"]), anything
            ),
        )
        | anything,
    )
)
def test_no_device_list_is_believed_or_breaks_anything(answer):
    listed = read_device_list(ALICE, answer)
    assert listed.master is None
    assert not listed.devices


async def test_a_message_nested_too_deep_to_be_stored_is_dropped(here):
    """Encrypted or not, waiting for its key or not: any member could have stopped the bot."""
    nested = json.loads("[" * 700 + "]" * 700)
    locked = _event(here, "locked")
    locked["content"]["more"] = nested
    step = _payload("m.key.verification.start")
    step["content"]["more"] = nested
    clear = shapes.clear(step["type"], step["content"])
    await here.sync(locked, here.mallory_encrypts(step), clear)


@pytest.mark.parametrize("time", [-1, 2**53, 2**63, 10**300])
async def test_a_time_that_no_clock_shows_is_none(here, time):
    """SQLite takes no number of more than 64 bits."""
    await here.sync(here.alice_says(altered=True) | {"origin_server_ts": time})


@pytest.mark.parametrize("count", [-1, -(10**6), -(2**64), 2**64, None, "x", True, {}])
async def test_a_count_of_keys_that_cannot_be_is_none(here, count):
    """Counts decide how many one-time keys are made."""
    await here.sync(device_one_time_keys_count={"signed_curve25519": count})
    assert all(len(body.get("one_time_keys", {})) <= 50 for body in here.feed.uploads)


def room_of(here: Scene) -> Callable[[], bool]:
    """Whether the room is still as it is now."""
    before = dict(here.bot.rooms.get(ROOM).members)
    return lambda: here.bot.rooms.get(ROOM).members == before and here.bot.rooms.is_encrypted(ROOM)


def _event(here: Scene, kind: str) -> Json:
    match kind:
        case "relabelled":
            return here.mallory_encrypts(_payload("m.room.message"), sender=ALICE)
        case "replayed":
            return here.last | {"event_id": event_id()}
        case "altered":
            return here.alice_says(altered=True)
        case "locked":
            return here.mallory.encrypt({}, session=vodozemac.GroupSession())
    return shapes.clear(kind.partition("/")[0], shapes.in_room()[kind])


def _payload(kind: str) -> Json:
    if kind == "state":
        inner = {"type": "m.room.member", "state_key": ALICE, "content": {"membership": "leave"}}
    else:
        inner = {"type": kind.partition("/")[0], "content": shapes.in_room()[kind]}
    return inner | {"room_id": ROOM}
