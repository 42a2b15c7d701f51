"""What X says no with, and what it says that nobody understands."""

from __future__ import annotations

import math
from datetime import UTC, datetime

import pytest

from bot.errors import Forbidden, Invalid, NotFound, RateLimited, Unauthorized, Unavailable
from sandbox.mishaps import Answer
from sandbox.x import problems
from tests.contracts.fakes import credential_for
from tests.contracts.twitter.conftest import ALICE, credential_of, say, service_at

STATUSES = [
    (Answer(400, problems.invalid("query", "x", "no")), Invalid),
    (Answer(401, problems.UNAUTHORIZED), Unauthorized),
    (Answer(402, problems.NO_CREDITS), Unavailable),
    (Answer(403, problems.FORBIDDEN), Forbidden),
    (Answer(404, problems.NOT_FOUND), NotFound),
    (Answer(409, problems.CONFLICT), Invalid),
    (Answer(418, {"title": "teapot"}), Unavailable),
    (Answer(429, problems.TOO_MANY), RateLimited),
    (Answer(500), Unavailable),
    (Answer(503), Unavailable),
    (Answer(304, ""), Unavailable),
    (Answer(302, "", {"Location": "https://evil.example/"}), Unavailable),
]
BODIES = ["<html>", "", [], "[]", "null", {"errors": None}, "[" * 200_000, '{"a":' * 50_000, 7]


@pytest.mark.parametrize(("answer", "error"), STATUSES, ids=lambda v: getattr(v, "status", ""))
@pytest.mark.parametrize("said", [("search", "x"), ("tweet", "x"), ("whoami",)], ids=lambda s: s[0])
async def test_every_status_has_its_error(x, service, answer, error, said):
    alice = credential_of(x, service, "alice")
    x.fail(answer)
    with pytest.raises(error):
        await say(service, alice, *said)


@pytest.mark.parametrize("body", BODIES, ids=lambda body: repr(body)[:12])
@pytest.mark.parametrize(
    ("status", "error"),
    [(400, Invalid), (401, Unauthorized), (403, Forbidden), (404, NotFound), (429, RateLimited)],
)
async def test_the_status_counts_even_where_the_body_is_nonsense(x, service, status, error, body):
    x.fail(Answer(status, body))
    with pytest.raises(error):
        await say(service, credential_of(x, service, "alice"), "whoami")


NONSENSE = [
    "<html>",
    "",
    [],
    7,
    "null",
    '{"data":' * 50_000,
    {"data": 1},
    {"data": "text"},
    {"data": [None]},
    {"data": [[]]},
    {"data": [{"id": 1, "text": "number for an id"}]},
    {"data": [{"id": "1/../../evil", "text": "no id"}]},
    {"data": [{"id": "1"}]},
    {"data": {"username": None}},
    {"data": {"username": "alice/../evil"}},
    {"data": {"username": ["alice"]}},
    {"data": {"id": 12}},
    {"data": {"id": "javascript:alert(1)"}},
]


@pytest.mark.parametrize("said", [("search", "x"), ("tweet", "x"), ("whoami",)], ids=lambda s: s[0])
@pytest.mark.parametrize("body", NONSENSE, ids=lambda body: repr(body)[:30])
async def test_an_answer_that_nobody_understands_is_unavailable(x, service, alice, said, body):
    x.fail(Answer(200, body))
    with pytest.raises(Unavailable) as error:
        await say(service, alice, *said)
    assert error.value.retryable is (said[0] != "tweet")


@pytest.mark.parametrize("body", [{}, {"errors": None}, {"data": [], "includes": None}])
async def test_a_search_without_data_has_found_nothing(x, service, alice, body):
    x.fail(Answer(200, body))
    (line,) = (await say(service, alice, "search", "x")).blocks
    assert "No post" in line.parts[0]


@pytest.mark.parametrize("includes", [None, 3, {"users": 3}, {"users": [None, {"id": "7"}]}])
async def test_a_post_whose_author_is_not_told_is_still_shown(x, service, alice, includes):
    body = {"data": [{"id": "5", "text": "hi", "author_id": "7"}], "includes": includes}
    x.fail(Answer(200, body))
    (items,) = (await say(service, alice, "search", "x")).blocks
    assert items.items[0].parts[0].text == "Somebody"
    assert items.items[0].parts[-1].url == "https://x.com/i/status/5"


async def test_a_duplicate_is_told_as_such(x, service, alice):
    await say(service, alice, "tweet", "hello")
    with pytest.raises(Invalid, match="already posted"):
        await say(service, alice, "tweet", "hello")
    assert len(x.posts) == 1


async def test_an_app_that_may_only_read_is_told_as_such(x, service, alice):
    x.fail(Answer(403, problems.READ_ONLY_APP))
    with pytest.raises(Forbidden) as error:
        await say(service, alice, "tweet", "hello")
    assert "Read and write" in error.value.permission
    assert error.value.account == "@alice"


async def test_the_end_of_a_rate_limit_is_told(x, service, alice):
    x.limits.per_window["search"] = 1
    await say(service, alice, "search", "x")
    with pytest.raises(RateLimited) as error:
        await say(service, alice, "search", "x")
    wait = error.value.until - datetime.now(UTC)
    assert 0 <= wait.total_seconds() <= 15 * 60


@pytest.mark.parametrize("reset", ["", "soon", "-", "9" * 30, "1e9", "-" + "9" * 18])
async def test_a_reset_that_is_no_time_is_left_out(x, service, alice, reset):
    x.fail(Answer(429, problems.TOO_MANY, {"x-rate-limit-reset": reset}))
    with pytest.raises(RateLimited) as error:
        await say(service, alice, "whoami")
    assert error.value.until is None


async def test_an_app_without_credits_is_the_operators_matter(x, service, alice):
    x.limits.credits = 0
    with pytest.raises(Unavailable) as error:
        await say(service, alice, "tweet", "hello")
    assert "operator" in error.value.what
    assert error.value.retryable
    x.limits.credits = math.inf
    await say(service, alice, "tweet", "hello")


async def test_a_wrong_token_secret_is_unauthorized(x, service, alice):
    fields = {"token": alice.fields["token"].reveal(), "token_secret": "wrong"}
    forged = credential_for(service, ALICE, "@alice", fields)
    with pytest.raises(Unauthorized):
        await say(service, forged, "tweet", "hello")
    assert x.posts == ()


async def test_a_wrong_consumer_secret_is_refused(x, alice):
    service = service_at(x.url, x, consumer_secret="wrong")
    with pytest.raises(Unauthorized):
        await say(service, alice, "whoami")


async def test_access_withdrawn_at_x_is_unauthorized_at_the_next_command(x, service, alice):
    await say(service, alice, "whoami")
    x.withdraw("alice")
    with pytest.raises(Unauthorized):
        await say(service, alice, "whoami")
