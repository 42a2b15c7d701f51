"""Which rooms the bot comes into, and what it says where it cannot work."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from urllib.parse import quote

import pytest

from sandbox.bot import Bot
from sandbox.person import Person
from sandbox.reader import PATIENCE
from sandbox.synapse import SERVER_NAME
from sandbox.world import Arrive, World
from tests.e2e.seat import Seat
from tests.e2e.steps import meet, open_dm

_HELP = "I run commands as you"


@pytest.fixture
async def alice(bot: Bot, arrive: Arrive) -> Person:
    """Somebody who may use the bot."""
    return await arrive("alice")


@pytest.fixture
async def bob(bot: Bot, arrive: Arrive) -> Person:
    """Somebody else who may."""
    return await arrive("bob")


@pytest.fixture(scope="module")
async def choosy(world: World) -> AsyncIterator[Bot]:
    """A bot for people whose names begin with "friend", and one admin."""
    async with world.bot(start=False) as bot:
        bot.config["access"] = {
            "users": [f"@friend*:{SERVER_NAME}"],
            "admins": [f"@chief:{SERVER_NAME}"],
        }
        await bot.start()
        yield bot


async def _membership(who: Person, room: str, user: str) -> str:
    path = f"/rooms/{quote(room)}/state/m.room.member/{quote(user)}"
    return str((await who.device.call("GET", path))["membership"])


async def _turned_down(who: Person, room: str, user: str) -> None:
    """Wait until an invitation has come to nothing."""
    async with asyncio.timeout(PATIENCE):
        while (membership := await _membership(who, room, user)) == "invite":
            await who.catches_up()
    assert membership == "leave"


@pytest.mark.parametrize("name", ["friend", "chief"])
async def test_who_may_use_the_bot_may_invite_it(choosy: Bot, arrive: Arrive, name: str) -> None:
    """Into a direct message, where it introduces itself, and into a room, where it does not."""
    who, other = await arrive(name), await arrive("friend")
    dm = await open_dm(who, choosy)
    await dm.asks("help", _HELP)
    seat, _ = await meet(choosy, who, other)
    await seat.asks("!help", _HELP)
    assert len(seat.heard(after=0)) == 1


async def test_an_invitation_by_a_stranger_is_turned_down(choosy: Bot, arrive: Arrive) -> None:
    """To a direct message and to a room."""
    eve = await arrive("eve")
    for room in (await eve.open_dm(choosy.user), await eve.create_room("Eve's", [choosy.user])):
        await _turned_down(eve, room, choosy.user)


async def test_a_stranger_in_a_friends_room_gets_nothing_but_one_sentence(
    choosy: Bot, arrive: Arrive
) -> None:
    """The stranger is told once, when speaking to the bot for certain; the friend is served."""
    friend, eve = await arrive("friend"), await arrive("eve")
    ours, hers = await meet(choosy, friend, eve)
    await hers.asks("actas: help", "not among my users")
    position = hers.position
    for text in ("actas: help", "!jenkins whoami", "!connect jenkins"):
        await hers.says(text)
    await ours.asks("!help", _HELP)
    await eve.catches_up()
    assert len(hers.heard(after=position)) == 1, "only the answer to the friend"
    assert eve.direct == {}, "no direct message was opened"


async def test_a_room_that_is_not_encrypted_is_told_so_once_and_served_when_it_is(
    bot: Bot, alice: Person, bob: Person
) -> None:
    """The fixed sentence is the only thing that the bot ever says in clear."""
    seat, _ = await meet(bot, alice, bob, encrypted=False)
    position = seat.position
    told = await seat.hears("encrypted rooms only", after=0)
    assert not told.encrypted
    for text in ("!help", "actas: help", "!jenkins list", "hello"):
        await seat.says(text)
    await alice.enable_encryption(seat.room)
    answer = await seat.asks("!help", _HELP)
    assert answer.encrypted
    assert [m for m in seat.heard(after=position) if "encrypted rooms" not in m] == [answer.body]
    assert len(seat.heard(after=0)) == 2


async def test_nothing_is_said_in_clear_where_encryption_was_ever_on(
    bot: Bot, alice: Person, bob: Person
) -> None:
    """Clear text there gets an encrypted notice, even if a state event pretends otherwise."""
    seat, _ = await meet(bot, alice, bob)
    await seat.asks("!help", _HELP)
    position = seat.position
    await alice.set_state(seat.room, "m.room.encryption", {})
    await seat.says("!help", clear=True)
    assert (await seat.hears("not encrypted", after=position)).encrypted
    pasted = _token_like()
    await seat.says(pasted, clear=True)
    assert (await seat.hears("did not store", after=position)).encrypted


async def test_a_room_that_the_operator_does_not_list_is_not_served(
    world: World, arrive: Arrive
) -> None:
    """Direct messages always are."""
    async with world.bot(start=False) as bot:
        alice, bob = await arrive("alice"), await arrive("bob")
        listed = await alice.create_room("Listed", [bob.user])
        await bob.join(listed)
        bot.config["access"]["rooms"] = [listed]
        await bot.start()
        await alice.invite(listed, bot.user)
        await alice.has_joined(listed, bot.user)
        await Seat(alice, bot, listed).asks("!help", _HELP)
        other = await alice.create_room("Other", [bot.user])
        await _turned_down(alice, other, bot.user)
        await (await open_dm(alice, bot)).asks("help", _HELP)


async def test_a_direct_message_is_none_any_more_when_somebody_joins(
    bot: Bot, alice: Person, bob: Person
) -> None:
    """From then on the bot wants to be called, and mentions whom it answers."""
    seat = await open_dm(alice, bot)
    await seat.asks("help", _HELP)
    await alice.invite(seat.room, bob.user)
    await bob.join(seat.room)
    await alice.has_joined(seat.room, bob.user)
    position = seat.position
    await seat.says("help")
    answer = await seat.asks("!help", _HELP)
    assert answer.content["m.mentions"] == {"user_ids": [alice.user]}
    assert seat.heard(after=position) == [answer.body]


async def test_after_being_removed_and_invited_again_the_bot_serves_the_room(
    bot: Bot, alice: Person, bob: Person
) -> None:
    """With the keys of those who are there now."""
    seat, _ = await meet(bot, alice, bob)
    await seat.asks("!help", _HELP)
    await alice.kick(seat.room, bot.user)
    await alice.invite(seat.room, bot.user)
    await alice.has_joined(seat.room, bot.user)
    await seat.asks("!help", _HELP)


async def test_who_has_left_a_room_cannot_read_what_the_bot_says_there_afterwards(
    bot: Bot, alice: Person, bob: Person
) -> None:
    """A new room key is made, which is given to those who have stayed."""
    seat, bobs = await meet(bot, alice, bob)
    await bobs.asks("!help", _HELP)
    await bob.leave(seat.room)
    await alice.until(
        lambda: bob.user not in alice.device.rooms[seat.room].users, "Bob leaving the room"
    )
    answer = await seat.asks("!help accounts", "accounts")
    event = await alice.device.call(
        "GET", f"/rooms/{quote(seat.room)}/event/{quote(answer.event_id)}"
    )
    session = (seat.room, event["content"]["sender_key"], event["content"]["session_id"])
    await bob.catches_up()
    assert alice.device.olm.inbound_group_store.get(*session) is not None
    assert bob.device.olm.inbound_group_store.get(*session) is None


async def test_who_joins_later_can_read_what_the_bot_says_from_then_on(
    bot: Bot, alice: Person, bob: Person, arrive: Arrive
) -> None:
    """And is heard."""
    seat, _ = await meet(bot, alice, bob)
    await seat.asks("!help", _HELP)
    carol = await arrive("carol")
    await alice.invite(seat.room, carol.user)
    await carol.join(seat.room)
    await carol.has_joined(seat.room, bot.user)
    await Seat(carol, bot, seat.room).asks("!help", _HELP)


def _token_like() -> str:
    """The shape of a token of Jenkins', and not one."""
    return f"alice:11{'0123456789abcdef' * 2}"
