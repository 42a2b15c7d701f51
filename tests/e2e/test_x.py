"""X from a room: long texts as threads, others' posts by their number, and what is deleted."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from sandbox.bot import Bot
from sandbox.world import Arrive, World
from tests.e2e.seat import Seat
from tests.e2e.steps import connect_x, meet, open_dm

SENTENCE = "This is sentence {number} of {name}."


@dataclass(frozen=True)
class Scene:
    """Alice, connected with X, in a room."""

    world: World
    room: Seat

    def posts(self, text: str) -> list[str]:
        """What Alice has posted with this text in it, oldest first."""
        posts = self.world.x.posts
        return [p.text for p in posts if text in p.text and p.author.name == "alice"]


@pytest.fixture(scope="module")
async def scene(world: World, bot: Bot, arrive_to_stay: Arrive) -> Scene:
    """She brings a PIN."""
    alice, onlooker = await arrive_to_stay("alice"), await arrive_to_stay("onlooker")
    dm = await open_dm(alice, bot)
    await connect_x(dm, world)
    room, _ = await meet(bot, alice, onlooker)
    return Scene(world, room)


async def test_a_long_text_becomes_a_thread_after_a_yes(scene: Scene) -> None:
    """It is shown as it will be posted, and nothing is before somebody has said so."""
    name = scene.world.unique("thread")
    text = " ".join(SENTENCE.format(number=number, name=name) for number in range(20))
    position = scene.room.position
    said = await scene.room.says(f"!t tweet {text}")
    question = await scene.room.answered(said, "As a thread of 3 posts by @alice", after=position)
    assert "say `yes`" in question.body.lower()
    assert scene.posts(name) == []
    await scene.room.says("yes")
    answer = await scene.room.answered(said, "Posted a thread of 3 posts", after=position)
    posted = scene.posts(name)
    assert len(posted) == 3
    assert all(post in question.body for post in posted)
    assert answer.body.count("/alice/status/") >= 3


async def test_others_posts_are_answered_by_their_number(scene: Scene) -> None:
    """The number is that of the list that Alice saw last in this room."""
    name, x = scene.world.unique("talk"), scene.world.x
    post = x.publish("bob", f"What do you say about {name}, @alice?")
    await scene.room.asks("!t mentions", f"1. @bob (just now): What do you say about {name}")
    await scene.room.asks(f"!t reply 1 {name} is fine", "Posted: ")
    await scene.room.asks("!t like 1", "Liked: ")
    await scene.room.asks("!t retweet 1", "Reposted: ")
    assert x.posts[-1].reply_to == post.id
    assert ("alice", post.id) in x.likes & x.reposts


async def test_a_post_is_shown_before_it_is_deleted(scene: Scene) -> None:
    """And it is deleted after a "yes"."""
    name, position = scene.world.unique("regret"), scene.room.position
    await scene.room.asks(f"!t tweet {name} is the best", "Posted: ")
    await scene.room.asks("!t user alice", f"1. @alice (just now): {name} is the best")
    said = await scene.room.says("!t delete 1")
    question = await scene.room.answered(said, f"{name} is the best", after=position)
    assert "say `yes`" in question.body.lower()
    assert len(scene.posts(name)) == 1
    await scene.room.says("yes")
    await scene.room.answered(said, "Deleted the post", after=position)
    assert scene.posts(name) == []


async def test_somebody_elses_post_is_not_even_asked_about(scene: Scene) -> None:
    """Whose it is, is said at once."""
    post = scene.world.x.publish("bob", scene.world.unique("post"))
    await scene.room.asks(f"!t delete {post.id}", "That post is somebody else's")
    assert post in scene.world.x.posts


async def test_what_the_plan_does_not_have_is_said_plainly(scene: Scene) -> None:
    """And whose matter it is."""
    post = scene.world.x.publish("bob", scene.world.unique("post"))
    scene.world.x.plan.likes = False
    try:
        await scene.room.asks(f"!t like {post.id}", "liking posts is not in the plan of this bot's")
    finally:
        scene.world.x.plan.likes = True
