"""What an operator can loosen loosens just what it says, and is said loudly at every start."""

from __future__ import annotations

import pytest

from sandbox.bot import Bot
from sandbox.world import Arrive, World
from tests.e2e.conftest import NewBot
from tests.e2e.seat import Seat
from tests.e2e.steps import connect_jenkins, meet, new_job, new_token, open_dm, started_by


async def loosened(new_bot: NewBot, key: str) -> Bot:
    """A running bot with this key of ``access`` set to false."""
    bot = await new_bot(start=False)
    bot.config["access"][key] = False
    await bot.start()
    return bot


def warnings(bot: Bot) -> str:
    """The lines of its log about what is loosened."""
    return "\n".join(line for line in bot.log().splitlines() if "LOOSENED" in line)


async def test_nothing_is_said_about_a_bot_that_is_strict(bot: Bot) -> None:
    """A warning that is always there is read by nobody."""
    assert warnings(bot) == ""


async def test_devices_that_nobody_has_signed_may_be_allowed(
    world: World, new_bot: NewBot, arrive: Arrive
) -> None:
    """Second devices, and people without cross-signing; they read the answers as well."""
    bot = await loosened(new_bot, "cross_signed_devices_only")
    assert "cross_signed_devices_only" in warnings(bot)
    assert "encrypted_rooms_only" not in warnings(bot)
    alice, plain = await arrive("alice"), await arrive("carol", identity=False)
    dm = await open_dm(alice, bot)
    await connect_jenkins(dm, world)
    second = await alice.another_device(signed=False)
    try:
        await Seat(second, bot, dm.room).asks("jenkins whoami", "You are alice")
    finally:
        await second.close()
    plain_dm = await open_dm(plain, bot)
    await connect_jenkins(plain_dm, world, "carol")
    await plain_dm.asks("jenkins whoami", "You are carol")


async def test_with_unsigned_devices_allowed_all_else_stays_as_it_was(
    world: World, new_bot: NewBot, arrive: Arrive
) -> None:
    """Clear text is nobody's word, and a changed identity freezes."""
    bot = await loosened(new_bot, "cross_signed_devices_only")
    alice, job = await arrive("alice"), new_job(world)
    dm = await open_dm(alice, bot)
    await connect_jenkins(dm, world)
    position = dm.position
    await dm.says(f"jenkins build {job}", clear=True)
    await dm.hears("That was not encrypted", after=position)
    await alice.reset_identity()
    await dm.says(f"jenkins build {job}")
    await dm.hears("Your identity has changed", after=position)
    assert started_by(world, job) == []


async def test_rooms_without_encryption_may_be_allowed(
    world: World, new_bot: NewBot, arrive: Arrive
) -> None:
    """A command in clear runs where nothing was ever encrypted; a secret is never taken there."""
    bot = await loosened(new_bot, "encrypted_rooms_only")
    assert "encrypted_rooms_only" in warnings(bot)
    assert "cross_signed_devices_only" not in warnings(bot)
    alice, bob = await arrive("alice"), await arrive("bob")
    await connect_jenkins(await open_dm(alice, bot), world)
    seat, _ = await meet(bot, alice, bob, encrypted=False, power={alice.user: 100, bot.user: 50})
    answer = await seat.asks("!jenkins whoami", "You are alice")
    assert not answer.encrypted
    position = seat.position
    pasted = await seat.says(f"!jenkins set auth {new_token(world)}")
    await seat.sees_removed(pasted, after=position)
    await seat.hears("That looks like a secret", after=position)


@pytest.mark.parametrize("how", ["clear", "unsigned"])
async def test_with_clear_rooms_allowed_encrypted_ones_stay_as_they_were(
    world: World, new_bot: NewBot, arrive: Arrive, how: str
) -> None:
    """Neither clear text nor an unsigned device commands there, and nothing is said in clear."""
    bot = await loosened(new_bot, "encrypted_rooms_only")
    alice, job = await arrive("alice"), new_job(world)
    dm = await open_dm(alice, bot)
    await connect_jenkins(dm, world)
    position = dm.position
    if how == "clear":
        await dm.says(f"jenkins build {job}", clear=True)
        told = await dm.hears("That was not encrypted", after=position)
    else:
        second = await alice.another_device(signed=False)
        try:
            await Seat(second, bot, dm.room).says(f"jenkins build {job}")
            told = await dm.hears("not verified by its owner", after=position)
        finally:
            await second.close()
    assert told.encrypted
    assert started_by(world, job) == []
