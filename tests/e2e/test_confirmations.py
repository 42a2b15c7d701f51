"""A "yes" is for one command, as it was shown, of the identity and about the account it names."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass

import pytest

from sandbox.bot import Bot
from sandbox.content import Quoted
from sandbox.gateway import Gateway, Json
from sandbox.jenkins import string
from sandbox.jenkins.mishaps import answer
from sandbox.person import Person
from sandbox.world import Arrive, World
from tests.e2e.conftest import NewBot
from tests.e2e.evidence import connected
from tests.e2e.seat import Seat
from tests.e2e.steps import (
    coded_yes,
    connect_jenkins,
    connect_x,
    meet,
    new_job,
    new_token,
    open_dm,
    started_by,
)


@dataclass(frozen=True)
class Scene:
    """Alice alone with the bot, and in a room where Bob is too."""

    world: World
    dm: Seat
    room: Seat
    bob: Seat

    @property
    def alice(self) -> Person:
        """Alice."""
        return self.dm.who

    async def built(self, *jobs: str) -> list[bool]:
        """Which of the jobs were started, once the bot has done all that Alice said."""
        for seat in (self.dm, self.room):
            await seat.asks("!help accounts", "accounts")
        await self.world.jenkins.idle()
        return [bool(started_by(self.world, job)) for job in jobs]


async def _scene(world: World, bot: Bot, arrive: Arrive) -> Scene:
    alice, bob = await arrive("alice"), await arrive("bob")
    dm = await open_dm(alice, bot)
    power = {alice.user: 100, dm.bot.user: 50}
    room, his = await meet(dm.bot, alice, bob, power=power)
    return Scene(world, dm, room, his)


@pytest.fixture
async def scene(world: World, bot: Bot, arrive: Arrive) -> Scene:
    """With a bot that asks about nothing of Jenkins'."""
    return await _scene(world, bot, arrive)


@pytest.fixture
async def asking(world: World, new_bot: NewBot, arrive: Arrive) -> Scene:
    """With a bot that asks about every build."""
    bot = await new_bot(start=False)
    bot.config["commands"] = {"confirm": ["jenkins build *"]}
    await bot.start()
    return await _scene(world, bot, arrive)


# ---------------------------------------------------------------------- what was parked
async def test_a_number_means_the_command_it_was_shown_with(scene: Scene) -> None:
    """``yes 1`` and then ``yes 2`` run the first and the second, not the third."""
    jobs, position = [new_job(scene.world) for _ in range(3)], scene.dm.position
    for job in jobs:
        await scene.room.says(f"!jenkins build {job}")
    await scene.room.settles()
    await connect_jenkins(scene.dm, scene.world)
    offer = await scene.dm.hears("These commands wait", after=position)
    assert [f"yes {n}` runs `jenkins build {job}" in offer.body for n, job in enumerate(jobs, 1)]
    await scene.dm.says("yes 1")
    await scene.dm.says("yes 2")
    assert await scene.built(*jobs) == [True, True, False]


async def test_a_list_number_means_what_it_meant_when_it_was_said(scene: Scene) -> None:
    """Another list that was shown while the command waited changes nothing, and is not asked."""
    world, folders = scene.world, [f"folder-{new_job(scene.world)}" for _ in range(2)]
    jobs = [f"{folder}/job" for folder in folders]
    for folder, job in zip(folders, jobs, strict=True):
        world.jenkins.add_folder(folder)
        world.jenkins.add_job(job)
    await connect_jenkins(scene.dm, world)
    await scene.room.asks(f"!jenkins ls /{folders[0]}", jobs[0])
    world.jenkins.fail(answer(401), path=f"/job/{folders[0]}/job/job/api/json")
    await scene.room.asks("!jenkins b 1", "your command waits")
    await scene.room.asks(f"!jenkins ls /{folders[1]}", jobs[1])
    position = scene.dm.position
    await connect_jenkins(scene.dm, world)
    offer = await scene.dm.hears("Shall I still run", after=position)
    assert f"jenkins build {jobs[0]}" in offer.body
    await scene.dm.says("yes")
    assert await scene.built(*jobs) == [True, False]


