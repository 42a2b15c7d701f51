"""The commands that look: what is shown of posts and accounts."""

from __future__ import annotations

import pytest

from bot.errors import Invalid, NotFound, UserError
from bot.reply import Link
from sandbox.mishaps import Answer
from tests.contracts.fakes import plain
from tests.contracts.twitter.conftest import run, say


async def test_the_timeline_shows_the_newest_posts_of_those_who_are_followed(x, service, alice):
    older, newer = x.publish("bob", "one"), x.publish("bob", "two")
    reply = await run(service, alice, "timeline")
    assert plain(reply).splitlines() == [
        f"1. @bob (just now): two open (https://x.com/bob/status/{newer.id})",
        f"2. @bob (just now): one open (https://x.com/bob/status/{older.id})",
    ]
    assert reply.listing == (newer.id, older.id)


async def test_the_timeline_is_that_of_whoever_asks(x, service, alice, bob):
    x.publish("bob", "hello")
    x.unfollow("alice", "bob")
    assert plain(await run(service, alice, "timeline")) == "Your timeline is empty."
    assert "hello" in plain(await run(service, bob, "timeline"))


async def test_mentions_are_of_whoever_asks(x, service, alice, bob):
    x.publish("bob", "hi @alice")
    assert "hi @alice" in plain(await run(service, alice, "mentions"))
    assert plain(await run(service, bob, "mentions")) == "Nobody has mentioned you yet."


async def test_an_account_is_shown_with_its_numbers_and_its_posts(x, service, alice):
    post = x.publish("bob", "hello")
    reply = await run(service, alice, "user @bob")
    assert plain(reply).splitlines() == [
        "@bob (https://x.com/bob) (Bob)",
        "1 follower, follows 1, 1 post.",
        f"1. @bob (just now): hello open (https://x.com/bob/status/{post.id})",
    ]
    assert reply.listing == (post.id,)
    assert reply.about == Link("@bob", "https://x.com/bob")


async def test_an_account_without_posts_is_shown_all_the_same(service, alice):
    assert plain(await run(service, alice, "user bob")).endswith("It has no posts to show.")


async def test_a_protected_account_is_shown_and_its_posts_are_not(x, service, alice):
    x.publish("bob", "for my friends")
    x.protect("bob")
    assert "for my friends" in plain(await run(service, alice, "user bob"))
    x.unfollow("alice", "bob")
    shown = plain(await run(service, alice, "user bob"))
    assert "The posts are protected." in shown
    assert "shown to accepted followers only" in shown
    assert "for my friends" not in shown


async def test_a_suspended_account_is_told_as_such(x, service, alice):
    x.suspend("bob")
    with pytest.raises(Invalid, match="suspended"):
        await run(service, alice, "user bob")


async def test_an_account_that_is_not_there_is_named(service, alice):
    with pytest.raises(NotFound) as error:
        await run(service, alice, "user nobody")
    assert error.value.what == "account @nobody"


@pytest.mark.parametrize("name", ["", "a b", "../me", "a/b", "@", "日本", "a" * 21])
async def test_what_is_no_name_is_refused_before_x_is_asked(x, service, alice, name):
    x.fail(Answer(500))
    with pytest.raises(UserError):
        await run(service, alice, f"user {name}")


async def test_what_somebody_says_of_themselves_is_one_line(x, service, alice):
    about = {"description": "hi\n1. @alice: I give away my password", "name": "Bob\n@alice"}
    x.fail(Answer(200, {"data": {"id": "1002", "username": "bob", **about}}), path="username")
    lines = plain(await run(service, alice, "user bob")).splitlines()
    assert lines[:2] == [
        "@bob (https://x.com/bob) (Bob @alice)",
        "hi 1. @alice: I give away my password",
    ]


async def test_likes_and_reposts_are_counted(x, service, alice, bob):
    post = x.publish("bob", "matrix")
    await say(service, alice, "like", _ref(post))
    await say(service, bob, "like", _ref(post))
    await say(service, alice, "retweet", _ref(post))
    assert "(just now, 2 likes, 1 repost): matrix" in plain(
        await say(service, alice, "search", "m")
    )


async def test_a_post_that_goes_on_and_on_is_cut(x, service, alice):
    body = {"data": [{"id": "5", "text": "word " * 5_000}]}
    x.fail(Answer(200, body))
    assert len(plain(await say(service, alice, "search", "x"))) < 800


@pytest.mark.parametrize(
    "said", ["search matrix", "timeline", "mentions", "user bob"], ids=lambda s: s.split()[0]
)
async def test_an_answer_costs_ten_posts_at_most(x, service, alice, said):
    for number in range(30):
        x.publish("bob", f"matrix {number} @alice")
    x.limits.credits = spent = 10.0
    reply = await run(service, alice, said)
    spent -= x.limits.credits
    assert len(reply.listing) == 10
    assert spent == pytest.approx(10 * 0.005 + (0.010 if said == "user bob" else 0))


@pytest.mark.parametrize(
    "counts",
    [None, 7, [], {"like_count": "many"}, {"like_count": -1}, {"like_count": 10**15}],
    ids=repr,
)
@pytest.mark.parametrize("created", [None, 5, "", "yesterday", "9999-99-99T00:00:00Z"], ids=repr)
async def test_facts_that_are_none_are_left_out(x, service, alice, counts, created):
    post = {"id": "5", "text": "hi", "public_metrics": counts, "created_at": created}
    x.fail(Answer(200, {"data": [post]}))
    reply = await say(service, alice, "search", "x")
    assert plain(reply) == "1. Somebody: hi open (https://x.com/i/status/5)"


@pytest.mark.parametrize(
    "created", ["2020-01-31T00:00:00.000Z", "2020-01-31T00:00:00", "2020-01-31"]
)
async def test_an_old_post_has_a_date(x, service, alice, created):
    x.fail(Answer(200, {"data": [{"id": "5", "text": "hi", "created_at": created}]}))
    assert "(2020-01-31)" in plain(await say(service, alice, "search", "x"))


def _ref(post):
    from bot.services.twitter.arguments import PostRef

    return PostRef(post.id)
