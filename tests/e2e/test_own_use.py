"""P2: everybody acts as themselves, with what they have seen, and at their own pace."""

from __future__ import annotations

from base64 import b64encode
from dataclasses import dataclass

import pytest

from sandbox.bot import Bot
from sandbox.content import Quoted
from sandbox.held import Held
from sandbox.jenkins import BUILD, READ
from sandbox.jenkins.mishaps import json
from sandbox.world import Arrive, World
from tests.e2e.evidence import connected
from tests.e2e.seat import Seat
from tests.e2e.steps import (
    asked_of_jenkins,
    connect_jenkins,
    led_dm,
    meet,
    new_job,
    open_dm,
    started_by,
)


@dataclass(frozen=True)
class Scene:
    """Alice and Bob, each connected as themselves, and Eve, who is not; all in one room."""

    world: World
    alice: Seat
    bob: Seat
    eve: Seat
    alice_dm: Seat
    token: str


@pytest.fixture(scope="module")
async def scene(world: World, bot: Bot, arrive_to_stay: Arrive) -> Scene:
    """They meet once for all tests."""
    people = [await arrive_to_stay(name) for name in ("alice", "bob", "eve")]
    dms = [await open_dm(who, bot) for who in people[:2]]
    token = await connect_jenkins(dms[0], world, "alice")
    await connect_jenkins(dms[1], world, "bob")
    seats = await meet(bot, *people)
    return Scene(world, *seats, dms[0], token)


async def test_nobody_acts_with_somebody_elses_credential(scene: Scene) -> None:
    """Eve in the same room as Alice is as far from Alice's account as anybody."""
    world, eve = scene.world, scene.eve
    job = new_job(world)
    seen = asked_of_jenkins(world)
    for text in (f"!jenkins build {job}", "!jenkins whoami", f"actas: j b {job}"):
        await eve.asks(text, "have not connected")
    assert asked_of_jenkins(world) == seen, "Jenkins was not even asked"
    assert connected(eve.bot, eve.who.user) == []
    dm = await led_dm(eve.who, eve.bot)
    await dm.asks("accounts", "connected nothing")


async def test_a_command_is_run_with_the_credential_of_who_said_it(scene: Scene) -> None:
    """What Jenkins sees is Alice's token for Alice, and hers alone."""
    world = scene.world
    seen = len(world.jenkins.requests)
    await scene.alice.asks("!jenkins whoami", "alice")
    asked = [each for each in world.jenkins.requests[seen:] if each.raw_path.startswith("/me/")]
    credentials = {request.headers["Authorization"] for request in asked}
    assert credentials == {f"Basic {b64encode(scene.token.encode()).decode()}"}
    await scene.bob.asks("!jenkins whoami", "bob")


async def test_answering_alice_does_not_make_one_alice(scene: Scene) -> None:
    """Neither in her thread nor with her words quoted."""
    root = await scene.alice.says("here is my thread")
    quoted = Quoted(root, scene.alice.who.user, "!jenkins whoami")
    await scene.eve.asks("!jenkins whoami", "have not connected", thread=root)
    await scene.eve.asks("!jenkins whoami", "have not connected", answers=quoted)


async def test_two_people_can_hold_one_account_and_lose_it_each_for_themselves(
    scene: Scene, arrive: Arrive
) -> None:
    """Disconnecting is about one's own credential."""
    bot = scene.alice.bot
    dm = await open_dm(await arrive("alicia"), bot)
    await connect_jenkins(dm, scene.world, "alice")
    await dm.asks("disconnect jenkins", "is removed")
    assert connected(bot, dm.who.user) == []
    await scene.alice.asks("!jenkins whoami", "alice")