async def test_what_was_parked_is_neither_run_for_nor_shown_to_another_identity(
    scene: Scene,
) -> None:
    """Before it has proved itself as after."""
    job, dm = new_job(scene.world), scene.dm
    await connect_jenkins(dm, scene.world)
    scene.world.jenkins.fail(answer(401), path=f"/job/{job}/api/json")
    await scene.room.asks(f"!jenkins build {job}", "your command waits")
    await scene.alice.reset_identity()
    position = dm.position
    await dm.says("cancel")
    await dm.says("yes")
    await connect_jenkins(dm, scene.world)
    await dm.says("yes")
    assert await scene.built(job) == [False]
    assert not [text for text in dm.heard(after=position) if job in text]


async def test_a_yes_by_another_identity_to_what_was_offered_runs_nothing(scene: Scene) -> None:
    """It is told that it has changed."""
    job, position = new_job(scene.world), scene.dm.position
    await scene.room.asks(f"!jenkins build {job}", "your command waits")
    await connect_jenkins(scene.dm, scene.world)
    await scene.dm.hears("Shall I still run", after=position)
    await scene.alice.reset_identity()
    position = scene.dm.position
    await scene.dm.says("yes")
    await scene.dm.hears("Your identity has changed", after=position)
    await scene.dm.settles()
    await scene.world.jenkins.idle()
    assert started_by(scene.world, job) == []


# ---------------------------------------------------------------------- what was asked
async def test_another_identity_cannot_have_everything_forgotten(scene: Scene) -> None:
    """The question was put to the one before it."""
    await connect_jenkins(scene.dm, scene.world)
    await scene.dm.asks("forget me", "Say `yes`")
    await scene.alice.reset_identity()
    position = scene.dm.position
    await scene.dm.says("yes")
    await scene.dm.hears("Your identity has changed", after=position)
    assert connected(scene.dm.bot, scene.alice.user) == ["jenkins"]


async def test_what_was_asked_as_one_account_does_not_run_as_another(asking: Scene) -> None:
    """The person is told, and may say it again."""
    await connect_jenkins(asking.dm, asking.world, "alice")
    job = new_job(asking.world)
    await asking.room.asks(f"!jenkins build {job}", "as alice")
    await connect_jenkins(asking.dm, asking.world, "bob")
    await asking.room.asks("yes", "I asked about alice, and you are connected as bob now")
    assert await asking.built(job) == [False]


async def test_a_question_that_comes_again_is_shown_again(asking: Scene) -> None:
    """The homeserver does not take it for the one before it."""
    await connect_jenkins(asking.dm, asking.world)
    job = new_job(asking.world)
    asking.world.jenkins.fail(answer(401), path=f"/job/{job}/build")
    await asking.room.asks(f"!jenkins build {job}", "Say `yes`")
    position = asking.dm.position
    await asking.room.says("yes")
    await asking.dm.hears("paste", after=position)
    await connect_jenkins(asking.dm, asking.world)
    await asking.dm.hears("Shall I still run", after=position)
    position = asking.room.position
    await asking.dm.says("yes")
    question = await asking.room.hears("Say `yes", after=position)
    await asking.room.says("yes")  # it may have been said before the question: to whom?
    question = await asking.room.hears("needs its code", after=question.changed)
    await asking.room.says(coded_yes(question))
    assert await asking.built(job) == [True]


async def test_a_yes_to_a_question_that_is_over_runs_nothing_that_waited_before_it(
    asking: Scene,
) -> None:
    """What was offered before the question is offered again, and not taken as meant."""
    first, second, position = new_job(asking.world), new_job(asking.world), asking.dm.position
    await asking.room.says(f"!jenkins build {first}")
    await asking.dm.hears("paste", after=position)
    await connect_jenkins(asking.dm, asking.world)
    await asking.dm.hears("Shall I still run", after=position)
    await asking.dm.asks(f"jenkins build {second}", "Say `yes`")
    await asking.dm.asks("help", "I run commands as you")  # which takes the question's place
    await asking.dm.asks("yes", "These commands wait for you")
    assert await asking.built(first) == [False]
    assert await asking.built(second) == [False]


