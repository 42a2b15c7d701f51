"""What a command still has to know is asked for where it was said, and a secret only in private."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest

from sandbox.bot import Bot
from sandbox.jenkins import choice, password, string
from sandbox.timeline import Message
from sandbox.world import Arrive, World
from tests.e2e.seat import Seat
from tests.e2e.steps import coded_yes, connect_jenkins, meet, new_job, open_dm


@dataclass(frozen=True)
class Scene:
    """Alice, connected, and Bob, in a room and in Alice's direct message."""

    world: World
    alice: Seat
    bob: Seat
    dm: Seat

    def built(self, job: str) -> list[object]:
        """The parameters of the builds of a job."""
        return [dict(build.parameters) for build in self.world.jenkins.builds(job)]


@pytest.fixture(scope="module")
async def scene(world: World, arrive_to_stay: Arrive) -> AsyncIterator[Scene]:
    """A bot of its own, as people say much in a minute here."""
    async with world.bot(start=False) as bot:
        bot.config["commands"] = {"per_minute": 1000}
        await bot.start()
        alice, bob = await arrive_to_stay("alice"), await arrive_to_stay("bob")
        dm = await open_dm(alice, bot)
        await connect_jenkins(dm, world)
        yield Scene(world, *await meet(bot, alice, bob), dm)


def _needs(name: str, *choices: str) -> object:
    """A parameter without a default."""
    made = choice(name, *choices) if choices else string(name)
    object.__setattr__(made, "default", None)
    return made


async def _asked(seat: Seat, command: str, wanted: str) -> tuple[str, Message]:
    position = seat.position
    said = await seat.says(command)
    question = await seat.answered(said, wanted, after=position)
    return said, question


async def test_what_is_missing_is_asked_for_in_the_thread_and_confirmed(scene: Scene) -> None:
    """Choices by word or number; then the whole call is shown."""
    job = new_job(scene.world, _needs("ENV", "dev", "prod"), _needs("VERSION"))
    said, question = await _asked(scene.alice, f"!jenkins build {job}", "ENV")
    assert question.thread == said
    assert "dev" in question.body
    assert "prod" in question.body
    position = scene.alice.position
    await scene.alice.says("2", thread=said)
    await scene.alice.hears("VERSION", after=position)
    position = scene.alice.position
    await scene.alice.says("1.2 final", thread=said)
    asked = await scene.alice.hears("This will run", after=position)
    assert f"jenkins build {job} ENV=prod VERSION='1.2 final'" in asked.body
    assert scene.built(job) == []
    position = scene.alice.position
    await scene.alice.says("yes", thread=said)
    await scene.alice.hears("#1", after=position)
    assert scene.built(job) == [{"ENV": "prod", "VERSION": "1.2 final"}]


async def test_what_is_no_choice_is_asked_for_again(scene: Scene) -> None:
    """And nothing is built with it."""
    job = new_job(scene.world, _needs("ENV", "dev", "prod"))
    said, _ = await _asked(scene.alice, f"!jenkins build {job}", "ENV")
    position = scene.alice.position
    await scene.alice.says("staging", thread=said)
    again = await scene.alice.hears("none of the choices", after=position)
    assert "prod" in again.body
    position = scene.alice.position
    await scene.alice.says("cancel", thread=said)
    await scene.alice.hears("Dropped", after=position)
    assert scene.built(job) == []


async def test_what_others_say_and_what_is_said_elsewhere_is_no_answer(scene: Scene) -> None:
    """An answer is the asker's, in the thread of the question."""
    job = new_job(scene.world, _needs("ENV", "dev", "prod"))
    said, _ = await _asked(scene.alice, f"!jenkins build {job}", "ENV")
    position = scene.alice.position
    await scene.bob.says("prod", thread=said)
    await scene.bob.settles()
    await scene.alice.says("prod")
    await scene.alice.settles()  # a command: it takes the place of the question
    assert not [body for body in scene.alice.heard(after=position) if "This will run" in body]
    await scene.alice.says("prod", thread=said)
    await scene.alice.settles()
    assert scene.built(job) == []


async def test_a_password_is_asked_for_in_the_direct_message_only(scene: Scene) -> None:
    """It is removed there, and nowhere in the room."""
    job = new_job(scene.world, password("PW", default=None), string("NOTE", "none"))  # type: ignore[arg-type]
    room, dm = scene.alice.position, scene.dm.position
    said = await scene.alice.says(f"!jenkins build {job}")
    prompt = await scene.dm.hears("PW", after=dm)
    assert f"jenkins build {job}" in prompt.body
    await scene.alice.answered(said, "direct message", after=room)
    room, dm = scene.alice.position, scene.dm.position
    secret = await scene.dm.says("hunter 2")
    await scene.dm.sees_removed(secret, after=dm)
    asked = await scene.alice.hears("This will run", after=room)
    assert "hunter" not in asked.body
    assert "PW=********" in asked.body
    room = scene.alice.position
    await scene.alice.says(coded_yes(asked))
    await scene.alice.hears("#1", after=room)
    assert scene.built(job) == [{"PW": "hunter 2", "NOTE": "none"}]


async def test_a_password_that_was_typed_in_a_room_is_removed_and_not_used(scene: Scene) -> None:
    """Others have read it."""
    job = new_job(scene.world, password("PW"))
    position = scene.alice.position
    said = await scene.alice.says(f"!jenkins build {job} PW=hunter2")
    told = await scene.alice.hears("PW", after=position)
    assert "hunter2" not in told.body
    assert "Change the password" in told.body
    await scene.alice.settles()
    assert scene.built(job) == []
    assert said  # by another bot without the right to it the message would stay, and be told of


async def test_a_password_that_is_typed_in_the_direct_message_goes_from_there_at_once(
    scene: Scene,
) -> None:
    """Also when another one is asked for, and nothing comes of it."""
    job = new_job(scene.world, password("P1"), password("P2", default=None))  # type: ignore[arg-type]
    position = scene.dm.position
    said = await scene.dm.says(f"jenkins build {job} P1=hunter2")
    await scene.dm.sees_removed(said, after=position)
    await scene.dm.hears("P2", after=position)
    await scene.dm.asks("cancel", "Cancelled")
    assert scene.built(job) == []


async def test_in_the_direct_message_the_next_text_is_the_answer(scene: Scene, bot: Bot) -> None:
    """A command takes the question's place."""
    del bot
    job = new_job(scene.world, _needs("VERSION"))
    await scene.dm.asks(f"jenkins build {job}", "VERSION")
    position = scene.dm.position
    await scene.dm.says("1.0")
    asked = await scene.dm.hears("This will run", after=position)
    assert "VERSION=1.0" in asked.body
    await scene.dm.asks("no", "Dropped")
    await scene.dm.asks(f"jenkins build {job}", "VERSION")
    await scene.dm.asks("help connect", "connect")
    await scene.dm.asks("1.0", "I do not know that")
    assert scene.built(job) == []
