"""A text that is too long for a post: offered as a thread, and posted once, however it ends."""

from __future__ import annotations

import pytest

from bot.errors import Invalid, RateLimited, Unavailable
from bot.reply import Link
from bot.services.twitter.length import LONGEST
from sandbox.mishaps import Answer, drop
from sandbox.x import problems
from tests.contracts.fakes import SilentProgress, plain
from tests.contracts.twitter.conftest import look, run, say

LONG = " ".join(f"This is sentence {number} of many." for number in range(25))


async def test_a_long_text_is_offered_as_a_thread_and_asked_about(x, service, alice):
    found = await look(service, alice, f"tweet {LONG}")
    shown = plain(found.ready.preview).splitlines()
    assert found.ready.ask
    assert found.ready.arguments == {"text": LONG}
    assert shown[0] == (
        "This is longer than the 280 characters of a post. As a thread of 3 posts by @alice:"
    )
    assert shown[1] == "Post 1, 255 characters:"
    assert [line for line in shown if line.endswith(("1/3", "2/3", "3/3"))] == shown[2::2]
    assert x.posts == ()


async def test_the_links_of_a_thread_are_flagged_by_their_post(service, alice):
    found = await look(service, alice, f"tweet {LONG} example.com/a")
    flags = plain(found.ready.preview).splitlines()[7:]
    assert len(flags) == 1
    assert flags[0].startswith("It has a link: example.com/a in post 3. A post with a link costs")


async def test_a_thread_is_posted_as_it_was_shown_each_a_reply_to_the_one_before(x, service, alice):
    shown = plain((await look(service, alice, f"tweet {LONG}")).ready.preview).splitlines()
    reply = await run(service, alice, f"tweet {LONG}")
    texts = [post.text for post in x.posts]
    assert texts == shown[2::2]
    assert [post.reply_to for post in x.posts] == [None, *(post.id for post in x.posts[:-1])]
    first, *_ = addresses = [f"https://x.com/alice/status/{post.id}" for post in x.posts]
    assert plain(reply).splitlines() == [
        "Posted a thread of 3 posts:",
        *(
            f"{number}. {address} ({address}) ({len(text)} of {LONGEST} characters)"
            for number, (address, text) in enumerate(zip(addresses, texts, strict=True), 1)
        ),
    ]
    assert reply.about == Link(first, first)
    assert reply.listing == tuple(post.id for post in x.posts)


async def test_a_thread_tells_how_far_it_is(service, alice):
    progress = SilentProgress()
    await run(service, alice, f"tweet {LONG}", progress=progress)
    assert [plain(update) for update in progress.updates] == [
        "Posted 1 of 3 …",
        "Posted 2 of 3 …",
    ]


REFUSALS = [
    (Answer(403, problems.DUPLICATE), "X does not accept it: you have already posted this very"),
    (Answer(402, problems.NO_CREDITS), "X does not accept it: what the owner of this bot's app"),
    (Answer(401, problems.UNAUTHORIZED), "X no longer accepts your credential; connect again."),
    (Answer(403, problems.FORBIDDEN), "X does not allow it, or the post before it is gone."),
    (Answer(400, problems.message("…deleted or not visible to you.")), "X does not allow it, or"),
    (Answer(429, problems.TOO_MANY), "X has had too many requests from you."),
    (
        Answer(429, "", {"x-rate-limit-reset": "1700000100"}),
        "X has had too many requests from you; it opens again at 22:15 UTC.",
    ),
    (Answer(418), "X cannot be reached or does not answer properly (status 418)."),
]


@pytest.mark.parametrize(("refusal", "why"), REFUSALS, ids=lambda v: str(getattr(v, "status", "")))
async def test_a_thread_that_breaks_off_tells_what_stands_and_why(x, service, alice, refusal, why):
    shown = await _broken(x, service, alice, refusal)
    assert shown[0] == "Posted 1 of 3 posts, then it broke off at post 2."
    assert x.posts[0].id in shown[1]
    assert shown[2].startswith(why)
    assert shown[2].endswith(" The last 2 are not posted, and I do not try again.")
    assert len(x.posts) == 1


async def test_a_post_of_a_thread_that_may_have_been_made_is_told_as_such(x, service, alice):
    shown = await _broken(x, service, alice, drop, after=True)
    assert shown[0] == "Posted 1 of 3 posts, then it broke off at post 2."
    assert "That post may have been made: look before you go on." in shown[2]
    assert "not posted" not in shown[2]
    assert len(x.posts) == 2


async def _broken(x, service, alice, mishap, **options):
    """What is said of a thread whose second post meets with a mishap."""
    progress = _Then(lambda: x.fail(mishap, path="/2/tweets", method="POST", **options))
    return plain(await run(service, alice, f"tweet {LONG}", progress=progress)).splitlines()


class _Then(SilentProgress):
    """Does something once the first post is told of."""

    def __init__(self, act):
        super().__init__()
        self._act = act

    async def update(self, reply):
        if not self.updates:
            self._act()
        await super().update(reply)


@pytest.mark.parametrize(
    ("refusal", "error"),
    [
        (Answer(403, problems.DUPLICATE), Invalid),
        (Answer(429), RateLimited),
        (drop, Unavailable),
    ],
)
async def test_a_thread_whose_first_post_is_refused_is_refused(x, service, alice, refusal, error):
    x.fail(refusal)
    with pytest.raises(error):
        await run(service, alice, f"tweet {LONG}")
    assert x.posts == ()


async def test_x_counts_the_posts_of_a_thread_as_the_bot_does(x, service, alice):
    text = "日本語の長い文章です。https://example.com/ünï 👨‍👩‍👧‍👦" * 12
    await say(service, alice, "tweet", text)
    assert len(x.posts) > 2
    whole = "".join(post.text.rpartition(" ")[0] for post in x.posts)
    assert whole.replace(" ", "") == text.replace(" ", "")