async def test_a_question_does_not_repeat_a_password(asking: Scene) -> None:
    """What is built has it all the same."""
    await connect_jenkins(asking.dm, asking.world)
    job = new_job(asking.world, string("DB_PASSWORD"), string("NOTE"))
    question = await asking.room.asks(
        f"!jenkins build {job} DB_PASSWORD=hunter2 NOTE='a   b'", "Say `yes`"
    )
    assert "hunter2" not in question.body + question.html
    assert "DB_PASSWORD=******** NOTE='a   b'" in question.body
    await asking.room.says("yes")
    assert await asking.built(job) == [True]
    (build,) = asking.world.jenkins.builds(job)
    assert build.parameters["DB_PASSWORD"] == "hunter2"


async def test_a_yes_from_before_the_command_does_not_count(
    world: World, new_bot: NewBot, arrive: Arrive
) -> None:
    """The homeserver may hold a text back, and give it to the bot when it suits."""
    bot = await new_bot(start=False)
    held: list[Json] = []
    released: list[bool] = []
    async with Gateway.before(bot) as gateway:
        bot.config["commands"] = {"confirm": ["jenkins build *"]}
        await bot.start()
        scene = await _scene(world, bot, arrive)
        await connect_jenkins(scene.dm, world)
        job = new_job(world)

        def keep(response: Json) -> Json:
            for room, joined in response.get("rooms", {}).get("join", {}).items():
                events = joined["timeline"]["events"]
                if room == scene.room.room and events and not held:
                    held.extend(events)
                    joined["timeline"]["events"] = []
                elif room == scene.room.room and held and released:
                    events.extend(held)
                    released.clear()
            return response

        with gateway.lying("/sync", keep):
            await scene.room.says("yes")
            await scene.dm.settles()
            position = scene.room.position
            await scene.room.says(f"!jenkins build {job}")
            await scene.room.hears("Say `yes`", after=position)
            released.append(True)
            await scene.room.says("well")
            await scene.room.hears("said that after I had asked", after=position)
            assert await scene.built(job) == [False]
        await bot.stop()


# ---------------------------------------------------------------------- who is who
async def test_somebody_elses_account_does_not_make_a_new_identity_known(scene: Scene) -> None:
    """A homeserver that resets Alice has an account of its own on every service."""
    await connect_jenkins(scene.dm, scene.world, "alice")
    await connect_x(scene.dm, scene.world, "alice")
    await scene.alice.reset_identity()
    position = scene.dm.position
    await scene.dm.says(f"jenkins set auth {new_token(scene.world, 'bob')}")
    refusal = await scene.dm.hears("does not prove who you are", after=position)
    assert "alice" not in refusal.body
    await scene.dm.says("disconnect twitter")
    await scene.dm.says("forget me")
    await scene.dm.settles()
    assert connected(scene.dm.bot, scene.alice.user) == ["jenkins", "twitter"]
    position = scene.room.position
    await scene.room.says("!accounts")
    await scene.bob.settles()
    assert scene.room.heard(after=position)[:-1] == []
    await connect_jenkins(scene.dm, scene.world, "alice")
    await scene.room.asks("!jenkins whoami", "You are alice")


async def test_a_frozen_credential_is_removed_without_being_used(scene: Scene) -> None:
    """X would be told to revoke it, by whoever has taken over."""
    await connect_jenkins(scene.dm, scene.world, "alice")
    await connect_x(scene.dm, scene.world, "alice")
    await scene.alice.reset_identity()
    await connect_jenkins(scene.dm, scene.world, "alice")
    told = await scene.dm.asks("disconnect twitter", "is removed")
    assert "revoked over there" not in told.body
    assert connected(scene.dm.bot, scene.alice.user) == ["jenkins"]
    await connect_x(scene.dm, scene.world, "alice")
    await scene.dm.asks("disconnect twitter", "revoked over there")


async def test_who_had_connected_nothing_starts_anew(scene: Scene) -> None:
    """There is nothing that a new identity could get at."""
    await scene.dm.settles()
    await scene.alice.reset_identity()
    await connect_jenkins(scene.dm, scene.world, "alice")
    await scene.room.asks("!jenkins whoami", "You are alice")


