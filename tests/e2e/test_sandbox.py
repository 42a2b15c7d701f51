"""The people of the sandbox see and do what people with Element see and do."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from pathlib import Path
from urllib.parse import quote

import pytest

from sandbox.content import Quoted
from sandbox.device import Refused
from sandbox.notify import NotifySocket
from sandbox.person import Person
from sandbox.synapse import synapse
from sandbox.timeline import NotSeen
from sandbox.world import Arrive


@pytest.fixture(scope="module")
async def alice(arrive_to_stay: Arrive) -> Person:
    return await arrive_to_stay("alice")


@pytest.fixture(scope="module")
async def bob(arrive_to_stay: Arrive, alice: Person) -> Person:
    return await arrive_to_stay("bob", joins_for=[alice.user])


@pytest.fixture(scope="module")
async def dm(alice: Person, bob: Person) -> str:
    """A direct message of Alice and Bob."""
    room = await alice.open_dm(bob.user)
    await alice.has_joined(room, bob.user)
    return room


async def test_what_one_says_the_other_reads_and_the_homeserver_does_not(
    alice: Person, bob: Person, dm: str
) -> None:
    """A message is readable on the other side, and on the server is ciphertext only."""
    position = bob.position
    event_id = await alice.say(dm, "the eagle has landed")
    seen = await bob.sees("eagle", after=position, room=dm, sender=alice.user)
    assert (seen.encrypted, seen.signed, seen.device) == (True, True, alice.device.device_id)
    stored = await alice.device.call("GET", f"/rooms/{quote(dm)}/event/{quote(event_id)}")
    assert stored["type"] == "m.room.encrypted"
    assert "eagle" not in str(stored)


async def test_an_invitation_of_a_known_person_is_accepted_and_becomes_a_direct_message(
    alice: Person, bob: Person, dm: str
) -> None:
    """Both sides remember the room as their direct message."""
    assert await bob.dm_with(alice.user) == dm
    assert await alice.dm_with(bob.user) == dm


async def test_an_invitation_of_a_stranger_is_left_alone(alice: Person, arrive: Arrive) -> None:
    """Nobody joins for people they do not expect."""
    carol = await arrive("carol")
    room = await alice.open_dm(carol.user)
    await carol.catches_up()
    assert room in carol.device.invited_rooms
    assert carol.members(room) == set()


async def test_an_edit_shows_as_the_new_text_and_counts_as_a_change(
    alice: Person, bob: Person, dm: str
) -> None:
    """Waiting sees an edit of an old message, as somebody watching the room does."""
    event_id = await alice.say(dm, "queued")
    await bob.sees("queued", after=0)
    position = bob.position
    await alice.edit(dm, event_id, "build 7 has started")
    seen = await bob.sees("build 7", after=position)
    assert (seen.event_id, seen.edits) == (event_id, 1)


async def test_an_edit_of_somebody_elses_message_shows_nothing(
    alice: Person, bob: Person, dm: str
) -> None:
    """Only the one who wrote a message can change it."""
    event_id = await alice.say(dm, "pay ten")
    await bob.sees("pay ten", after=0)
    await bob.edit(dm, event_id, "pay a thousand")
    await alice.catches_up()
    shown = alice.timeline.get(event_id)
    assert shown is not None
    assert (shown.body, shown.edits) == ("pay ten", 0)


async def test_a_redacted_message_is_empty(alice: Person, bob: Person, dm: str) -> None:
    """What was redacted is gone from the other's screen."""
    event_id = await alice.say(dm, "oops, my password")
    await bob.sees("oops", after=0)
    position = bob.position
    await alice.redact(dm, event_id)
    seen = await bob.sees(lambda message: message.redacted, after=position)
    assert (seen.event_id, seen.body) == (event_id, "")


async def test_threads_replies_and_mentions_arrive_as_such(
    alice: Person, bob: Person, dm: str
) -> None:
    """The relations are readable on the other side."""
    root = await alice.say(dm, "root")
    quoted = Quoted(root, alice.user, "root")
    await alice.say(dm, "in the thread", thread=root)
    await alice.say(dm, "an answer", answers=quoted)
    await alice.say(dm, "look here", mention=bob.user)
    threaded = await bob.sees("in the thread", after=0)
    assert (threaded.thread, threaded.reply_to) == (root, None)
    answer = await bob.sees("an answer", after=0)
    assert (answer.thread, answer.reply_to) == (None, root)
    assert answer.body == f"> <{alice.user}> root\n\nan answer"
    mention = await bob.sees("look here", after=0)
    assert mention.content["m.mentions"] == {"user_ids": [bob.user]}
    assert f"https://matrix.to/#/{bob.user}" in mention.html


