"""Whom the bot and Element take each other for: devices, identities, restarts and late keys."""

from __future__ import annotations

from uuid import uuid4

import pytest

from sandbox.bot import Bot
from sandbox.gateway import Gateway
from sandbox.signing import Json
from sandbox.world import Arrive, World
from tests.e2e.conftest import AtElement, NewBot
from tests.e2e.element import Element, Isolation
from tests.e2e.seat import Seat
from tests.e2e.steps import connect_jenkins, meet, new_job, open_dm, started_by


@pytest.fixture
async def alice(bot: Bot, at_element: AtElement) -> Element:
    """Somebody with a signed device."""
    return await at_element("alice")


async def test_a_second_device_is_heard_once_it_is_signed_with_the_recovery_key(
    world: World, bot: Bot, alice: Element
) -> None:
    """Until then it is told so, once, and reads nothing of what the bot says to the first."""
    dm, job = await open_dm(alice, bot), new_job(world)
    await connect_jenkins(dm, world)
    async with alice.another_device(signed=False, isolation=Isolation.ALL) as second:
        stray = Seat(second, bot, dm.room)
        position, start = stray.position, dm.position
        for _ in range(2):
            said = await stray.says(f"jenkins build {job}")
        refused = await alice.sees(lambda m: m.event_id == said, after=start)
        assert refused.unreadable == "UNSIGNED_SENDER_DEVICE", "Element is as strict as the bot"
        await stray.hears("not verified by its owner", after=position)
        answer = await dm.asks("jenkins whoami", "You are alice")
        hidden = await second.sees(lambda m: m.event_id == answer.event_id, after=position)
        assert hidden.unreadable
        assert len([text for text in stray.heard(after=position) if text]) == 1
        assert started_by(world, job) == []

        await second.recover(alice.recovery_key)
        await second.isolate(Isolation.SIGNED)
        answer = await stray.asks(f"jenkins build {job}", f"{job} #1")
        assert answer.unwarned
    await world.jenkins.idle()
    assert started_by(world, job) == ["alice"]


async def test_an_identity_that_was_reset_in_element_is_frozen_until_it_connects_again(
    world: World, bot: Bot, alice: Element
) -> None:
    """It is told so in words that the new identity can read."""
    dm, job = await open_dm(alice, bot), new_job(world)
    await connect_jenkins(dm, world)
    await alice.reset_identity()
    position = dm.position
    await dm.says(f"jenkins build {job}")
    told = await dm.hears("Your identity has changed", after=position)
    await dm.asks("help", "I run commands as you")
    assert started_by(world, job) == []

    await connect_jenkins(dm, world)
    answer = await dm.asks(f"jenkins build {job}", f"{job} #1")
    await world.jenkins.idle()
    assert started_by(world, job) == ["alice"]
    assert told.unwarned
    assert answer.unwarned


async def test_a_restart_of_the_bot_changes_nothing_at_element(
    world: World, new_bot: NewBot, at_element: AtElement
) -> None:
    """Both go on understanding each other, and what was said in between is answered."""
    bot, alice = await new_bot(), await at_element("alice")
    dm = await open_dm(alice, bot)
    await connect_jenkins(dm, world)
    before, position = await alice.devices(bot.user), dm.position
    await bot.stop()
    said = await dm.says("jenkins whoami")
    await bot.start()
    answers = [
        await dm.answered(said, "You are alice", after=position),
        await dm.asks("jenkins whoami", "You are alice"),
    ]
    assert all(answer.unwarned for answer in answers)
    assert await alice.devices(bot.user) == before
    assert list(before.values()) == [True]
    assert not (await alice.user_status(bot.user)).needs_approval


async def test_a_command_whose_key_comes_late_runs_once(
    world: World, bot: Bot, arrive: Arrive, at_element: AtElement
) -> None:
    """The homeserver delivers the message at once, its key later, and that a second time."""
    keys: list[Json] = []

    def keep(request: Json) -> Json:
        keys.append(request)
        return {"messages": {}}

    async with Gateway(world.homeserver.url) as gateway:
        alice, bob = await at_element("alice", url=gateway.url), await arrive("bob")
        await connect_jenkins(await open_dm(alice, bot), world)
        (seat, other), job = await meet(bot, alice, bob), new_job(world)
        position = seat.position
        with gateway.lying("/sendToDevice/m.room.encrypted", request=keep):
            said = await seat.says(f"!jenkins build {job}")
        assert keys
        await other.asks("!help accounts", "accounts")  # so the bot has hers, which came before
        assert started_by(world, job) == []
        for key in keys * 2:
            await alice.call("PUT", f"/sendToDevice/m.room.encrypted/{uuid4()}", key)
        await seat.answered(said, f"{job} #1", after=position)
        await seat.settles()
        await world.jenkins.idle()
        assert started_by(world, job) == ["alice"]