# ---------------------------------------------------------------------- what is over
async def test_forgetting_ends_the_conversation_as_well(scene: Scene) -> None:
    """The token that comes after it is not stored as if nothing had been said."""
    position = scene.dm.position
    await scene.dm.says("connect jenkins")
    await scene.dm.hears("paste", after=position)
    await scene.dm.asks("forget me", "Say `yes`")
    await scene.dm.asks("cancel", "Cancelled")
    await scene.dm.says("connect jenkins")
    await scene.room.asks("!forget me", "Say `yes`")
    await scene.room.says("yes")
    await scene.room.settles()
    await scene.dm.asks("some words", "I do not know that")


async def test_disconnecting_ends_the_conversation_about_that_service(scene: Scene) -> None:
    """And no other one."""
    await connect_jenkins(scene.dm, scene.world)
    position = scene.dm.position
    await scene.dm.says("connect jenkins")
    await scene.dm.hears("paste", after=position)
    await scene.dm.asks("disconnect jenkins", "is removed")
    await scene.dm.asks("some words", "I do not know that")


# ---------------------------------------------------------------------- secrets
async def test_a_secret_of_somebody_who_says_too_much_is_removed_too(
    world: World, new_bot: NewBot, arrive: Arrive
) -> None:
    """In the room, with the warning, and in the direct message."""
    bot = await new_bot(start=False)
    bot.config["commands"] = {"per_minute": 2}
    await bot.start()
    scene = await _scene(world, bot, arrive)
    for _ in range(3):
        await scene.room.says("!help accounts")
    position = scene.room.position
    for seat in (scene.room, scene.dm):
        said = await seat.says(f"jenkins set auth {new_token(world)}")
        await seat.sees_removed(said, after=position)
    await scene.room.hears("did not store", after=position)
    assert connected(bot, scene.alice.user) == []


async def test_a_secret_that_is_quoted_is_removed_too(scene: Scene) -> None:
    """As old clients quote what they answer."""
    token, position = new_token(scene.world), scene.bob.position
    said = await scene.room.says(f"my token is {token}")
    quoted = Quoted(said, scene.alice.user, f"my token is {token}")
    reply = await scene.bob.says("do not post that!", answers=quoted)
    await scene.bob.sees_removed(said, after=position)
    await scene.bob.sees_removed(reply, after=position)


async def test_the_warning_is_not_given_without_end(scene: Scene) -> None:
    """Every secret is removed; the sentence comes five times."""
    position = scene.room.position
    said = [await scene.room.says(f"look: {new_token(scene.world)}") for _ in range(7)]
    for each in said:
        await scene.room.sees_removed(each, after=position)
    await scene.room.settles()
    heard = [text for text in scene.room.heard(after=position) if "did not store" in text]
    assert len(heard) == 5


async def test_a_token_of_an_old_jenkins_is_known_with_its_user(scene: Scene) -> None:
    """It has no mark of its own."""
    position = scene.dm.position
    said = await scene.dm.says("alice:" + "0123456789abcdef" * 2)
    await scene.dm.hears("nothing was stored", after=position)
    await scene.dm.sees_removed(said, after=position)


async def test_a_secret_that_came_too_late_to_be_read_is_removed_all_the_same(
    world: World, new_bot: NewBot, arrive: Arrive
) -> None:
    """What is not run after a downtime may still be read by others."""
    bot = await new_bot()
    scene = await _scene(world, bot, arrive)
    await bot.stop()
    bot.config["commands"] = {"max_age": 1}
    position, text = scene.alice.position, f"jenkins set auth {new_token(world)}"
    said = [(seat, await seat.says(text)) for seat in (scene.room, scene.dm)]
    shown = await scene.alice.sees(lambda m: m.event_id == said[-1][1], after=position)
    await asyncio.sleep(max(0.0, shown.ts / 1000 + 1.01 - time.time()))
    await bot.start()
    for seat, event_id in said:
        await seat.sees_removed(event_id, after=position)
    await scene.room.hears("did not store", after=position)
    await scene.room.hears("too old", after=position)
    assert connected(bot, scene.alice.user) == []
