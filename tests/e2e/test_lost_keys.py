"""Keys that are lost: people are told once, and saying it again helps."""

from __future__ import annotations

import sqlite3
from contextlib import closing

from sandbox.bot import Bot
from sandbox.world import World
from tests.e2e.conftest import AtElement, NewBot
from tests.e2e.steps import connect_jenkins, meet, new_job, open_dm, started_by


def forget_olm_sessions(bot: Bot) -> None:
    """Take away what the stopped bot shares with each device, as an old backup would lack it."""
    with closing(sqlite3.connect(bot.state_dir / "actas.db")) as database, database:
        assert database.execute("DELETE FROM olm_session").rowcount > 0


async def test_a_lost_session_is_opened_anew_and_the_person_told_once(
    world: World, new_bot: NewBot, at_element: AtElement
) -> None:
    """The command whose key is lost never runs; said again, it does, exactly once."""
    bot = await new_bot(start=False)
    bot.config["commands"] = {"max_age": 3}
    await bot.start()
    alice, job = await at_element("alice"), new_job(world)
    await connect_jenkins(await open_dm(alice, bot), world)
    await bot.stop()
    forget_olm_sessions(bot)
    await bot.start()

    (seat,) = await meet(bot, alice)
    position = seat.position
    lost = await seat.says(f"!jenkins build {job}")
    told = await seat.answered(lost, "its key has not reached me", after=position)
    assert told.content["m.mentions"] == {"user_ids": [alice.user]}
    await seat.asks(f"!jenkins build {job}", f"{job} #1")
    await world.jenkins.idle()
    assert started_by(world, job) == ["alice"]
    assert len([text for text in seat.heard(after=position) if "has not reached me" in text]) == 1
