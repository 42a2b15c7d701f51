"""Who people are: devices that are signed or not, identities that change, and the bot's own."""

from __future__ import annotations

from collections.abc import AsyncIterator
from urllib.parse import quote

import pytest

from sandbox.bot import Bot
from sandbox.device import Refused
from sandbox.gateway import Gateway
from sandbox.person import Person
from sandbox.signing import Json, signed_devices
from sandbox.timeline import Message
from sandbox.world import Arrive, World
from tests.e2e.conftest import NewBot
from tests.e2e.evidence import rows
from tests.e2e.seat import Seat
from tests.e2e.steps import (
    asked_of_jenkins,
    connect_jenkins,
    connect_x,
    meet,
    new_job,
    open_dm,
    started_by,
)

_CHANGED = "Your identity has changed"


@pytest.fixture
async def alice(bot: Bot, arrive: Arrive) -> Person:
    """Somebody with a cross-signing identity."""
    return await arrive("alice")


@pytest.fixture
async def bob(bot: Bot, arrive: Arrive) -> Person:
    """Somebody else."""
    return await arrive("bob")


@pytest.fixture
async def second(alice: Person) -> AsyncIterator[Person]:
    """Alice's second device, which she has not signed."""
    device = await alice.another_device(signed=False)
    yield device
    await device.close()


def _pinned(bot: Bot, user: str) -> str:
    ((key,),) = rows(bot, "SELECT master_key FROM identity_pin WHERE user_id = ?", user)
    return str(key)


def _master(person: Person) -> str:
    assert person.device.identity is not None
    return person.device.identity.master


# ---------------------------------------------------------------------- the bot's own
async def test_the_bot_is_signed_by_its_owner_from_its_first_moment(
    new_bot: NewBot, arrive: Arrive
) -> None:
    """Whoever asks the homeserver at any time sees no device of its that is not signed."""
    alice, bot = await arrive("alice"), await new_bot(start=False)
    async with Gateway.before(bot) as gateway:
        held = [gateway.hold("/keys/upload", after=True), gateway.hold("/keys/upload", after=True)]
        await bot.launch()
        await held[0].arrives()
        answer = await alice.device.call("POST", "/keys/query", {"device_keys": {bot.user: []}})
        devices = answer["device_keys"][bot.user]
        assert devices
        assert signed_devices(bot.user, answer) == set(devices)
        await bot.kill()
        for each in held:
            each.release()


async def test_people_who_exclude_unsigned_devices_can_talk_with_the_bot(
    world: World, bot: Bot, arrive: Arrive
) -> None:
    """As Element does: they give it their keys, and read what it says."""
    alice = await arrive("alice", strict=True)
    dm = await open_dm(alice, bot)
    await connect_jenkins(dm, world)
    answer = await dm.asks("jenkins whoami", "alice")
    assert (answer.encrypted, answer.signed) == (True, True)


async def test_the_bot_keeps_its_identity_and_its_device(
    world: World, new_bot: NewBot, arrive: Arrive
) -> None:
    """Nobody has to verify it again after a restart, and no device is left behind."""
    alice, bot = await arrive("alice", strict=True), await new_bot()

    async def shown() -> Json:
        query = {"device_keys": {bot.user: []}}
        answer = await alice.device.call("POST", "/keys/query", query)
        found = {kind: answer[kind][bot.user] for kind in ("master_keys", "device_keys")}
        assert signed_devices(bot.user, answer) == set(found["device_keys"])
        return found

    dm = await open_dm(alice, bot)
    before = await shown()
    await bot.stop()
    await bot.start()
    await dm.asks("help", "I run commands as you")
    assert await shown() == before


# ---------------------------------------------------------------------- devices
async def test_a_device_that_is_not_signed_is_told_so_once_and_heard_when_it_is(
    world: World, bot: Bot, alice: Person, second: Person
) -> None:
    """What the bot says to her other device, the unsigned one cannot read until then."""
    dm = await open_dm(alice, bot)
    await connect_jenkins(dm, world)
    stray, job = Seat(second, bot, dm.room), new_job(world)
    position = stray.position
    for _ in range(2):
        await stray.says(f"jenkins build {job}")
    await stray.hears("not verified by its owner", after=position)
    await dm.settles()
    await second.catches_up()
    told = [text for text in stray.heard(after=position) if text]
    assert len(told) == 1
    assert started_by(world, job) == []

    await alice.sign_device(second.device.device_id)
    await stray.asks(f"jenkins build {job}", f"{job} #1")
    await world.jenkins.idle()
    assert started_by(world, job) == ["alice"]


async def test_an_unsigned_device_reads_nothing_of_what_the_bot_answers(
    world: World, bot: Bot, alice: Person, bob: Person, second: Person
) -> None:
    """In the direct message and in a room: neither Alice's nor anybody else's."""
    dm = await open_dm(alice, bot)
    await connect_jenkins(dm, world)
    seat, _ = await meet(bot, alice, bob)
    for place in (dm, seat):
        answer = await place.asks("!jenkins whoami", "You are alice")
        hidden = await second.sees(lambda m, id_=answer.event_id: m.event_id == id_, after=0)
        assert hidden.unreadable
        assert not hidden.body


async def test_a_notice_in_a_room_reaches_signed_devices_only(
    bot: Bot, alice: Person, bob: Person, second: Person
) -> None:
    """Only in a direct message do fixed sentences go to all of one person's devices."""
    seat, _ = await meet(bot, alice, bob)
    position = seat.position
    await second.say(seat.room, "!jenkins list")
    told = await seat.hears("not verified by its owner", after=position)
    hidden = await second.sees(lambda m: m.event_id == told.event_id, after=0)
    assert hidden.unreadable


