"""The words of the original Hubot scripts, as people have them in their fingers."""

from __future__ import annotations

import re
from dataclasses import dataclass

import pytest

from sandbox.bot import Bot
from sandbox.jenkins import choice, string
from sandbox.world import Arrive, World
from tests.e2e.evidence import connected, stands_nowhere
from tests.e2e.seat import Seat
from tests.e2e.steps import led_dm, meet, new_job, new_token, open_dm, started_by


@dataclass(frozen=True)
class Scene:
    """Alice in a room and in her direct message; a folder, and jobs that she may build."""

    world: World
    room: Seat
    dm: Seat
    folder: str
    plain: str
    asking: str


@pytest.fixture(scope="module")
async def scene(world: World, bot: Bot, arrive_to_stay: Arrive) -> Scene:
    """Alice connects in the words of the scripts, from the room and in the direct message."""
    alice, onlooker = await arrive_to_stay("alice"), await arrive_to_stay("onlooker")
    plain, asking = new_job(world), new_job(world, choice("ENV", "dev", "prod"), string("NOTE"))
    folder = plain.replace("job", "folder")
    world.jenkins.add_folder(folder)
    world.jenkins.add_job(f"{folder}/nightly report")
    room, _ = await meet(bot, alice, onlooker)
    return Scene(world, room, await open_dm(alice, bot), folder, plain, asking)


async def test_jenkins_set_auth(scene: Scene) -> None:
    """Checks with Jenkins, stores sealed, redacts the message."""
    position, pasted = scene.dm.position, new_token(scene.world)
    said = await scene.dm.says(f"jenkins set auth {pasted}")
    await scene.dm.hears("You have authenticated as alice", after=position)
    await scene.dm.sees_removed(said, after=position)
    assert "jenkins" in connected(scene.dm.bot, scene.dm.who.user)
    stands_nowhere(pasted.partition(":")[2], scene.dm.bot, scene.dm.who)


async def test_t_setupauth_and_t_auth(scene: Scene) -> None:
    """Said in a room, the address comes in the direct message, and the PIN goes there."""
    position = scene.room.position
    await scene.room.asks("actas t setupauth", "sent you a direct message")
    shown = await scene.dm.hears(
        f"{scene.world.x.url}/oauth/authorize?oauth_token=", after=position
    )
    token = re.findall(r"oauth_token=(\S+)", shown.body)[0]
    assert "oauth_token" not in " ".join(scene.room.heard(after=position))
    pin = await scene.world.x.authorise(token, "alice")
    position = scene.dm.position
    said = await scene.dm.says(f"t auth {pin}")
    await scene.dm.hears("You have authenticated as @alice", after=position)
    await scene.dm.sees_removed(said, after=position)
    assert "twitter" in connected(scene.dm.bot, scene.dm.who.user)


async def test_t_setupauth_opens_a_direct_message(scene: Scene, arrive: Arrive) -> None:
    """Where there is none yet."""
    bot = scene.room.bot
    seat, _ = await meet(bot, await arrive("bob"), scene.room.who)
    await seat.asks("!t setupauth", "sent you a direct message")
    await (await led_dm(seat.who, bot)).hears("oauth_token=", after=0)


async def test_t_search(scene: Scene) -> None:
    """What others have posted, with who did."""
    scene.world.x.publish("bob", f"all about {scene.plain}")
    answer = await scene.room.asks(f"actas t search {scene.plain}", f"all about {scene.plain}")
    assert answer.body.startswith("1. @bob ")


async def test_t_tweet(scene: Scene) -> None:
    """As the user's own account, with the link."""
    text = f"Hello, this is {scene.plain} & co."
    answer = await scene.room.asks(f"actas t tweet {text}", "Posted")
    post = scene.world.x.posts[-1]
    assert (post.author.name, post.text) == ("alice", text)
    assert f"/alice/status/{post.id}" in answer.body


@pytest.mark.parametrize("address", ["actas j", "actas jenkins", "@actas: j", "!j"])
async def test_j_list_with_a_filter(scene: Scene, address: str) -> None:
    """Numbered, with the state of each."""
    answer = await scene.room.asks(f"{address} list {scene.plain}", scene.plain)
    assert re.search(rf"1\. \S.* `?{scene.plain}`?", answer.body)


async def test_j_list(scene: Scene) -> None:
    """The jobs and folders of the top level, numbered, fifty on a page."""
    answer = await scene.room.asks("actas j list", "1. NEW `deploy-prod`")
    assert f"{scene.folder}/" in answer.body


async def test_j_ls(scene: Scene) -> None:
    """The top level, and a folder by its path; its numbers can be used."""
    await scene.room.asks("actas j ls", f"{scene.folder}/")
    await scene.room.asks(f"actas j ls /{scene.folder}", f"{scene.folder}/nightly report")
    await scene.room.asks("actas j describe 1", "nightly report")
    await scene.room.asks("actas j b 1", f"{scene.folder}/nightly report #1")


async def test_j_describe(scene: Scene) -> None:
    """Details, with the parameters."""
    answer = await scene.room.asks(f"actas j describe {scene.asking}", scene.asking)
    assert "ENV" in answer.body
    assert "dev, prod" in answer.body


async def test_j_build_and_j_last(scene: Scene) -> None:
    """Starts it, answers with the link; the last build is shown afterwards."""
    world, job = scene.world, scene.plain
    await scene.room.asks(f"actas j last {job}", "never been built")
    answer = await scene.room.asks(f"actas j build {job}", f"{job} #1")
    assert f"{world.jenkins.url}/job/{job}/1/" in answer.body
    await world.jenkins.idle()
    last = await scene.room.asks(f"actas j last {job}", "SUCCESS")
    assert "Started by user Alice" in last.body
    assert started_by(world, job) == ["alice"]


async def test_j_build_and_j_b_with_parameters(scene: Scene) -> None:
    """``a=b&c=d`` after a comma, percent-decoded, by name and by number."""
    world, job = scene.world, scene.asking
    await scene.room.asks(f"actas j build {job}, ENV=prod&NOTE=two%20words", f"{job} #1")
    await scene.room.asks(f"actas j list {job}", job)
    await scene.room.asks("actas j b 1, ENV=dev&NOTE=50%25", f"{job} #2")
    await scene.room.asks("actas j b 1", f"{job} #3")
    await world.jenkins.idle()
    assert [dict(build.parameters) for build in world.jenkins.builds(job)] == [
        {"ENV": "prod", "NOTE": "two words"},
        {"ENV": "dev", "NOTE": "50%"},
        {"ENV": "dev", "NOTE": ""},
    ]


async def test_a_build_that_waits_is_answered_with_its_place_in_the_queue(scene: Scene) -> None:
    """And with the build as soon as it has started."""
    world, job, position = scene.world, scene.plain, scene.room.position
    await world.jenkins.hold()
    try:
        said = await scene.room.says(f"actas j build {job}")
        waiting = await scene.room.answered(said, "queue item", after=position)
        assert f"{world.jenkins.url}/queue/item/" in waiting.body
    finally:
        await world.jenkins.hold(False)
    await scene.room.answered(said, f"{job} #", after=waiting.changed)
