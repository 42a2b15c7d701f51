"""What admins can do from their own direct message, and what nobody else can."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from sandbox.bot import Bot
from sandbox.world import Arrive, World
from tests.e2e.conftest import AtElement, NewBot
from tests.e2e.seat import Seat
from tests.e2e.steps import connect_jenkins, connect_x, meet, new_job, open_dm, started_by
from tests.e2e.verifying import verify


@dataclass(frozen=True, slots=True)
class Scene:
    """A bot with one admin, not verified yet, and Alice, who has connected Jenkins."""

    world: World
    bot: Bot
    ops: Seat
    alice: Seat


@pytest.fixture
async def scene(world: World, new_bot: NewBot, arrive: Arrive, at_element: AtElement) -> Scene:
    bot, ops = await new_bot(start=False), await at_element("ops")
    bot.config["access"]["admins"] = [ops.user]
    await bot.start()
    alice = await open_dm(await arrive("alice"), bot)
    await connect_jenkins(alice, world)
    return Scene(world, bot, await open_dm(ops, bot), alice)


async def admin(seat: Seat, text: str, wanted: str) -> None:
    """Say something dangerous as an admin, and confirm it."""
    await seat.asks(text, "Say `yes`")
    position = seat.position
    await seat.says("yes")
    await seat.hears(wanted, after=position)


async def test_an_admin_freezes_and_unfreezes_somebody(scene: Scene) -> None:
    """Nothing of theirs is used in between, whatever they say; then all of it works again."""
    alice, job = scene.alice, new_job(scene.world)
    seat, _ = await meet(scene.bot, alice.who, scene.ops.who)
    await admin(scene.ops, f"admin freeze {alice.who.user}", "until an admin unfreezes")
    position = alice.position
    for text in (f"jenkins build {job}", "yes", "forget me", "disconnect jenkins"):
        await alice.says(text)
    await alice.hears("An admin of mine has frozen", after=position)
    await seat.says(f"!jenkins build {job}")
    await alice.asks("connect jenkins", "An admin has frozen what is yours")
    pasted = await alice.says("jenkins set auth alice:11" + "1" * 32)
    await alice.sees_removed(pasted, after=position)
    await scene.ops.asks("admin users", "frozen by an admin")
    assert started_by(scene.world, job) == []

    await verify(scene.ops)
    await admin(scene.ops, f"admin unfreeze {alice.who.user}", "is not frozen any more")
    await seat.asks(f"!jenkins build {job}", f"{job} #1")
    assert started_by(scene.world, job) == ["alice"]


async def test_a_frozen_person_stays_so_over_a_restart(scene: Scene) -> None:
    """It is written, not remembered."""
    await admin(scene.ops, f"admin freeze {scene.alice.who.user}", "until an admin unfreezes")
    await scene.bot.stop()
    await scene.bot.start()
    position = scene.alice.position
    await scene.alice.says("jenkins whoami")
    await scene.alice.hears("An admin of mine has frozen", after=position)


async def test_undoing_a_freeze_does_not_accept_another_identity(scene: Scene) -> None:
    """Whoever has only seen the freeze does not answer for what the homeserver shows since."""
    alice, job = scene.alice, new_job(scene.world)
    await verify(scene.ops)
    await admin(scene.ops, f"admin freeze {alice.who.user}", "until an admin unfreezes")
    await alice.who.reset_identity()
    position = alice.position
    await alice.says("jenkins whoami")
    await alice.hears("An admin of mine has frozen", after=position)
    await scene.ops.asks("admin users", "frozen by an admin; changed")
    await admin(scene.ops, f"admin unfreeze {alice.who.user}", "identity has changed as well")
    position = alice.position
    await alice.says(f"jenkins build {job}")
    await alice.hears("Your identity has changed", after=position)
    assert started_by(scene.world, job) == []


async def test_a_verified_admin_lets_a_changed_identity_in(scene: Scene) -> None:
    """All that was connected is usable again, without connecting anything."""
    alice, job = scene.alice, new_job(scene.world)
    await connect_x(alice, scene.world)
    await alice.who.reset_identity()
    position = alice.position
    await alice.says(f"jenkins build {job}")
    await alice.hears("Your identity has changed", after=position)
    await scene.ops.asks("admin users", "changed")

    await verify(scene.ops)
    await admin(scene.ops, f"admin unfreeze {alice.who.user}", "Usable again: jenkins, twitter")
    await alice.asks(f"jenkins build {job}", f"{job} #1")
    await alice.asks("t whoami", "@alice")
    assert started_by(scene.world, job) == ["alice"]


async def test_an_admin_whom_the_bot_has_not_verified_lets_nobody_in(scene: Scene) -> None:
    """A homeserver could invent an admin, and then a new identity for Alice (P2)."""
    alice, job = scene.alice, new_job(scene.world)
    await alice.who.reset_identity()
    await alice.says("jenkins whoami")
    await scene.ops.asks(f"admin unfreeze {alice.who.user}", "I have to have verified you")
    await scene.ops.says("yes")
    await scene.ops.settles()
    position = alice.position
    await alice.says(f"jenkins build {job}")
    await alice.hears("Your identity has changed", after=position)
    assert started_by(scene.world, job) == []


async def test_nobody_else_administrates(scene: Scene, arrive: Arrive) -> None:
    """Not a user, and not an admin in a room where others read."""
    bob = await open_dm(await arrive("bob"), scene.bot)
    for text in ("admin users", f"admin freeze {scene.alice.who.user}", "admin unfreeze @x:y"):
        await bob.asks(text, "That is for my admins")
    seat, _ = await meet(scene.bot, scene.ops.who, bob.who)
    await seat.asks("!admin users", "Say that in our direct message")
    await scene.alice.asks("jenkins whoami", "You are alice")


async def test_help_shows_an_admin_what_is_theirs_and_nobody_else(scene: Scene) -> None:
    """It would only puzzle the others."""
    assert "admin freeze" in (await scene.ops.asks("help", "I run commands as you")).body
    assert "admin freeze" not in (await scene.alice.asks("help", "I run commands as you")).body


@pytest.mark.parametrize("whom", ["@nobody:actas.test", "nobody"])
async def test_freezing_somebody_unknown_says_so(scene: Scene, whom: str) -> None:
    """In one line, and what to write instead."""
    await scene.ops.asks(f"admin freeze {whom}", "Say `yes`")
    position = scene.ops.position
    await scene.ops.says("yes")
    wanted = "not met anybody" if whom.startswith("@") else "Write it as @name:server"
    await scene.ops.hears(wanted, after=position)
