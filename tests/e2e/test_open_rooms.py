"""Rooms that people outside can read: what somebody's account shows is said in private."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from sandbox.bot import Bot
from sandbox.jenkins import choice
from sandbox.world import Arrive, World
from tests.e2e.seat import Seat
from tests.e2e.steps import connect_jenkins, meet, new_job, open_dm


async def _set(seat: Seat, kind: str, content: dict[str, Any]) -> None:
    path = f"/rooms/{seat.room}/state/{kind}/"
    await seat.who.device.call("PUT", path, content)  # type: ignore[union-attr]


@pytest.fixture
async def seats(world: World, bot: Bot, arrive: Arrive) -> tuple[Seat, Seat]:
    """Alice in a room and in her direct message."""
    alice, bob = await arrive("alice"), await arrive("bob")
    dm = await open_dm(alice, bot)
    await connect_jenkins(dm, world)
    room, _ = await meet(bot, alice, bob)
    return room, dm


async def test_where_anybody_can_read_the_answer_goes_to_the_direct_message(
    world: World, seats: tuple[Seat, Seat]
) -> None:
    """A hint stands in the room; help is no secret."""
    room, dm = seats
    job = new_job(world, description="Our little secret")
    await room.asks(f"!jenkins describe {job}", "little secret")
    await _set(room, "m.room.history_visibility", {"history_visibility": "world_readable"})
    await room.who.catches_up()
    position, private = room.position, dm.position
    await room.asks(f"!jenkins describe {job}", "People outside can read this room")
    await dm.hears("little secret", after=private)
    await room.asks("!accounts", "People outside")
    assert "little secret" not in " ".join(room.heard(after=position))
    await room.asks("!help jenkins", "describe")


async def test_where_guests_come_in_by_themselves_as_well(
    world: World, seats: tuple[Seat, Seat]
) -> None:
    """A room that is public, and open to guests."""
    room, dm = seats
    job = new_job(world)
    await _set(room, "m.room.guest_access", {"guest_access": "can_join"})
    await room.asks(f"!jenkins describe {job}", "never been built")
    await _set(room, "m.room.join_rules", {"join_rule": "public"})
    await room.who.catches_up()
    private = dm.position
    await room.asks(f"!jenkins build {job}", "People outside can read this room")
    await dm.hears(f"{job} #1", after=private)


async def test_what_a_command_still_needs_is_not_asked_for_there(
    world: World, seats: tuple[Seat, Seat]
) -> None:
    """The choices are Jenkins' as well; the command is talked through in private."""
    room, dm = seats
    job = new_job(world, replace(choice("ENV", "inner-secret", "prod"), default=None))
    await _set(room, "m.room.history_visibility", {"history_visibility": "world_readable"})
    await room.who.catches_up()
    position, private = room.position, dm.position
    await room.asks(f"!jenkins build {job}", "People outside can read this room")
    asked = await dm.hears("ENV", after=private)
    assert "Say the command here" in asked.body
    await room.settles()
    assert "inner-secret" not in " ".join(room.heard(after=position))