async def test_a_number_means_the_list_that_its_user_saw_in_that_room(scene: Scene) -> None:
    """``b 1`` of Alice's and of Bob's are two jobs, and the direct message has its own list."""
    world = scene.world
    mine, his, private = (_folder(world) for _ in range(3))
    world.jenkins.allow("bob", his, READ, BUILD)
    await scene.alice.asks(f"!jenkins ls /{mine}", f"{mine}/job")
    await scene.bob.asks(f"!jenkins ls /{his}", f"{his}/job")
    await scene.alice_dm.asks(f"jenkins ls /{private}", f"{private}/job")
    await scene.alice.asks("!jenkins b 1", f"{mine}/job #1")
    await scene.bob.asks("!jenkins b 1", f"{his}/job #1")
    await scene.alice_dm.asks("j b 1", f"{private}/job #1")
    await world.jenkins.idle()
    found = [started_by(world, f"{folder}/job") for folder in (mine, his, private)]
    assert found == [["alice"], ["bob"], ["alice"]]


async def test_a_number_without_a_list_builds_nothing(scene: Scene, arrive: Arrive) -> None:
    """Somebody else's list does not help, in the same room or elsewhere."""
    world = scene.world
    folder = _folder(world)
    await scene.alice.asks(f"!jenkins ls /{folder}", f"{folder}/job")
    dora = await arrive("dora")
    dm = await open_dm(dora, scene.alice.bot)
    await connect_jenkins(dm, world, "alice")
    await scene.alice.who.invite(scene.alice.room, dora.user)
    await dora.join(scene.alice.room)
    await dora.has_joined(scene.alice.room, dm.bot.user)
    for seat in (dm, Seat(dora, dm.bot, scene.alice.room)):
        await seat.asks("!jenkins b 1", "no list")
    assert started_by(world, f"{folder}/job") == []


async def test_after_a_restart_the_list_has_to_be_asked_for_again(
    world: World, arrive: Arrive
) -> None:
    """Nobody knows any more what the numbers meant."""
    async with world.bot() as bot:
        dm = await open_dm(await arrive("alice"), bot)
        await connect_jenkins(dm, world)
        folder = _folder(world)
        await dm.asks(f"jenkins ls /{folder}", f"{folder}/job")
        await bot.stop()
        await bot.start()
        refusal = await dm.asks("jenkins b 1", "no list")
        assert "list command first" in refusal.body
        await dm.asks(f"jenkins ls /{folder}", f"{folder}/job")
        await dm.asks("jenkins b 1", f"{folder}/job #1")
        await world.jenkins.idle()
        assert started_by(world, f"{folder}/job") == ["alice"]


async def test_a_slow_jenkins_delays_nobody_else(scene: Scene) -> None:
    """Bob is answered while Alice's request still hangs; so is Alice in another room."""
    me = '{"id": "alice", "fullName": "Alice"}'
    position = scene.alice.position
    with Held(json(me)) as held:
        scene.world.jenkins.fail(held, path="/me/api/json")
        said = await scene.alice.says("!jenkins whoami")
        await held.arrives()
        await scene.bob.asks("!help", "I run commands as you")
        await scene.bob.asks("!jenkins whoami", "bob")
        await scene.alice_dm.asks("help", "I run commands as you")
        assert held.waits
        held.release()
        await scene.alice.answered(said, "alice", after=position)


async def test_one_persons_commands_in_one_room_run_in_their_order(scene: Scene) -> None:
    """The second one waits for the first, however long that takes."""
    position = scene.alice.position
    with Held(json('{"id": "alice", "fullName": "Alice"}')) as held:
        scene.world.jenkins.fail(held, path="/me/api/json")
        first = await scene.alice.says("!jenkins whoami")
        await held.arrives()
        second = await scene.alice.says("!help accounts")
        await scene.bob.settles()  # the bot has heard what came after Alice's second one
        held.release()
        one = await scene.alice.answered(first, after=position)
        other = await scene.alice.answered(second, after=position)
        assert one.arrived < other.arrived


def _folder(world: World) -> str:
    """A folder of the test's own with one job; no earlier listing of it can be remembered."""
    folder = f"folder-{new_job(world)}"
    world.jenkins.add_folder(folder)
    world.jenkins.add_job(f"{folder}/job")
    return folder
