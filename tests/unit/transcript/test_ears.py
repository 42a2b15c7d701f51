"""What is heard of a bot."""

from __future__ import annotations

import asyncio

from sandbox.timeline import Arrival, Timeline
from tests.e2e.transcript.ears import Ears

ROOM, BOT = "!team:test", "@actas:test"


class Listener:
    """Somebody with nothing but a timeline."""

    def __init__(self):
        self.timeline = Timeline()

    def take(self, event_id: str, body: str, *, unreadable: str = "", edits: str = ""):
        content = {"body": body, "msgtype": "m.notice"}
        if edits:
            relation = {"rel_type": "m.replace", "event_id": edits}
            content = {"m.new_content": content, "m.relates_to": relation}
        event = {"type": "m.room.message", "event_id": event_id, "sender": BOT, "content": content}
        self.timeline.take(
            Arrival(ROOM, event | {"origin_server_ts": 0}, encrypted=True, unreadable=unreadable)
        )


def texts(ears: Ears):
    return [heard.texts for heard in ears.heard.get(ROOM, ())]


def test_an_edited_message_is_one_message_with_several_texts():
    ears, alice = Ears(BOT), Listener()
    ears.follow(alice)
    alice.take("$1", "Queued")
    alice.take("$2", "Done", edits="$1")
    alice.take("$3", "More")
    assert texts(ears) == [["Queued", "Done"], ["More"]]


def test_a_room_is_heard_once_however_many_listen():
    ears, people = Ears(BOT), [Listener(), Listener()]
    for person in people:
        ears.follow(person)
    for person in reversed(people):
        person.take("$1", "Hello")
    assert texts(ears) == [["Hello"]]


def test_what_cannot_be_read_is_heard_once_it_can():
    ears, alice = Ears(BOT), Listener()
    ears.follow(alice)
    alice.take("$1", "", unreadable="no room key")
    assert texts(ears) == []
    alice.take("$1", "Hello")
    assert texts(ears) == [["Hello"]]


async def test_waiting_ends_with_what_is_waited_for():
    ears, alice = Ears(BOT), Listener()
    ears.follow(alice)
    waiting = asyncio.ensure_future(ears.until(lambda: texts(ears) or None))
    await asyncio.sleep(0)
    alice.take("$1", "Hello")
    assert await waiting == [["Hello"]]


def test_what_the_file_is_not_past_is_unheard():
    ears, alice = Ears(BOT), Listener()
    ears.follow(alice)
    alice.take("$1", "Queued")
    (heard,) = ears.unheard()
    heard.shown = 1
    assert ears.unheard() == []
    alice.take("$2", "Done", edits="$1")
    assert ears.unheard() == [heard]