async def test_clear_text_in_an_encrypted_room_is_told_apart(
    alice: Person, bob: Person, dm: str
) -> None:
    """A client can see that a message was not encrypted."""
    await alice.say(dm, "in the clear", clear=True)
    assert not (await bob.sees("in the clear", after=0)).encrypted


async def test_encryption_can_be_turned_on_later(alice: Person, bob: Person) -> None:
    """The same room carries clear text before and ciphertext after."""
    room = await alice.create_room("public", [bob.user], encrypted=False)
    await alice.has_joined(room, bob.user)
    await alice.say(room, "before")
    await alice.enable_encryption(room)
    await alice.say(room, "after")
    assert not (await bob.sees("before", after=0, room=room)).encrypted
    assert (await bob.sees("after", after=0, room=room)).encrypted


async def test_waiting_does_not_match_history(alice: Person, bob: Person, dm: str) -> None:
    """What was said before the position does not count."""
    await alice.say(dm, "old news")
    await bob.sees("old news", after=0)
    with pytest.raises(NotSeen, match="nothing"):
        await bob.sees("old news", after=bob.position, patience=0.1)


async def test_waiting_in_vain_tells_what_came_instead(alice: Person, bob: Person, dm: str) -> None:
    """A failed test shows what was on the screen."""
    position = bob.position
    await alice.say(dm, "something else")
    await bob.sees("something", after=position)
    with pytest.raises(NotSeen, match="something else"):
        await bob.sees("the answer", after=position, patience=0.1)


async def test_a_strict_person_gives_no_keys_to_an_unsigned_device(arrive: Arrive) -> None:
    """The unsigned device is told ``m.unverified`` and reads nothing; the signed one reads."""
    alice = await arrive("alice", strict=True)
    bob = await arrive("bob", joins_for=[alice.user])
    room = await alice.open_dm(bob.user)
    await alice.has_joined(room, bob.user)
    stray = await bob.another_device(signed=False)
    try:
        await alice.catches_up()
        await alice.say(room, "for signed eyes")
        await bob.sees("for signed eyes", after=0)
        blind = await stray.sees(lambda message: bool(message.unreadable), after=0)
        assert blind.body == ""
        assert "m.unverified" in [event.source["content"].get("code") for event in stray.to_device]
    finally:
        await stray.close()


async def test_a_person_who_is_not_strict_gives_keys_to_an_unsigned_device(
    alice: Person, bob: Person, dm: str
) -> None:
    """So that the strict test above fails where strictness does nothing."""
    stray = await bob.another_device(signed=False)
    try:
        await alice.catches_up()
        await alice.say(dm, "for all eyes")
        assert (await stray.sees("for all eyes", after=0)).signed
    finally:
        await stray.close()


async def test_a_strict_person_reads_nothing_from_an_unsigned_device_until_it_is_signed(
    arrive: Arrive,
) -> None:
    """Signing the device is what makes it heard, from the next message on."""
    alice = await arrive("alice", strict=True)
    bob = await arrive("bob", joins_for=[alice.user])
    room = await alice.open_dm(bob.user)
    await alice.has_joined(room, bob.user)
    stray = await bob.another_device(signed=False)
    try:
        await stray.say(room, "who am I")
        hidden = await alice.sees(lambda message: message.sender == bob.user, after=0)
        assert "not signed" in hidden.unreadable
        await bob.sign_device(stray.device.device_id)
        await alice.catches_up()
        await stray.say(room, "it is me")
        assert (await alice.sees("it is me", after=0)).signed
        await alice.say(room, "good to see you")
        await stray.sees("good to see you", after=0)
    finally:
        await stray.close()


async def test_resetting_the_identity_changes_the_master_key_and_signs_the_device_anew(
    arrive: Arrive,
) -> None:
    """Others see a new identity whose signature the device bears."""
    alice = await arrive("alice")
    bob = await arrive("bob", joins_for=[alice.user])
    room = await alice.open_dm(bob.user)
    before = await _master_key(bob, alice.user)
    await alice.reset_identity()
    assert await _master_key(bob, alice.user) != before
    await bob.catches_up()
    await alice.say(room, "new me")
    assert (await bob.sees("new me", after=0)).signed


