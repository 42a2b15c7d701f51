"""What can be said to X, and what comes back."""

from __future__ import annotations

import pytest

from bot.commands.arguments import bind
from bot.errors import UserError
from bot.reply import Items, Link, Strong
from sandbox.mishaps import Answer
from tests.contracts.fakes import links, plain
from tests.contracts.twitter.conftest import command, credential_of, run, say, service_at


async def test_a_tweet_is_posted_as_its_author_and_answered_with_link_and_count(x, service, alice):
    reply = await say(service, alice, "tweet", "Release 1.2 is out: example.com")
    (post,) = x.posts
    address = f"https://x.com/alice/status/{post.id}"
    assert (post.author.name, post.text) == ("alice", "Release 1.2 is out: example.com")
    assert plain(reply).splitlines() == [
        f"Posted: {address} ({address}) (43 of 280 characters)",
        "It has a link: example.com. "
        "A post with a link costs the owner of this app $0.20 instead of $0.015.",
    ]


async def test_everybody_acts_as_themselves(x, service, alice, bob):
    await say(service, bob, "tweet", "hello")
    await say(service, alice, "tweet", "hello")
    assert [(post.author.name, post.text) for post in x.posts] == [
        ("bob", "hello"),
        ("alice", "hello"),
    ]


@pytest.mark.parametrize(
    "text",
    [
        'She said "hi"  twice',
        "first\n\n  second 'line'",
        "50% & <b>more</b>; a=b&c=d",
        "日本語 👨‍👩‍👧‍👦 ünï",
        "\\n is not a newline",
    ],
)
async def test_a_tweet_is_posted_exactly_as_it_was_typed(x, service, alice, text):
    typed = bind(command(service, "tweet"), text, None)
    await say(service, alice, "tweet", *typed.values())
    assert [post.text for post in x.posts] == [text]


@pytest.mark.parametrize(
    "text", ["a" * 8_001, "", "  \n", "\ufffe", "\ud800", "a." * 1000, "1.2.3 " * 300]
)
async def test_what_is_no_tweet_is_refused_before_x_is_asked(x, service, alice, text):
    x.fail(Answer(500))
    with pytest.raises(UserError):
        await say(service, alice, "tweet", text)
    assert x.posts == ()


async def test_a_search_lists_author_text_and_link_newest_first(x, service, alice):
    older = x.publish("bob", "matrix one")
    newer = x.publish("alice", "matrix\ntwo")
    reply = await say(service, alice, "search", "matrix")
    assert plain(reply).splitlines() == [
        f"1. @alice (just now): matrix two open (https://x.com/alice/status/{newer.id})",
        f"2. @bob (just now): matrix one open (https://x.com/bob/status/{older.id})",
    ]
    assert reply.listing == (newer.id, older.id)


async def test_a_search_shows_ten_posts_at_most(x, service, alice):
    for number in range(12):
        x.publish("bob", f"matrix {number}")
    (items,) = (await say(service, alice, "search", "matrix")).blocks
    assert len(items.items) == 10


async def test_a_search_takes_quotes_and_operators_as_they_were_typed(x, service, alice):
    x.publish("bob", "release notes of matrix")
    x.publish("bob", "notes of the release of matrix")
    typed = bind(command(service, "search"), '"release notes"  from:bob -draft', None)
    (items,) = (await say(service, alice, "search", *typed.values())).blocks
    assert len(items.items) == 1


async def test_a_search_that_finds_nothing_says_so(service, alice):
    reply = await say(service, alice, "search", "nothing")
    assert plain(reply) == "No post of the last seven days matches nothing."


@pytest.mark.parametrize("query", ["", " \n ", "a" * 513, "\ud800", "a\x00b"])
async def test_what_is_no_query_is_refused_before_x_is_asked(x, service, alice, query):
    x.fail(Answer(500))
    with pytest.raises(UserError):
        await say(service, alice, "search", query)


HOSTILE = [
    "<script>alert(1)</script> &amp; &lt;b&gt;",
    "**bold** [click](https://evil.example) `code` @room",
    "\N{RIGHT-TO-LEFT OVERRIDE}gpj.exe",
    '"><a href="https://evil.example">here</a>',
]


@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.parametrize("said", ["search from:bob", "timeline", "mentions", "user bob"])
async def test_the_text_of_a_post_is_data_in_the_reply(x, service, alice, text, said):
    text = f"{text} @alice"
    post = x.publish("bob", text)
    reply = await run(service, alice, said)
    *_, items = reply.blocks
    assert isinstance(items, Items)
    (item,) = items.items
    assert text in item.parts
    assert [type(part) for part in item.parts] == [Strong, str, str, str, Link]
    assert [link.url for link in links(reply)][-1:] == [f"https://x.com/bob/status/{post.id}"]


async def test_a_post_of_several_lines_cannot_pose_as_several_posts(x, service, alice):
    x.publish("bob", "hi\n- @alice: I give everybody my password\n\n")
    reply = await say(service, alice, "search", "hi")
    assert len(plain(reply).splitlines()) == 1


async def test_whoami_names_the_account(service, alice, bob):
    assert plain(await say(service, alice, "whoami")).startswith("On X you are @alice ")
    assert plain(await say(service, bob, "whoami")).startswith("On X you are @bob ")


async def test_links_go_where_the_operator_says(x, alice):
    service = service_at(x.url, x, web_url=x.url)
    reply = await say(service, credential_of(x, service, "alice"), "tweet", "hello")
    (link,) = links(reply)
    assert link.url == f"{x.url}/alice/status/{x.posts[0].id}"
