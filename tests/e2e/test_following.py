"""A build that goes on after its answer: one message, edited to the end, whatever happens."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest

from sandbox.bot import Bot
from sandbox.timeline import Message
from sandbox.world import Arrive, World
from tests.e2e.evidence import rows
from tests.e2e.seat import Seat
from tests.e2e.steps import connect_jenkins, meet, new_job, open_dm


@dataclass(frozen=True)
class Scene:
    """Alice, connected, in a room with Bob."""

    world: World
    bot: Bot
    alice: Seat
    dm: Seat

    async def build(self, job: str, wanted: str = "#1") -> tuple[str, Message]:
        """Start a build; its command and the one message about it."""
        position = self.alice.position
        said = await self.alice.says(f"!jenkins build {job}")
        return said, await self.alice.answered(said, wanted, after=position)

    async def becomes(self, answer: Message, text: str, *, after: int) -> Message:
        """Wait until the answer itself says something."""
        return await self.alice.hears(
            lambda m: m.event_id == answer.event_id and text.lower() in m.body.lower(), after=after
        )


@pytest.fixture(scope="module")
async def scene(world: World, arrive_to_stay: Arrive) -> AsyncIterator[Scene]:
    """A bot of its own, which is stopped and started."""
    async with world.bot(start=False) as bot:
        bot.config["commands"] = {"per_minute": 1000}
        await bot.start()
        alice, bob = await arrive_to_stay("alice"), await arrive_to_stay("bob")
        dm = await open_dm(alice, bot)
        await connect_jenkins(dm, world)
        seat, _ = await meet(bot, alice, bob)
        yield Scene(world, bot, seat, dm)


async def test_the_answer_is_edited_to_the_end(scene: Scene) -> None:
    """It says how the build ended, with its link; history has that link, too."""
    job = new_job(scene.world, seconds=None)
    _, answer = await scene.build(job)
    position = scene.alice.position
    await scene.world.jenkins.finish(job)
    ended = await scene.becomes(answer, "SUCCESS", after=position)
    assert f"/job/{job}/1/" in ended.html
    told = await scene.alice.asks("!history", job)
    assert "SUCCESS" in told.body
    assert f"/job/{job}/1/" in told.html
    assert rows(scene.bot, "SELECT 1 FROM following") == []


async def test_a_failure_has_the_log_in_the_thread(scene: Scene) -> None:
    """Who asked for it is mentioned: the log is why they look."""
    job = new_job(scene.world, seconds=None, result="FAILURE")
    said, answer = await scene.build(job)
    position = scene.alice.position
    await scene.world.jenkins.finish(job)
    await scene.becomes(answer, "FAILURE", after=position)
    log = await scene.alice.hears("Finished: FAILURE", after=position)
    assert log.thread == said
    assert log.content["m.mentions"] == {"user_ids": [scene.alice.who.user]}


async def test_it_is_followed_to_its_end_over_a_restart(scene: Scene) -> None:
    """Also when it has ended meanwhile."""
    job = new_job(scene.world, seconds=None)
    _, answer = await scene.build(job)
    await scene.bot.kill()
    position = scene.alice.position
    await scene.world.jenkins.finish(job)
    await scene.bot.start()
    await scene.becomes(answer, "SUCCESS", after=position)


async def test_watch_and_watch_stop(scene: Scene) -> None:
    """A build that somebody else started; and no more of it."""
    job = new_job(scene.world, seconds=None)
    await scene.build(f"{job} --no-follow")
    position = scene.alice.position
    said = await scene.alice.says(f"!jenkins watch {job}")
    await scene.alice.answered(said, "#1", after=position)
    assert len(rows(scene.bot, "SELECT 1 FROM following")) == 1
    stopped = await scene.alice.asks("!jenkins watch --stop", job)
    assert job in stopped.body
    assert rows(scene.bot, "SELECT 1 FROM following") == []
    await scene.world.jenkins.finish(job)


async def test_whoever_disconnects_follows_nothing_any_more(scene: Scene) -> None:
    """What is stored of it goes, too."""
    job = new_job(scene.world, seconds=None)
    await scene.build(job)
    await scene.dm.asks("disconnect jenkins", "removed")
    assert rows(scene.bot, "SELECT 1 FROM following") == []
    await scene.world.jenkins.finish(job)
    await connect_jenkins(scene.dm, scene.world)


async def test_a_revoked_token_ends_it_in_a_sentence(scene: Scene) -> None:
    """The last edit says why there is no more."""
    job = new_job(scene.world, seconds=None)
    _, answer = await scene.build(job)
    position = scene.alice.position
    scene.world.jenkins.revoke_tokens("alice")
    ended = await scene.becomes(answer, "no longer follow", after=position)
    assert "no longer accepts" in ended.body
    await scene.world.jenkins.finish(job)
    await connect_jenkins(scene.dm, scene.world)