async def test_someone_without_an_identity_has_no_signed_device(
    arrive: Arrive, alice: Person
) -> None:
    """An account that never set up cross-signing is seen as unsigned."""
    dave = await arrive("dave", identity=False, joins_for=[alice.user])
    room = await alice.open_dm(dave.user)
    await alice.has_joined(room, dave.user)
    await dave.say(room, "hello")
    assert not (await alice.sees("hello", after=0)).signed


async def test_many_messages_at_once_are_not_slowed_by_rate_limits(
    alice: Person, bob: Person, dm: str
) -> None:
    """More messages than one Megolm session carries all arrive, in order."""
    position = bob.position
    said = [f"message {number}" for number in range(105)]
    for text in said:
        await alice.say(dm, text)
    await bob.sees(said[-1], after=position)
    assert [message.body for message in bob.timeline.since(position)] == said


async def test_a_refusal_of_the_homeserver_is_raised_with_its_code(
    alice: Person, arrive: Arrive
) -> None:
    """Being outside a room is told as such."""
    outsider = await arrive("eve")
    room = await alice.create_room("closed")
    with pytest.raises(Refused) as refused:
        await outsider.device.call("POST", f"/rooms/{quote(room)}/join", {})
    assert refused.value.code == "M_FORBIDDEN"


async def test_people_go_on_after_the_homeserver_was_away(tmp_path: Path) -> None:
    """A restart of Synapse loses neither the accounts nor the sync loops."""
    async with synapse(tmp_path) as server:
        alice = await Person.arrive(server, "alice")
        bob = await Person.arrive(server, "bob", joins_for=[alice.user])
        try:
            room = await alice.open_dm(bob.user)
            await alice.has_joined(room, bob.user)
            for person in (alice, bob):  # only their syncs, which they repeat, are under way then
                await person.catches_up()
            await server.stop()
            await server.start()
            await alice.say(room, "back again")
            await bob.sees("back again", after=0)
        finally:
            await alice.close()
            await bob.close()


async def test_the_homeserver_does_not_outlive_the_process_that_started_it(
    tmp_path: Path,
) -> None:
    """Even a killed test run leaves no server behind."""
    script = (
        "import asyncio, pathlib, sys\n"
        "from sandbox.synapse import synapse\n"
        "async def main():\n"
        "    async with synapse(pathlib.Path(sys.argv[1])) as server:\n"
        "        print(server.pid, flush=True)\n"
        "        await asyncio.sleep(60)\n"
        "asyncio.run(main())\n"
    )
    parent = await asyncio.create_subprocess_exec(
        sys.executable, "-c", script, str(tmp_path), stdout=asyncio.subprocess.PIPE
    )
    assert parent.stdout is not None
    server = os.pidfd_open(int(await parent.stdout.readline()))
    try:
        parent.send_signal(signal.SIGKILL)
        await parent.wait()
        await _readable(server)
    finally:
        os.close(server)


async def test_the_notify_socket_hears_what_a_service_says() -> None:
    """What ``sd_notify`` sends from another process is what readiness waits for."""
    hearing = await NotifySocket.listen()
    try:
        script = "import sdnotify; sdnotify.SystemdNotifier().notify('STATUS=up\\nREADY=1')"
        speaker = await asyncio.create_subprocess_exec(
            sys.executable, "-c", script, env=os.environ | {"NOTIFY_SOCKET": hearing.address}
        )
        async with asyncio.timeout(10):
            await hearing.said("READY=1")
        assert hearing.lines == ["STATUS=up", "READY=1"]
        await speaker.wait()
    finally:
        hearing.close()


async def _master_key(viewer: Person, user: str) -> object:
    answer = await viewer.device.call("POST", "/keys/query", {"device_keys": {user: []}})
    return answer["master_keys"][user]["keys"]


async def _readable(descriptor: int) -> None:
    """Wait until a pidfd is readable: its process has ended."""
    loop = asyncio.get_running_loop()
    ended = asyncio.Event()
    loop.add_reader(descriptor, ended.set)
    try:
        async with asyncio.timeout(10):
            await ended.wait()
    finally:
        loop.remove_reader(descriptor)
