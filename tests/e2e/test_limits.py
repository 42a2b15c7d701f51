"""How much one person may ask for, and that others are not held up by it."""

from __future__ import annotations

from sandbox.world import Arrive, World
from tests.e2e.conftest import NewBot
from tests.e2e.steps import connect_jenkins, meet, new_job, open_dm


async def test_one_service_may_be_asked_less_often(
    world: World, new_bot: NewBot, arrive: Arrive
) -> None:
    """It is said once, with how long it takes; other commands and other people go on."""
    bot = await new_bot(start=False)
    bot.config["services"]["jenkins"]["per_minute"] = 2
    await bot.start()
    alice, bob = await arrive("alice"), await arrive("bob")
    dms = [await open_dm(who, bot) for who in (alice, bob)]
    for dm in dms:
        await connect_jenkins(dm, world)
    room, other = await meet(bot, alice, bob)
    for _ in range(2):
        await room.asks("!jenkins whoami", "alice")
    told = await room.asks("!jenkins whoami", "more than 2 commands for Jenkins")
    assert "in a minute" in told.body
    position = room.position
    await room.says("!jenkins whoami")
    await room.settles()
    assert not [body for body in room.heard(after=position) if "in a minute" in body]
    await room.asks("!twitter whoami", "not connected")
    await other.asks("!jenkins whoami", "alice")


async def test_a_flood_of_one_does_not_keep_another_waiting(
    world: World, new_bot: NewBot, arrive: Arrive
) -> None:
    """Bob's command is answered while most of Alice's two hundred still wait for Jenkins."""
    bot = await new_bot(start=False)
    bot.config["commands"] = {"per_minute": 1000}
    await bot.start()
    alice, bob = await arrive("alice"), await arrive("bob")
    dms = [await open_dm(who, bot) for who in (alice, bob)]
    for dm, account in zip(dms, ("alice", "bob"), strict=True):
        await connect_jenkins(dm, world, account)
    room, other = await meet(bot, alice, bob)
    job = new_job(world)
    await world.jenkins.hold()
    position = room.position
    for _ in range(200):
        await room.says(f"!jenkins describe {job}")
    await other.asks("!jenkins whoami", "bob")
    answered = sum("never been built" in body for body in room.heard(after=position))
    assert answered < 200
    await world.jenkins.hold(False)
