"""The client at Element itself: what other tests rely on when they use it."""

from __future__ import annotations

import os
import signal

import pytest

from sandbox.synapse import Synapse
from sandbox.timeline import NotSeen
from tests.e2e.conftest import AtElement
from tests.e2e.element import Element, ElementDied, ElementRefused, Phase


async def test_two_people_compare_emoji(at_element: AtElement) -> None:
    """They see the same ones; a mismatch ends it for both."""
    alice, bob = await at_element("alice"), await at_element("bob")
    room = await alice.open_dm(bob.user)
    assert await bob.dm_with(alice.user) == room
    await alice.has_joined(room, bob.user)
    for attempt, same in enumerate((False, True)):
        asked = await alice.request_verification(bob.user, room)
        answered = await bob.is_asked(after=attempt)
        await answered.accept()
        await asked.reaches(Phase.READY)
        await asked.start()
        assert len(await asked.emoji()) == 7
        assert await asked.emoji() == await answered.emoji()
        if not same:
            await asked.mismatch()
            await answered.reaches(Phase.CANCELLED)
            assert answered.cancelled == "m.mismatched_sas"
            assert not (await alice.user_status(bob.user)).verified
    await asked.confirm()
    await answered.confirm()
    await asked.reaches(Phase.DONE)
    await answered.reaches(Phase.DONE)
    await alice.sees_verified(bob.user)
    await bob.sees_verified(alice.user)


async def test_what_is_waited_for_comes_after_a_position(at_element: AtElement) -> None:
    """What was there before does not count; an edit or a redaction of it does."""
    alice = await at_element("alice")
    room = await alice.create_room()
    said = await alice.say(room, "hello")
    await alice.sees("hello", after=0)
    position = alice.position
    with pytest.raises(NotSeen, match="nothing"):
        await alice.sees("hello", after=position, patience=0.1)
    await alice.edit(room, said, "hello again")
    edited = await alice.sees("hello again", after=position)
    assert (edited.event_id, edited.edits) == (said, 1)
    await alice.redact(room, said)
    await alice.sees(lambda m: m.event_id == said and m.redacted, after=position)


async def test_a_second_device_is_signed_by_comparing_emoji_with_the_first(
    at_element: AtElement,
) -> None:
    """As an alternative to the recovery key."""
    alice = await at_element("alice")
    async with alice.another_device(signed=False) as second:
        asked = await second.request_verification(alice.user)
        answered = await alice.is_asked()
        await answered.accept()
        await asked.reaches(Phase.READY)
        await asked.start()
        assert await asked.emoji() == await answered.emoji()
        await asked.confirm()
        await answered.confirm()
        await alice.sees_signed(alice.user, second.device_id)


async def test_what_the_client_cannot_do_is_raised(
    homeserver: Synapse, at_element: AtElement
) -> None:
    """In the words of the SDK."""
    alice = await at_element("alice")
    with pytest.raises(ElementRefused, match="Invalid username or password"):
        async with Element.log_in(homeserver.url, alice.user, "wrong"):
            pass
    with pytest.raises(ElementRefused, match="Not a known room"):
        await alice.leave("!nowhere:actas.test")


async def test_the_end_of_the_process_is_raised(at_element: AtElement) -> None:
    """At once, wherever something is waited for, with the code and what was logged."""
    alice = await at_element("alice")
    os.kill(alice.pid, signal.SIGKILL)
    with pytest.raises(ElementDied, match=r"code -9; it logged:\n.+"):
        await alice.until(lambda: False, "the end of time")
    with pytest.raises(ElementDied):
        await alice.say("!room", "hello?")
