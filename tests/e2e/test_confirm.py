"""Commands that ask first: what they would do and as whom, and whose "yes" counts."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest

from sandbox.jenkins import string
from sandbox.person import Person
from sandbox.world import Arrive, World
from tests.e2e.seat import Seat
from tests.e2e.steps import coded_yes, connect_jenkins, meet, new_job, open_dm, started_by


@dataclass(frozen=True)
class Scene:
    """Alice and Bob in a room, both connected as Jenkins' Alice, who may build everything."""

    world: World
    alice: Seat
    bob: Seat
    dm: Seat

    def job(self) -> str:
        """A job whose builds are asked about."""
        return new_job(self.world, string("VERSION", "main"))


@pytest.fixture(scope="module")
async def scene(world: World, arrive_to_stay: Arrive) -> AsyncIterator[Scene]:
    """A bot that asks about every build of the test's jobs."""
    async with world.bot(start=False) as bot:
        bot.config["commands"] = {"confirm": ["j b job-*"], "per_minute": 1000}
        await bot.start()
        people = [await arrive_to_stay("alice"), await arrive_to_stay("bob")]
        dms = [await open_dm(who, bot) for who in people]
        for dm in dms:
            await connect_jenkins(dm, world)
        yield Scene(world, *await meet(bot, *people), dms[0])


async def test_it_shows_what_it_would_do_and_runs_after_yes(scene: Scene) -> None:
    """The question has the whole command and the account; the answer is to the command."""
    job, position = scene.job(), scene.alice.position
    said = await scene.alice.says(f'!j b {job}, VERSION="v 1"')
    question = await scene.alice.answered(said, "Say `yes`", after=position)
    assert f"jenkins build {job} VERSION='v 1'" in question.body
    assert "as alice" in question.body
    assert started_by(scene.world, job) == []
    await scene.alice.says("yes")
    await scene.alice.answered(said, f"{job} #1", after=position)
    await scene.world.jenkins.idle()
    assert started_by(scene.world, job) == ["alice"]
    await scene.alice.says("yes")
    await scene.alice.settles()
    assert started_by(scene.world, job) == ["alice"]


async def test_no_drops_it(scene: Scene) -> None:
    """A "yes" after that comes too late."""
    job = scene.job()
    await scene.alice.asks(f"!jenkins build {job}", "Say `yes`")
    await scene.alice.asks("no", "Dropped")
    await scene.alice.says("yes")
    await scene.alice.settles()
    assert started_by(scene.world, job) == []


async def test_another_command_takes_its_place(scene: Scene) -> None:
    """A "yes" is never for something that was said before the last thing."""
    job = scene.job()
    await scene.alice.asks(f"!jenkins build {job}", "Say `yes`")
    await scene.alice.asks("!jenkins whoami", "alice")
    await scene.alice.says("yes")
    await scene.alice.settles()
    assert started_by(scene.world, job) == []


async def test_somebody_elses_yes_does_nothing(scene: Scene) -> None:
    """Alice's own still does."""
    job, position = scene.job(), scene.alice.position
    said = await scene.alice.says(f"!jenkins build {job}")
    await scene.alice.answered(said, "Say `yes`", after=position)
    await scene.bob.says("yes")
    await scene.bob.says("!yes")
    await scene.bob.settles()
    assert started_by(scene.world, job) == []
    await scene.alice.says("yes")
    await scene.alice.answered(said, f"{job} #1", after=position)


@pytest.mark.parametrize("word", ["!", "! ", "yes 1234", "yes please", "yess", "`yes`"])
async def test_what_is_not_quite_yes_does_nothing(scene: Scene, word: str) -> None:
    """Nor does nothing at all."""
    job = scene.job()
    await scene.alice.asks(f"!jenkins build {job}", "Say `yes`")
    await scene.alice.says(word)
    await scene.alice.settles()
    assert started_by(scene.world, job) == []