async def test_a_device_that_was_signed_out_reads_nothing_any_more(bot: Bot, alice: Person) -> None:
    """The next answer is encrypted with a new key."""
    dm = await open_dm(alice, bot)
    other = await alice.another_device(signed=True)
    try:
        first = await dm.asks("help", "I run commands as you")
        await other.sees("I run commands as you", after=0)
    finally:
        await other.close()
    await _sign_out(alice, other)
    answer = await dm.asks("help accounts", "accounts")
    sessions = [await _session(alice, message) for message in (first, answer)]
    assert sessions[0] != sessions[1]


# ---------------------------------------------------------------------- identities
async def test_a_changed_identity_freezes_everything_until_it_is_connected_again(
    world: World, bot: Bot, alice: Person, bob: Person
) -> None:
    """The person is told in the direct message; each service needs a proof of its own."""
    dm = await open_dm(alice, bot)
    await connect_jenkins(dm, world)
    await connect_x(dm, world)
    seat, _ = await meet(bot, alice, bob)
    await seat.asks("!jenkins whoami", "You are alice")
    before = _master(alice)
    assert _pinned(bot, alice.user) == before

    await alice.reset_identity()
    job, position = new_job(world), seat.position
    seen = asked_of_jenkins(world)
    await seat.says(f"!jenkins build {job}")
    told = await dm.hears(_CHANGED, after=position)
    assert "say `connect`" in told.body
    for text in (f"jenkins build {job}", "accounts", "forget me", "yes"):
        await dm.says(text)
    await dm.asks("help accounts", "accounts")
    assert _pinned(bot, alice.user) == before
    assert asked_of_jenkins(world) == seen

    await connect_jenkins(dm, world)
    assert _pinned(bot, alice.user) == _master(alice) != before
    await seat.asks("!jenkins whoami", "You are alice")
    await seat.asks("!t whoami", "frozen")
    await dm.asks("accounts", "frozen: connect again")
    await connect_x(dm, world)
    await seat.asks("!t whoami", "@alice")
    assert started_by(world, job) == []


async def test_a_changed_identity_is_led_through_connecting_by_the_bot(
    world: World, bot: Bot, alice: Person
) -> None:
    """She can read the questions, although none of her devices is trusted yet."""
    dm = await open_dm(alice, bot)
    await connect_jenkins(dm, world)
    await alice.reset_identity()
    position = dm.position
    await dm.says("jenkins whoami")
    await dm.hears(_CHANGED, after=position)
    await dm.says("connect jenkins")
    await dm.hears("paste", after=position)
    await dm.asks("help", "I run commands as you")
    await dm.asks("connect nothing", "I know no service")
    await dm.asks("cancel", "Cancelled")
    await connect_jenkins(dm, world)
    await dm.asks("jenkins whoami", "You are alice")


async def test_what_a_changed_identity_is_asked_its_unsigned_devices_cannot_read(
    world: World, bot: Bot, alice: Person
) -> None:
    """A homeserver can add one; only fixed sentences reach it."""
    dm = await open_dm(alice, bot)
    await connect_x(dm, world)
    await alice.reset_identity()
    other = await alice.another_device(signed=False)
    try:
        position = dm.position
        await dm.says("accounts")
        told = await dm.hears(_CHANGED, after=position)
        pin = await connect_x(dm, world)
        await other.catches_up()
        read = [m for m in other.timeline if m.sender == bot.user and m.body]
        assert told.event_id in {m.event_id for m in read}
        assert not any("oauth_token" in m.body or "@alice" in m.body for m in read)
        assert pin
    finally:
        await other.close()


async def test_a_secret_of_a_changed_identity_in_a_room_is_refused_all_the_same(
    world: World, bot: Bot, alice: Person, bob: Person
) -> None:
    """And removed."""
    dm = await open_dm(alice, bot)
    await connect_jenkins(dm, world)
    seat, _ = await meet(bot, alice, bob, power={alice.user: 100, bot.user: 50})
    await alice.reset_identity()
    position = seat.position
    said = await seat.says("alice:11" + "1" * 32)
    await seat.sees_removed(said, after=position)
    assert _pinned(bot, alice.user) != _master(alice)


async def test_resetting_between_the_question_and_the_yes_runs_nothing(
    world: World, new_bot: NewBot, arrive: Arrive
) -> None:
    """Whoever says "yes" is not known to be who was asked."""
    bot = await new_bot(start=False)
    bot.config["commands"] = {"confirm": ["jenkins build *"]}
    await bot.start()
    alice, job = await arrive("alice"), new_job(world)
    dm = await open_dm(alice, bot)
    await connect_jenkins(dm, world)
    await dm.asks(f"jenkins build {job}", "Say `yes`")
    await alice.reset_identity()
    position = dm.position
    await dm.says("yes")
    await dm.hears(_CHANGED, after=position)
    await world.jenkins.idle()
    assert started_by(world, job) == []


async def _sign_out(who: Person, other: Person) -> None:
    """Delete another device of one's own, which takes the password."""
    path = f"/devices/{quote(other.device.device_id)}"
    with pytest.raises(Refused) as asked:
        await who.device.call("DELETE", path, {})
    proof = {
        "type": "m.login.password",
        "identifier": {"type": "m.id.user", "user": who.user},
        "password": who.password,
        "session": asked.value.answer["session"],
    }
    await who.device.call("DELETE", path, {"auth": proof})


async def _session(who: Person, message: Message) -> str:
    """The Megolm session that a message was encrypted with."""
    path = f"/rooms/{quote(message.room)}/event/{quote(message.event_id)}"
    return str((await who.device.call("GET", path))["content"]["session_id"])
