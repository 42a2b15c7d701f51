"""Comparing emoji: the person at a real Element-class client, the operator with `actas verify`."""

from __future__ import annotations

import pytest

from sandbox.bot import Bot
from sandbox.world import World
from tests.e2e.conftest import AtElement, NewBot
from tests.e2e.element import Element, Phase
from tests.e2e.evidence import rows
from tests.e2e.seat import Seat
from tests.e2e.steps import connect_jenkins, new_job, open_dm, started_by
from tests.e2e.verifying import compare, operator, verify


@pytest.fixture
async def alice(bot: Bot, at_element: AtElement) -> Element:
    """Somebody at Element."""
    return await at_element("alice")


def _names(line: str) -> list[str]:
    """The names in a line of emoji as the program prints them."""
    return [cell.partition(" ")[2] for cell in line.split("   ")]


def verified(bot: Bot, user: str) -> bool:
    """Whether the bot's pin of the user says that emoji were compared."""
    ((at,),) = rows(bot, "SELECT verified_at FROM identity_pin WHERE user_id = ?", user)
    return at is not None


async def test_both_sides_see_the_same_emoji_and_trust_each_other_afterwards(
    bot: Bot, alice: Element
) -> None:
    """Element shows the bot as verified, and the bot knows Alice for sure."""
    dm = await open_dm(alice, bot)
    assert not (await alice.user_status(bot.user)).verified
    await dm.asks("verify", "choose Verify")
    async with operator(bot, "y", alice.user) as confirming:
        verification, names = await compare(dm)
        await verification.confirm()
        outcome = await confirming
        assert outcome.code == 0, outcome.err
        assert list(names) in [_names(line) for line in outcome.out.splitlines()]
        assert f"{alice.user} is verified" in outcome.out
        await verification.reaches(Phase.DONE)
    await alice.sees_verified(bot.user)
    assert verified(bot, alice.user)
    answer = await dm.asks("verify", "I have verified you")
    assert answer.shield == "NONE"
    again = await bot.command("verify", "--list")
    assert alice.user in again.out
    assert "verified" in again.out


async def test_emoji_that_differ_verify_nobody(bot: Bot, alice: Element) -> None:
    """The operator says so, and Element shows it as a mismatch."""
    dm = await open_dm(alice, bot)
    async with operator(bot, "n", alice.user) as rejecting:
        verification, _ = await compare(dm)
        outcome = await rejecting
    assert outcome.code == 1
    assert "the emoji differ" in outcome.out
    await verification.reaches(Phase.CANCELLED)
    assert verification.cancelled == "m.mismatched_sas"
    assert not verified(bot, alice.user)
    await dm.asks("help", "I run commands as you")


async def test_the_person_may_see_that_they_differ(bot: Bot, alice: Element) -> None:
    """Or give up: then there is nothing left for the operator to confirm."""
    dm = await open_dm(alice, bot)
    verification, _ = await compare(dm)
    await verification.mismatch()
    await dm.asks("help", "I run commands as you")
    listed = await bot.command("verify", "--list")
    assert f"{alice.user} has ended it" in listed.out
    assert not verified(bot, alice.user)


async def test_beginning_again_ends_what_was_begun(bot: Bot, alice: Element) -> None:
    """There is one verification a person, at whichever device; the later one can be finished."""
    dm = await open_dm(alice, bot)
    first, _ = await compare(dm)
    async with alice.another_device(signed=True) as second:
        await second.has_joined(dm.room, bot.user)
        await verify(Seat(second, bot, dm.room))
    await first.reaches(Phase.CANCELLED)
    assert verified(bot, alice.user)


async def test_an_unsigned_device_verifies_nobody(bot: Bot, alice: Element) -> None:
    """It is told why."""
    dm = await open_dm(alice, bot)
    async with alice.another_device(signed=False) as second:
        stray = Seat(second, bot, dm.room)
        position = stray.position
        await second.request_verification(bot.user, dm.room)
        await dm.hears("devices that they have signed", after=position)
    listed = await bot.command("verify", "--list")
    assert alice.user not in listed.out


async def test_a_verified_identity_that_changes_needs_more_than_an_account(
    world: World, bot: Bot, alice: Element
) -> None:
    """Connecting the same account is not enough; a new verification is."""
    dm, job = await open_dm(alice, bot), new_job(world)
    await connect_jenkins(dm, world)
    await verify(dm)

    await alice.reset_identity()
    await alice.approve(bot.user)  # Element asks, since it was verified by the identity before
    position = dm.position
    await dm.says(f"jenkins build {job}")
    await dm.hears("As I had verified those", after=position)
    await dm.asks("connect jenkins", "I had verified the one before")
    position = dm.position
    pasted = await dm.says("jenkins set auth alice:11" + "1" * 32)
    await dm.sees_removed(pasted, after=position)
    assert not verified_anew(bot, alice)

    await verify(dm)
    assert started_by(world, job) == []
    await dm.asks(f"jenkins build {job}", f"{job} #1")
    await world.jenkins.idle()
    assert started_by(world, job) == ["alice"]


def verified_anew(bot: Bot, who: Element) -> bool:
    """Whether the identity that the bot knows is the one that the server shows."""
    ((changed,),) = rows(bot, "SELECT changed_to FROM identity_pin WHERE user_id = ?", who.user)
    return changed is None


async def test_a_bot_that_stops_ends_what_was_begun(new_bot: NewBot, at_element: AtElement) -> None:
    """Element is told, and so is an operator who comes too late."""
    bot, alice = await new_bot(), await at_element("alice")
    verification, _ = await compare(await open_dm(alice, bot))
    await bot.stop()
    await verification.reaches(Phase.CANCELLED)
    outcome = await bot.command("verify", "--list")
    assert outcome.code == 2
    assert "no bot runs with" in outcome.err
    assert len(outcome.err.strip().splitlines()) == 1
