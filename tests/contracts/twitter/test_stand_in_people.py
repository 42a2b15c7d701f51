"""The stand-in keeps apart who may see, answer and like what, as X does.

Asked with requests-oauthlib, as in ``test_stand_in``.
"""

from __future__ import annotations

import pytest

from tests.contracts.twitter.test_stand_in import _ask, _keys_of, _post

ME, HOME = "/2/users/1001", "/2/users/1001/timelines/reverse_chronological"


async def _get(x, path, user="alice", **params):
    return (await _ask(x, "GET", path, params=params, **_keys_of(x, user))).json()


async def _react(x, what, post, user="alice", number="1001"):
    body = {"tweet_id": post.id}
    return await _post(x, f"/2/users/{number}/{what}", json=body, **_keys_of(x, user))


async def test_a_post_has_the_fields_that_are_asked_for(x):
    post = x.publish("bob", "hello")
    plain = await _get(x, f"/2/tweets/{post.id}")
    assert set(plain["data"]) == {"id", "text", "edit_history_tweet_ids"}
    full = await _get(
        x,
        f"/2/tweets/{post.id}",
        **{"tweet.fields": "created_at,public_metrics", "expansions": "author_id"},
    )
    assert set(full["data"]) - set(plain["data"]) == {"created_at", "public_metrics", "author_id"}
    assert full["includes"] == {"users": [{"id": "1002", "name": "Bob", "username": "bob"}]}


async def test_an_account_has_the_fields_that_are_asked_for(x):
    x.publish("bob", "hello")
    plain = await _get(x, "/2/users/by/username/BOB")
    assert plain == {"data": {"id": "1002", "name": "Bob", "username": "bob"}}
    full = await _get(
        x, "/2/users/by/username/bob", **{"user.fields": "protected,public_metrics,description"}
    )
    assert full["data"]["protected"] is False
    assert full["data"]["public_metrics"]["tweet_count"] == 1


async def test_nobody_and_no_name_are_told_apart(x):
    assert (await _get(x, "/2/users/by/username/nobody"))["errors"][0]["title"] == "Not Found Error"
    answer = await _ask(x, "GET", "/2/users/by/username/a-b", **_keys_of(x, "alice"))
    assert answer.status_code == 400


async def test_a_home_timeline_is_its_owners_alone_and_of_whom_they_follow(x):
    x.publish("alice", "mine")
    x.publish("bob", "his")
    both = await _get(x, HOME)
    assert [post["text"] for post in both["data"]] == ["his", "mine"]
    x.unfollow("alice", "bob")
    assert [post["text"] for post in (await _get(x, HOME))["data"]] == ["mine"]
    other = await _ask(x, "GET", HOME, **_keys_of(x, "bob"))
    assert other.status_code == 400


async def test_protected_posts_are_shown_to_followers_only(x):
    post = x.publish("bob", "for @alice")
    x.protect("bob")
    paths = (f"/2/tweets/{post.id}", "/2/users/1002/tweets")
    for path in paths:
        assert "data" in await _get(x, path)
    x.unfollow("alice", "bob")
    for path in paths:
        assert (await _get(x, path))["errors"][0]["title"] == "Authorization Error"
    assert "data" not in await _get(x, "/2/tweets/search/recent", query="for")
    assert "data" not in await _get(x, f"{ME}/mentions")
    assert (await _react(x, "likes", post)).status_code == 404


async def test_who_is_suspended_is_not_seen_and_does_nothing(x):
    post = x.publish("bob", "hello")
    x.suspend("bob")
    assert "suspended" in (await _get(x, "/2/users/by/username/bob"))["errors"][0]["detail"]
    assert "suspended" in (await _get(x, "/2/users/1002/tweets"))["errors"][0]["detail"]
    assert "errors" in await _get(x, f"/2/tweets/{post.id}")
    assert (await _get(x, "/2/users/me", user="bob"))["errors"][0]["code"] == 64


async def test_a_reply_is_for_the_author_and_for_whom_they_have_named(x):
    own = x.publish("alice", "a beginning")
    invited = x.publish("bob", "what do you say, @Alice?")
    other = x.publish("bob", "hello, @alicia")

    async def reply(post, text):
        body = {"text": text, "reply": {"in_reply_to_tweet_id": post.id}}
        return await _post(x, "/2/tweets", json=body, **_keys_of(x, "alice"))

    assert (await reply(own, "1")).status_code == 201
    assert (await reply(invited, "2")).status_code == 201
    assert x.posts[-1].reply_to == invited.id
    refused = await reply(other, "3")
    assert refused.status_code == 403
    assert "have not been mentioned" in refused.json()["detail"]
    x.plan.uninvited_replies = True
    assert (await reply(other, "4")).status_code == 201
    x.remove(own)
    assert (await reply(own, "5")).status_code == 400


async def test_likes_and_reposts_are_counted_once_for_each_account(x):
    post = x.publish("bob", "hello")
    for _ in range(2):
        assert (await _react(x, "likes", post)).json() == {"data": {"liked": True}}
    assert (await _react(x, "retweets", post)).json()["data"]["retweeted"] is True
    assert (await _react(x, "retweets", post)).status_code == 400
    await _react(x, "likes", post, user="bob", number="1002")
    shown = await _get(x, f"/2/tweets/{post.id}", **{"tweet.fields": "public_metrics"})
    assert shown["data"]["public_metrics"]["like_count"] == 2
    assert shown["data"]["public_metrics"]["retweet_count"] == 1
    assert x.likes == {("alice", post.id), ("bob", post.id)}
    assert x.reposts == {("alice", post.id)}


@pytest.mark.parametrize("what", ["likes", "retweets"])
async def test_nobody_likes_in_the_name_of_others_or_against_the_plan(x, what):
    post = x.publish("bob", "hello")
    assert (await _react(x, what, post, number="1002")).status_code == 400
    setattr(x.plan, what, False)
    refused = await _react(x, what, post)
    assert (refused.status_code, refused.json()["reason"]) == (403, "client-not-enrolled")
    assert x.likes == x.reposts == set()


@pytest.mark.parametrize(
    ("endpoint", "path"),
    [
        ("timeline", HOME),
        ("mentions", f"{ME}/mentions"),
        ("posts", f"{ME}/tweets"),
        ("user", "/2/users/by/username/bob"),
        ("post", "/2/tweets/1"),
    ],
)
async def test_every_endpoint_has_its_limit(x, endpoint, path):
    x.limits.per_window[endpoint] = 1
    answers = [await _ask(x, "GET", path, **_keys_of(x, "alice")) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [200, 429]
    assert answers[1].headers["x-rate-limit-remaining"] == "0"


async def test_without_credits_nothing_is_free(x):
    post, own = x.publish("bob", "hello"), x.publish("alice", "hello")
    x.limits.credits = 0
    keys = _keys_of(x, "alice")
    for method, path in (
        ("GET", "/2/users/me"),
        ("GET", HOME),
        ("GET", f"/2/tweets/{post.id}"),
        ("DELETE", f"/2/tweets/{own.id}"),
    ):
        assert (await _ask(x, method, path, **keys)).status_code == 402
    assert (await _react(x, "likes", post)).status_code == 402
    assert len(x.posts) == 2
