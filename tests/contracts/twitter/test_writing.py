"""Posting, replying and deleting: what is shown before, and what comes of it."""

from __future__ import annotations

import pytest

from bot.errors import Invalid, NotFound, UserError
from bot.reply import Link, Quote
from sandbox.mishaps import Answer
from sandbox.x import problems
from tests.contracts.fakes import links, plain
from tests.contracts.twitter.conftest import look, run, service_at

LONG = " ".join(f"This is sentence {number} of many." for number in range(20))


async def test_a_tweet_is_shown_as_it_will_stand_with_count_and_account(service, alice):
    found = await look(service, alice, "tweet first\n  line <b>")
    assert plain(found.ready.preview).splitlines() == [
        "One post as @alice, 16 of 280 characters:",
        "first",
        "  line <b>",
    ]
    assert Quote("first\n  line <b>") in found.ready.preview.blocks
    assert not found.ready.ask
    assert found.asked == []


async def test_nothing_is_asked_of_x_before_a_tweet_is_meant(x, service, alice):
    x.fail(Answer(500))
    await look(service, alice, "tweet see https://example.com")
    assert x.posts == ()


async def test_a_link_is_flagged_with_its_price(service, alice):
    found = await look(service, alice, "tweet see example.com/a now")
    assert plain(found.ready.preview).splitlines()[-1] == (
        "It has a link: example.com/a. A post with a link costs the owner of this app $0.20 "
        "instead of $0.015."
    )


async def test_several_links_are_named_and_not_too_many(service, alice):
    found = await look(service, alice, f"tweet {' '.join(f'a{n}.com' for n in range(7))}")
    last = plain(found.ready.preview).splitlines()[-1]
    assert last.startswith("It has 7 links: a0.com, a1.com, a2.com, a3.com, a4.com and 2 more. A ")


@pytest.mark.parametrize(
    ("prices", "told"),
    [
        (
            {"link_price": 1, "post_price": None},
            " A post with a link costs the owner of this app $1.00.",
        ),
        ({"link_price": None}, ""),
    ],
)
async def test_prices_are_what_the_operator_says(x, alice, prices, told):
    service = service_at(x.url, x, **prices)
    found = await look(service, alice, "tweet example.com")
    assert plain(found.ready.preview).splitlines()[-1] == f"It has a link: example.com.{told}"


async def test_a_tweet_tells_the_history_where_it_is(x, service, alice):
    reply = await run(service, alice, "tweet hello")
    address = f"https://x.com/alice/status/{x.posts[0].id}"
    assert reply.about == Link(address, address)


# -------------------------------------------------------------------------------------- replies
async def test_a_reply_goes_to_the_post_by_its_number(x, service, alice):
    asked = x.publish("bob", "how are you, @alice?")
    reply = await run(service, alice, "reply 2 Fine,  thanks", listing=["1", asked.id])
    made = x.posts[-1]
    assert (made.author.name, made.text, made.reply_to) == ("alice", "Fine,  thanks", asked.id)
    assert plain(reply).startswith(f"Posted: https://x.com/alice/status/{made.id} ")


async def test_a_reply_shows_what_it_answers(x, service, alice):
    link = "https://x.com/bob/status/1750000000000000001"
    found = await look(service, alice, f"reply {link}?s=20 thanks")
    assert plain(found.ready.preview).splitlines() == [
        f"One post as @alice, in reply to {link} ({link}), 6 of 280 characters:",
        "thanks",
    ]


async def test_an_uninvited_reply_is_explained(x, service, alice):
    post = x.publish("bob", "hello world")
    with pytest.raises(Invalid, match="only where the author of the post has mentioned you"):
        await run(service, alice, f"reply {post.id} hi")
    assert len(x.posts) == 1


async def test_a_reply_to_nothing_names_the_post(service, alice):
    with pytest.raises(NotFound) as error:
        await run(service, alice, "reply 1750000000000000009 hi")
    assert error.value.what == "post 1750000000000000009"


async def test_a_reply_without_a_text_is_not_sent(x, service, alice):
    x.fail(Answer(500))
    with pytest.raises(UserError):
        await run(service, alice, "reply 1750000000000000009")


async def test_a_long_reply_is_a_thread_below_the_post(x, service, alice):
    asked = x.publish("bob", "@alice, tell us everything")
    found = await look(service, alice, f"reply {asked.id} {LONG}")
    assert found.ready.ask
    await run(service, alice, f"reply {asked.id} {LONG}")
    _, first, *others = x.posts
    assert first.reply_to == asked.id
    assert [post.reply_to for post in others] == [post.id for post in x.posts[1:-1]]


# ------------------------------------------------------------------------------------- deletions
async def test_a_post_is_shown_before_it_is_deleted(x, service, alice):
    post = x.publish("alice", "hello & goodbye")
    found = await look(service, alice, "delete 1", listing=[post.id])
    address = f"https://x.com/i/status/{post.id}"
    assert plain(found.ready.preview).splitlines() == [
        f"Your post {address} ({address}), just now:",
        "hello & goodbye",
    ]
    assert len(x.posts) == 1


async def test_ones_own_post_is_deleted(x, service, alice):
    post = x.publish("alice", "hello")
    reply = await run(service, alice, f"delete https://twitter.com/Alice/status/{post.id}")
    assert plain(reply) == f"Deleted the post {post.id}."
    assert x.posts == ()


async def test_somebody_elses_post_is_known_by_its_link_before_x_is_asked(x, service, alice):
    x.fail(Answer(500))
    with pytest.raises(UserError, match="somebody else's"):
        await run(service, alice, "delete https://x.com/bob/status/1750000000000000001")


async def test_somebody_elses_post_is_told_before_anything_is_deleted(x, service, alice):
    post = x.publish("bob", "hello")
    with pytest.raises(UserError, match="somebody else's"):
        await look(service, alice, f"delete {post.id}")
    assert len(x.posts) == 1


async def test_a_post_that_is_gone_is_told_before_anything_is_asked(service, alice):
    with pytest.raises(NotFound) as error:
        await look(service, alice, "delete 1750000000000000001")
    assert error.value.what == "post 1750000000000000001"


@pytest.mark.parametrize(
    "no",
    [Answer(402, problems.NO_CREDITS), Answer(403, problems.FORBIDDEN), Answer(429)],
    ids=lambda answer: answer.status,
)
async def test_a_post_that_may_not_be_read_can_still_be_deleted(x, service, alice, no):
    post = x.publish("alice", "hello")
    x.fail(no, method="GET", times=2)
    found = await look(service, alice, f"delete {post.id}")
    assert [link.url for link in links(found.ready.preview)] == [
        f"https://x.com/i/status/{post.id}"
    ]
    await run(service, alice, f"delete {post.id}")
    assert x.posts == ()


async def test_x_has_the_last_word_on_whose_a_post_is(x, service, alice):
    post = x.publish("bob", "hello")
    x.fail(Answer(403, problems.FORBIDDEN), method="GET")
    with pytest.raises(Invalid, match="not yours"):
        await run(service, alice, f"delete {post.id}")
    assert len(x.posts) == 1