async def test_a_yes_elsewhere_does_nothing(scene: Scene) -> None:
    """It counts in the room where the question stands."""
    job = scene.job()
    await scene.alice.asks(f"!jenkins build {job}", "Say `yes`")
    await scene.dm.asks("yes", "I do not know that")
    assert started_by(scene.world, job) == []


async def test_a_reaction_does_nothing(scene: Scene) -> None:
    """Reactions are not encrypted: the homeserver could add one."""
    job = scene.job()
    question = await scene.alice.asks(f"!jenkins build {job}", "Say `yes`")
    for key in ("👍", "yes", "✅"):
        relation = {"rel_type": "m.annotation", "event_id": question.event_id, "key": key}
        content = {"m.relates_to": relation}
        await scene.alice.who.send(scene.alice.room, content, kind="m.reaction", clear=True)
    await scene.alice.settles()
    assert started_by(scene.world, job) == []


async def test_a_yes_that_is_not_encrypted_does_nothing(scene: Scene) -> None:
    """Nor does one that is made of another text by an edit."""
    job = scene.job()
    await scene.alice.asks(f"!jenkins build {job}", "Say `yes`")
    await scene.alice.says("yes", clear=True)
    remark = await scene.alice.says("hm")
    await scene.alice.who.edit(scene.alice.room, remark, "yes")
    await scene.alice.says("yes", kind="m.notice")
    await scene.alice.settles()
    assert started_by(scene.world, job) == []


async def test_a_yes_from_a_device_that_is_not_signed_does_nothing(scene: Scene) -> None:
    """Who has stolen a password has no signed device."""
    job, alice = scene.job(), scene.alice
    stray: Person = await alice.who.another_device(signed=False)
    try:
        await alice.asks(f"!jenkins build {job}", "Say `yes`")
        await stray.say(alice.room, "yes")
        await alice.who.catches_up()
        await alice.settles()
    finally:
        await stray.close()
    assert started_by(scene.world, job) == []


async def test_a_spelling_or_a_number_does_not_evade_the_question(scene: Scene) -> None:
    """The patterns are about what would be done, however it is said."""
    job = scene.job()
    await scene.alice.asks(f"!jenkins list {job}", job)
    for text in (f"!J  BUILD   '{job}'", "!j b 1", f"actas: jenkins build /{job}/"):
        await scene.alice.asks(text, "Say `yes`")
    assert started_by(scene.world, job) == []


async def test_what_no_pattern_covers_is_not_asked_about(scene: Scene) -> None:
    """Builds of other jobs start at once."""
    name = f"plain-{new_job(scene.world)}"
    scene.world.jenkins.add_job(name)
    await scene.alice.asks(f"!jenkins build {name}", f"{name} #1")


async def test_a_yes_from_another_device_needs_the_code_that_is_shown_then(scene: Scene) -> None:
    """Nothing tells which of the two was first; the code cannot have been said before."""
    job, laptop = scene.job(), await scene.alice.who.another_device(signed=True)
    other = Seat(laptop, scene.alice.bot, scene.alice.room)
    try:
        await scene.alice.asks(f"!jenkins build {job}", "Say `yes`")
        asked = await other.asks("yes", "I cannot tell that you said that after I had asked")
        assert started_by(scene.world, job) == []
        position = other.position
        await other.says(coded_yes(asked))
        await other.hears(f"{job} #1", after=position)
    finally:
        await laptop.close()
    await scene.world.jenkins.idle()
    assert started_by(scene.world, job) == ["alice"]


async def test_building_once_more_is_asked_about_like_building(scene: Scene) -> None:
    """What is built is the same, whatever the command is called."""
    job = scene.job()
    position = scene.alice.position
    await scene.alice.asks(f"!jenkins build {job} --no-follow", "Say `yes`")
    await scene.alice.says("yes")
    await scene.alice.hears(f"{job} #1", after=position)
    await scene.world.jenkins.idle()
    question = await scene.alice.asks(f"!jenkins retry {job}", "Say `yes`")
    assert f"jenkins retry {job} 1" in question.body
    assert started_by(scene.world, job) == ["alice"]
    await scene.alice.asks("no", "Dropped")
