"""What people at Element say and see: a client that nobody here wrote, in its strictest mode."""

from __future__ import annotations

from dataclasses import dataclass, replace

import pytest

from sandbox.bot import Bot
from sandbox.jenkins import choice, password
from sandbox.world import World
from tests.e2e.conftest import AtElement
from tests.e2e.evidence import connected
from tests.e2e.seat import Seat
from tests.e2e.steps import (
    coded_yes,
    connect_jenkins,
    meet,
    new_job,
    new_long_folder,
    open_dm,
    started_by,
)


@dataclass(frozen=True)
class Scene:
    """Alice and Bob in a room; each has a direct message and is connected as themselves."""

    alice: Seat
    bob: Seat
    dm: Seat


@pytest.fixture(scope="module")
async def scene(world: World, bot: Bot, at_element_to_stay: AtElement) -> Scene:
    """They stay for all tests."""
    people = [await at_element_to_stay(name) for name in ("alice", "bob")]
    dms = [await open_dm(who, bot) for who in people]
    for dm, account in zip(dms, ("alice", "bob"), strict=True):
        await connect_jenkins(dm, world, account)
    return Scene(*await meet(bot, *people), dms[0])


async def test_a_token_that_is_pasted_connects_and_disappears(
    world: World, bot: Bot, at_element: AtElement
) -> None:
    """From the greeting on, Element shows a warning beside nothing that the bot says."""
    alice = await at_element("alice")
    dm = await open_dm(alice, bot)
    await connect_jenkins(dm, world)
    await dm.asks("jenkins whoami", "You are alice")
    said = [message for message in alice.timeline if message.sender == bot.user]
    assert len(said) >= 3
    assert all(message.unwarned for message in said)


async def test_an_answer_in_a_room_is_read_by_everybody_without_a_warning(scene: Scene) -> None:
    """Each is answered as themselves."""
    for asker, reader, account in (
        (scene.alice, scene.bob, "alice"),
        (scene.bob, scene.alice, "bob"),
    ):
        position = reader.position
        answer = await asker.asks("!jenkins whoami", f"You are {account}")
        other = await reader.hears(f"You are {account}", after=position)
        assert other.event_id == answer.event_id
        assert answer.unwarned
        assert other.unwarned


async def test_an_edit_runs_nothing(scene: Scene, world: World) -> None:
    """Neither one of a remark nor one of a command."""
    first, second = new_job(world), new_job(world)
    remark = await scene.alice.says("good morning")
    await scene.alice.who.edit(scene.alice.room, remark, f"!jenkins build {second}")
    position = scene.alice.position
    command = await scene.alice.says(f"!jenkins build {first}")
    await scene.alice.answered(command, f"{first} #1", after=position)
    await scene.alice.who.edit(scene.alice.room, command, f"!jenkins build {second}")
    await scene.alice.settles()
    await world.jenkins.idle()
    assert (started_by(world, first), started_by(world, second)) == (["alice"], [])


async def test_neither_a_reaction_nor_an_edit_is_a_yes(scene: Scene) -> None:
    """What waits for a word goes on waiting for it."""
    dm, alice = scene.dm, scene.dm.who
    remark = await dm.says("help accounts")
    question = await dm.asks("forget me", "Say `yes`")
    for key in ("👍", "✅", "yes"):
        await alice.react(dm.room, question.event_id, key)
    await alice.edit(dm.room, remark, "yes")
    await dm.settles()
    assert connected(dm.bot, alice.user) == ["jenkins"]


async def test_a_long_answer_is_a_file_that_element_decrypts(scene: Scene, world: World) -> None:
    """Nobody is warned of it either."""
    folder, names = new_long_folder(world)
    answer = await scene.alice.asks(f"!jenkins ls /{folder}", lambda m: m.kind == "m.file")
    text = (await scene.alice.who.download(answer)).decode()
    assert all(name in text for name in names)
    assert answer.unwarned


async def test_an_answer_stays_in_its_thread(scene: Scene) -> None:
    """Where Element shows it beside the room, and not in it."""
    root = await scene.alice.says("let us see who we are")
    answer = await scene.alice.asks("!jenkins whoami", "You are alice", thread=root)
    assert answer.thread == root
    assert answer.unwarned


async def test_a_build_that_needs_more_is_talked_through_in_its_thread_and_followed(
    scene: Scene, world: World
) -> None:
    """Questions, the password in private, the whole call, and one message that is edited."""
    needed = replace(choice("ENV", "dev", "prod"), default=None)
    job = new_job(world, needed, replace(password("PW"), default=None), seconds=None)
    room, dm, alice = scene.alice, scene.dm, scene.alice.who
    position, private = room.position, dm.position
    said = await room.says(f"!jenkins build {job}")
    question = await room.answered(said, "ENV", after=position)
    assert question.thread == said
    await room.says("prod", thread=said)
    await dm.hears("PW", after=private)
    private, position = dm.position, room.position
    secret = await dm.says("hunter2")
    await dm.sees_removed(secret, after=private)
    asked = await room.hears("This will run", after=position)
    assert f"jenkins build {job} ENV=prod PW=********" in asked.body
    assert asked.unwarned
    position = room.position
    await room.says(coded_yes(asked), thread=said)
    answer = await room.hears(f"{job} #1", after=position)
    await world.jenkins.finish(job)
    ended = await room.hears(
        lambda m: m.event_id == answer.event_id and "SUCCESS" in m.body, after=position
    )
    assert ended.unwarned
    assert started_by(world, job) == ["alice"]
    everything = " ".join(m.body for m in alice.timeline if m.sender == room.bot.user)
    assert "hunter2" not in everything


async def test_an_artifact_is_a_file_that_element_decrypts(scene: Scene, world: World) -> None:
    """Its caption says what it is."""
    job = new_job(world, artifacts={"out/report.txt": b"all is well"})
    position = scene.alice.position
    said = await scene.alice.says(f"!jenkins build {job}")
    await scene.alice.answered(said, f"{job} #1", after=position)
    await world.jenkins.idle()
    sent = await scene.alice.asks(
        f"!jenkins artifacts {job} report.txt", lambda m: m.kind == "m.file"
    )
    assert await scene.alice.who.download(sent) == b"all is well"
    assert sent.content["filename"] == "report.txt"
    assert sent.unwarned
