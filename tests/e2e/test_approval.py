"""Commands that somebody else has to let run: whose word counts, and as whom they run."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest

from sandbox.bot import Bot
from sandbox.person import Person
from sandbox.timeline import Message
from sandbox.world import Arrive, World
from tests.e2e.evidence import rows
from tests.e2e.seat import Seat
from tests.e2e.steps import connect_jenkins, meet, new_job, open_dm, started_by


@dataclass(frozen=True)
class Scene:
    """Alice, connected, and Bob, who is not."""

    world: World
    bot: Bot
    alice: Seat
    bob: Seat
    dm: Seat

    async def ask(self) -> tuple[str, str]:
        """Alice wants to build a job; the job, and the word that lets it."""
        job = new_job(self.world)
        question = await self.alice.asks(f"!jenkins build {job}", "Somebody else")
        return job, approval(question)


def approval(question: Message) -> str:
    """The word that a question asks somebody else for."""
    found = re.search(r"`(approve \d{4})`", question.body)
    assert found is not None, question.body
    return found[1]


@pytest.fixture(scope="module")
async def scene(world: World, arrive_to_stay: Arrive) -> AsyncIterator[Scene]:
    """Every build has to be approved."""
    async with world.bot(start=False) as bot:
        rule = {"pattern": "jenkins build *", "by": "another"}
        bot.config["commands"] = {"confirm": [rule], "per_minute": 1000}
        await bot.start()
        alice, bob = await arrive_to_stay("alice"), await arrive_to_stay("bob")
        dm = await open_dm(alice, bot)
        await connect_jenkins(dm, world)
        yield Scene(world, bot, *await meet(bot, alice, bob), dm)


async def test_another_persons_word_runs_it_as_who_asked(scene: Scene) -> None:
    """The journal, the audit and the history name both."""
    job, word = await scene.ask()
    position = scene.alice.position
    await scene.bob.says(word)
    await scene.alice.hears(f"{job} #1", after=position)
    assert started_by(scene.world, job) == ["alice"]
    query = "SELECT user_id FROM journal WHERE approved_by = ?"
    assert rows(scene.bot, query, scene.bob.who.user) == [(scene.alice.who.user,)]
    told = await scene.alice.asks("!history", job)
    assert f"approved by {scene.bob.who.user}" in told.body


async def test_ones_own_word_is_not_enough(scene: Scene) -> None:
    """Neither yes nor approve."""
    job, word = await scene.ask()
    for said in ("yes", word):
        await scene.alice.asks(said, "Somebody else")
    assert started_by(scene.world, job) == []
    await scene.alice.asks("no", "Dropped")
    await scene.bob.says(word)
    await scene.bob.settles()
    assert started_by(scene.world, job) == []


async def test_it_goes_on_waiting_while_its_asker_says_other_things(scene: Scene) -> None:
    """Somebody else's word may take a while."""
    job, word = await scene.ask()
    await scene.alice.asks("!accounts", "jenkins")
    position = scene.alice.position
    await scene.bob.says(word)
    await scene.alice.hears(f"{job} #1", after=position)


async def test_a_word_without_the_code_may_be_an_old_one(scene: Scene) -> None:
    """A homeserver could have held it back: it is told which word is meant."""
    job, word = await scene.ask()
    told = await scene.bob.asks("approve", "to let")
    assert word in told.body
    await scene.bob.says("approve 0000")
    await scene.bob.settles()
    assert started_by(scene.world, job) == []
    position = scene.alice.position
    await scene.bob.says(word)
    await scene.alice.hears(f"{job} #1", after=position)


async def test_a_device_that_is_not_signed_approves_nothing(scene: Scene) -> None:
    """As it gives no commands."""
    job, word = await scene.ask()
    assert isinstance(scene.bob.who, Person)
    stray = await scene.bob.who.another_device(signed=False)
    try:
        await stray.say(scene.bob.room, word)
        await scene.bob.who.catches_up()
        await scene.bob.settles()
    finally:
        await stray.close()
    assert started_by(scene.world, job) == []


async def test_in_a_direct_message_nobody_else_can(scene: Scene) -> None:
    """It is said where it can be said."""
    job = new_job(scene.world)
    told = await scene.dm.asks(f"jenkins build {job}", "Somebody else")
    assert "in a room" in told.body
    assert started_by(scene.world, job) == []
