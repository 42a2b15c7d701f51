"""What X says no with, and what it says that nobody understands."""

from __future__ import annotations

import math
from datetime import UTC, datetime

import pytest

from bot.errors import Forbidden, Invalid, NotFound, RateLimited, Unauthorized, Unavailable
from bot.services.twitter.arguments import Handle
from sandbox.mishaps import Answer
from sandbox.x import problems
from tests.contracts.fakes import credential_for
from tests.contracts.twitter.conftest import (
    ALICE,
    CHANGING,
    LOOKING,
    POST,
    credential_of,
    every_command,
    say,
    service_at,
)

STATUSES = [
    (Answer(400, problems.invalid("query", "x", "no")), Invalid),
    (Answer(401, problems.UNAUTHORIZED), Unauthorized),
    (Answer(402, problems.NO_CREDITS), Invalid),
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
@every_command
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


@every_command
@pytest.mark.parametrize("body", NONSENSE, ids=lambda body: repr(body)[:30])
async def test_an_answer_that_nobody_understands_is_unavailable(x, service, alice, said, body):
    x.fail(Answer(200, body))
    with pytest.raises(Unavailable) as error:
        await say(service, alice, *said)
    assert error.value.retryable is (said in LOOKING)


@pytest.mark.parametrize(
    "body", [{}, {"errors": None}, {"errors": []}, {"data": [], "includes": None}]
)
@pytest.mark.parametrize(
    ("said", "told"),
    [
        (("search", "x"), "No post"),
        (("timeline",), "Your timeline is empty"),
        (("mentions",), "Nobody"),
    ],
)
async def test_a_list_without_data_is_empty(x, service, alice, *, body, said, told):
    x.fail(Answer(200, body))
    (line,) = (await say(service, alice, *said)).blocks
    assert told in line.parts[0]


@pytest.mark.parametrize("body", [{}, {"errors": None}, {"data": None}, {"errors": []}], ids=repr)
@pytest.mark.parametrize(
    "said", [("whoami",), ("user", Handle("bob")), *CHANGING], ids=lambda s: s[0]
)
async def test_anything_else_without_data_is_nonsense(x, service, alice, said, body):
    x.fail(Answer(200, body))
    with pytest.raises(Unavailable) as error:
        await say(service, alice, *said)
    assert error.value.retryable is (said in LOOKING)


ABSENCES = [
    (problems.missing("tweet", "id", "5"), NotFound),
    (problems.hidden("tweet", "id", "5"), Invalid),
    (problems.suspended("id", "5"), Invalid),
    ({"errors": [{}]}, Forbidden),
    ({"errors": [None], "data": None}, Forbidden),
    ({"errors": ["no"]}, Forbidden),
    ({"errors": [{"type": "https://api.x.com/2/problems/something-new"}]}, Forbidden),
]


@every_command
@pytest.mark.parametrize(("body", "error"), ABSENCES)
async def test_errors_in_place_of_data_are_refusals(x, service, alice, *, said, body, error):
    x.fail(Answer(200, body))
    with pytest.raises(error):
        await say(service, alice, *said)


async def test_errors_beside_data_are_about_something_else(x, service, alice):
    posts = {"data": [{"id": "5", "text": "hi"}], **problems.missing("user", "author_id", "7")}
    x.fail(Answer(200, posts))
    assert (await say(service, alice, "search", "x")).listing == ("5",)


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
    assert "operator" in error.value.remedy


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


@pytest.mark.parametrize("who", ["user", "app"])
async def test_the_end_of_a_limit_of_the_day_is_told_where_that_is_what_is_used_up(
    x, service, alice, who
):
    daily = f"x-{who}-limit-24hour"
    headers = {"x-rate-limit-reset": "1700000100", f"{daily}-reset": "1700050000"}
    for left, until in (("1", 1_700_000_100), ("0", 1_700_050_000)):
        x.fail(Answer(429, "", {**headers, f"{daily}-remaining": left}))
        with pytest.raises(RateLimited) as error:
            await say(service, alice, "tweet", "hello")
        assert error.value.until == datetime.fromtimestamp(until, UTC)


async def test_every_command_has_a_limit_of_its_own_for_each_account(x, service, alice, bob):
    x.limits.per_window["timeline"] = 1
    await say(service, alice, "timeline")
    with pytest.raises(RateLimited):
        await say(service, alice, "timeline")
    await say(service, alice, "mentions")
    await say(service, bob, "timeline")


@every_command
async def test_without_credits_every_command_is_the_operators_matter(x, service, alice, said):
    x.fail(Answer(402, problems.NO_CREDITS))
    with pytest.raises(Invalid, match="tell the operator of this bot"):
        await say(service, alice, *said)


PROBLEMS = [
    (403, problems.SPEND_CAP, "paid for is used up"),
    (429, problems.USAGE_CAP, "paid for is used up"),
    (403, {"type": "https://api.x.com/2/problems/credits-depleted"}, "paid for is used up"),
    (403, problems.NOT_ENROLLED, "posting is not in the plan"),
    (403, {"reason": "official-client-forbidden"}, "posting is not in the plan"),
    (403, problems.NO_REPLY, "has mentioned you"),
    (
        403,
        {"detail": "You are not permitted to reply", "type": "x/client-forbidden"},
        "mentioned you",
    ),
    (403, problems.SUSPENDED_YOURSELF, "your account is locked or suspended"),
    (403, {"errors": [{"code": 187, "message": "Status is a duplicate."}]}, "already posted"),
]


@pytest.mark.parametrize(("status", "body", "told"), PROBLEMS, ids=lambda v: str(v)[:40])
async def test_what_x_names_is_told_plainly(x, service, alice, *, status, body, told):
    x.fail(Answer(status, body))
    with pytest.raises(Invalid, match=told):
        await say(service, alice, "tweet", "hello")


async def test_the_accounts_own_limit_is_a_limit(x, service, alice):
    x.fail(Answer(403, {"detail": "You have reached your daily limit for sending Tweets."}))
    with pytest.raises(RateLimited):
        await say(service, alice, "tweet", "hello")


async def test_a_reply_to_a_post_that_is_deleted_meanwhile_is_told(x, service, alice):
    x.fail(
        Answer(403, {"detail": "You attempted to reply to a Tweet that is deleted or not visible"})
    )
    with pytest.raises(NotFound) as error:
        await say(service, alice, "reply", POST, "hello")
    assert error.value.what == f"post {POST}"


async def test_nobody_acts_as_an_account_that_is_suspended(x, service, alice):
    x.suspend("alice")
    with pytest.raises(Invalid, match="your account is locked or suspended"):
        await say(service, alice, "whoami")


async def test_an_app_without_credits_is_the_operators_matter(x, service, alice):
    x.limits.credits = 0
    with pytest.raises(Invalid, match="paid for is used up; tell the operator"):
        await say(service, alice, "tweet", "hello")
    assert x.posts == ()
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
