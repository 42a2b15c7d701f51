"""Having the bot do what was said long ago."""

from __future__ import annotations

import sqlite3
from contextlib import closing

import pytest

from sandbox.bot import Bot
from sandbox.person import Person
from sandbox.world import World
from tests.attacks.bare import BareBot
from tests.attacks.ours import OurBot
from tests.attacks.scene import Victim, gather
from tests.e2e.seat import Seat
from tests.e2e.steps import new_job


def _forget_token(bot: Bot) -> None:
    """Take away where the stopped bot stands in its syncs; everything else stays."""
    with closing(sqlite3.connect(bot.state_dir / "actas.db")) as database, database:
        gone = database.execute("DELETE FROM sync_state WHERE name = 'next_batch'")
        assert gone.rowcount == 1


def _times_given(victim: Victim, event_id: str) -> int:
    """How often the victim was given an event."""
    rooms = [
        room
        for exchange in victim.gateway.seen("/sync")
        for room in exchange.answer.get("rooms", {}).get("join", {}).values()
    ]
    events = [event for room in rooms for event in room.get("timeline", {}).get("events", [])]
    return [event["event_id"] for event in events].count(event_id)


@pytest.mark.attack("N15")
async def test_homeserver_cannot_have_commands_run_again_by_beginning_anew(
    world: World, bare: BareBot, ours: OurBot, alice: Person
) -> None:
    """It takes no notice of where the bot stands, and gives the rooms as to a new client."""

    async def attack(victim: Victim) -> list[str]:
        job, (seat,) = new_job(world), await gather(victim, alice)
        said = await seat.says(f"!jenkins build {job}")
        await seat.settles()
        with victim.gateway.delay("/sync") as held:
            await seat.says("!help accounts")  # the sync that was under way ends with this
            await held.arrives()
            await seat.says("!help accounts")
            victim.gateway.forget()
        await seat.settles()
        assert _times_given(victim, said) == 2
        return await victim.started_by(job)

    assert await attack(bare) == ["alice", "alice"]
    assert await attack(ours) == ["alice"]


@pytest.mark.attack("N15")
async def test_losing_its_place_cannot_make_the_bot_run_commands_again(
    world: World, doomed: BareBot, ours: OurBot, alice: Person
) -> None:
    """nio does not even keep it unless it is told to: then every start is a first one."""
    doomed.keeps_token = False
    await doomed.start()

    async def attack(victim: Victim) -> list[str]:
        job, (seat,) = new_job(world), await gather(victim, alice)
        await seat.says(f"!jenkins build {job}")
        await seat.settles()
        await victim.kill()
        if isinstance(victim, OurBot):
            _forget_token(victim.bot)
        await victim.start()
        await seat.settles()
        return await victim.started_by(job)

    assert await attack(doomed) == ["alice", "alice"]
    assert await attack(ours) == ["alice"]


@pytest.mark.attack("N15")
async def test_whoever_invites_the_bot_cannot_have_it_run_what_was_said_before(
    world: World, bare: BareBot, ours: OurBot, alice: Person
) -> None:
    """Alice has told others what to type; she never meant a bot that was not there yet.

    Her client gives the key to who is invited as well, so the bot can read it when it comes.
    """

    async def attack(victim: Victim) -> list[str]:
        job, room = new_job(world), await alice.create_room("Team")
        seat = Seat(alice, victim, room)
        with victim.gateway.delay("/join") as held:
            await alice.invite(room, victim.user)
            await held.arrives()
            said = await seat.says(f"!jenkins build {job}")
        await alice.has_joined(room, victim.user)
        await seat.settles()
        assert _times_given(victim, said) == 1
        return await victim.started_by(job)

    assert await attack(bare) == ["alice"]
    assert await attack(ours) == []
