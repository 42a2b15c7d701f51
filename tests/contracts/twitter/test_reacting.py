"""To like and to repost."""

from __future__ import annotations

import pytest

from bot.errors import Forbidden, Invalid, NotFound, Unavailable, UserError
from bot.reply import Link
from sandbox.mishaps import Answer
from sandbox.x import problems
from tests.contracts.fakes import plain
from tests.contracts.twitter.conftest import run

BOTH = pytest.mark.parametrize("said", ["like", "retweet"])


@BOTH
async def test_a_post_is_meant_by_its_number(x, service, alice, said):
    post = x.publish("bob", "hello")
    reply = await run(service, alice, f"{said} 2", listing=["1", post.id])
    assert (x.likes if said == "like" else x.reposts) == {("alice", post.id)}
    address = f"https://x.com/i/status/{post.id}"
    assert reply.about == Link(address, address)
    done = {"like": "Liked", "retweet": "Reposted"}[said]
    assert plain(reply) == f"{done}: {address} ({address})"


@BOTH
async def test_everybody_acts_as_themselves(x, service, alice, bob, said):
    post = x.publish("bob", "hello")
    await run(service, bob, f"{said} {post.id}")
    await run(service, alice, f"{said} https://x.com/bob/status/{post.id}")
    done = x.likes if said == "like" else x.reposts
    assert done == {("alice", post.id), ("bob", post.id)}


async def test_what_the_plan_does_not_have_is_told_and_whose_matter_it_is(x, service, alice):
    post = x.publish("bob", "hello")
    x.plan.likes = x.plan.retweets = False
    with pytest.raises(
        Invalid, match="liking posts is not in the plan of this bot's app; do it in"
    ):
        await run(service, alice, f"like {post.id}")
    with pytest.raises(Invalid, match="reposting is not in the plan of this bot's app"):
        await run(service, alice, f"retweet {post.id}")


@BOTH
async def test_an_endpoint_that_is_not_for_such_apps_is_told_as_the_plan(x, service, alice, said):
    x.fail(Answer(403, problems.UNSUPPORTED))
    with pytest.raises(Invalid, match="not in the plan"):
        await run(service, alice, f"{said} 1750000000000000001")


async def test_a_like_may_be_repeated_and_a_repost_says_that_it_was_one(x, service, alice):
    post = x.publish("bob", "hello")
    for _ in range(2):
        await run(service, alice, f"like {post.id}")
    await run(service, alice, f"retweet {post.id}")
    with pytest.raises(Invalid, match="reposted that already"):
        await run(service, alice, f"retweet {post.id}")


@BOTH
async def test_a_post_that_is_not_there_is_named(service, alice, said):
    with pytest.raises(NotFound) as error:
        await run(service, alice, f"{said} 1750000000000000001")
    assert error.value.what == "post 1750000000000000001"


@BOTH
async def test_a_plain_no_names_the_account(x, service, alice, said):
    x.fail(Answer(403, problems.FORBIDDEN))
    with pytest.raises(Forbidden) as error:
        await run(service, alice, f"{said} 1750000000000000001")
    assert error.value.account == "@alice"


@BOTH
@pytest.mark.parametrize("data", [None, {}, {"liked": False}, {"retweeted": "yes"}, [], "x"])
async def test_what_x_does_not_confirm_may_have_been_done(x, service, alice, said, data):
    x.fail(Answer(200, {"data": data}))
    with pytest.raises(Unavailable) as error:
        await run(service, alice, f"{said} 1750000000000000001")
    assert not error.value.retryable


@BOTH
@pytest.mark.parametrize("post", ["", "hello", "https://evil.example/bob/status/1", "../me"])
async def test_what_is_no_post_is_refused_before_x_is_asked(x, service, alice, said, post):
    x.fail(Answer(500))
    with pytest.raises(UserError):
        await run(service, alice, f"{said} {post}")
