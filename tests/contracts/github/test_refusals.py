"""What GitHub refuses, and what does not look like GitHub at all."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from datetime import UTC, datetime, timedelta

import pytest

from bot.errors import (
    Forbidden,
    Invalid,
    NotFound,
    RateLimited,
    ServiceError,
    Unavailable,
    UserError,
)
from sandbox import mishaps
from sandbox.mishaps import Answer
from tests.contracts.github.conftest import SITE, credential_of, run, service_at

ISSUE = f"/repos/{SITE}/issues/1"


def _says(status, message, **headers):
    body = {"message": message, "documentation_url": "https://docs.github.com"}
    return Answer(status, body, {k.replace("_", "-"): v for k, v in headers.items()})


async def _issue(service, credential):
    return await run(service, credential, "issue show #1")


# ------------------------------------------------------------------------------------ refusals
@pytest.mark.parametrize("status", [403, 429])
async def test_a_spent_limit_says_until_when(github, service, bob, status):
    github.limits.per_hour, github.limits.status = 1, status
    await _issue(service, bob)
    with pytest.raises(RateLimited) as error:
        await _issue(service, bob)
    now = datetime.now(UTC)
    assert now < error.value.until <= now + timedelta(hours=1, seconds=1)


async def test_the_secondary_limit_says_until_when(github, service, bob):
    github.limits.secondary, github.limits.retry_after = 1, 90
    with pytest.raises(RateLimited) as error:
        await run(service, bob, "issues")
    left = error.value.until - datetime.now(UTC)
    assert timedelta(seconds=80) < left <= timedelta(seconds=90)


async def test_a_limit_without_a_time_is_a_limit(github, service, bob):
    """And one that is far away is not believed."""
    github.fail(_says(403, "You have exceeded a secondary rate limit"))
    with pytest.raises(RateLimited) as error:
        await run(service, bob, "issues")
    assert error.value.until is None
    github.fail(_says(429, "slow down", Retry_After="99999999"))
    with pytest.raises(RateLimited) as error:
        await run(service, bob, "issues")
    assert error.value.until < datetime.now(UTC) + timedelta(days=2)


@pytest.mark.parametrize(
    ("refusal", "said"),
    [
        ((403, "Repository was archived so is read-only."), "archived"),
        ((403, "Resource protected by organization SAML enforcement."), "single sign-on"),
        ((403, "the `acme` organization has enabled OAuth App access restrictions"), "approved"),
        ((410, "Issues has been disabled in this repository."), "switched off"),
        ((410, "This issue was deleted"), "has been deleted"),
        ((422, "Validation Failed"), "status 422"),
        ((301, "Moved Permanently"), "has moved"),
        ((451, "Repository access blocked"), "status 451"),
    ],
)
async def test_a_known_reason_is_said_in_our_own_words(github, service, bob, refusal, said):
    github.fail(_says(*refusal), path=ISSUE)
    with pytest.raises(Invalid) as error:
        await _issue(service, bob)
    assert said in error.value.what
    assert refusal[1] not in error.value.what


async def test_the_permission_that_is_missing_is_github_own_name_for_it(github, service, bob):
    for headers, permission in (
        ({"X_Accepted_GitHub_Permissions": "issues=write"}, "issues=write"),
        ({"X_Accepted_OAuth_Scopes": "repo", "X_OAuth_Scopes": "gist"}, "repo"),
        ({"X_Accepted_OAuth_Scopes": "repo", "X_OAuth_Scopes": "repo, gist"}, ""),
        ({"X_Accepted_GitHub_Permissions": "<b>please</b>"}, ""),
        ({}, ""),
    ):
        github.fail(_says(403, "Resource not accessible", **headers), path=ISSUE)
        with pytest.raises(Forbidden) as error:
            await _issue(service, bob)
        assert error.value.permission == permission
        assert "Connect again with a token that has it" in error.value.remedy


async def test_what_is_private_is_not_there_for_others(github, service):
    stranger = credential_of(service, "carol", github.new_token("carol"))
    with pytest.raises(NotFound):
        await _issue(service, stranger)


# ------------------------------------------------------------------------------- what is no GitHub
NONSENSE = {
    "html": Answer(200),
    "cut": mishaps.cut,
    "drop": mishaps.drop,
    "list": Answer(200, []),
    "empty": Answer(200, {}),
    "wrong types": Answer(200, {"number": "one", "title": 5, "state": None}),
    "bad json": Answer(200, "{", content_type="application/json"),
    "deep": Answer(200, "[" * 100_000, content_type="application/json"),
    "odd charset": Answer(200, "{}", {"Content-Type": "application/json; charset=no-such"}),
    "odd status": Answer(299, {}),
    "flood": mishaps.flood,
    "server error": Answer(502),
    "sent away": Answer(302, "", {"Location": "http://127.0.0.1:9/"}),
}


@pytest.mark.parametrize("name", NONSENSE)
async def test_nonsense_is_told_from_an_answer(github, service, bob, name):
    mishap = NONSENSE[name]
    if isinstance(mishap, Answer) and "Content-Type" in mishap.headers:
        mishap = _raw(mishap)
    github.fail(mishap, path=ISSUE)
    with pytest.raises(Unavailable) as error:
        await _issue(service, bob)
    assert error.value.retryable


async def test_a_slow_answer_is_given_up_as_a_whole(github, hasty, bob):
    github.fail(mishaps.drip_body, path=ISSUE)
    async with asyncio.timeout(1.5):
        with pytest.raises(Unavailable, match=r"no answer within 0\.3 seconds"):
            await _issue(hasty, bob)


@pytest.mark.parametrize(
    "mishap", [mishaps.drop, mishaps.cut, mishaps.hang, Answer(500), Answer(200)]
)
async def test_what_may_have_been_done_is_not_said_to_be_repeatable(github, hasty, bob, mishap):
    """And it is not sent twice."""
    github.fail(mishap, path=f"{ISSUE}/comments", method="POST", after=True)
    with pytest.raises(Unavailable) as error:
        await run(hasty, bob, "comment #1 once")
    assert not error.value.retryable
    assert [comment.body for comment in github.issue(SITE, 1).comments] == ["once"]


async def test_a_merge_is_not_sent_twice(github, service, bob):
    """PUT is one of the methods that HTTP libraries like to repeat."""
    github.fail(mishaps.drop, path="/merge", method="PUT")
    with pytest.raises(Unavailable) as error:
        await run(service, bob, "pr merge #2")
    assert not error.value.retryable
    assert [seen.method for seen in github.requests].count("PUT") == 1
    assert github.issue(SITE, 2).pull.merged is None


async def test_what_never_left_may_be_repeated(bob):
    nowhere = service_at("http://127.0.0.1:9")
    with pytest.raises(Unavailable) as error:
        await run(nowhere, bob, "notifications read '12'")
    assert error.value.retryable


async def test_a_token_goes_nowhere_else(github, service, bob):
    """Neither where a redirect leads, nor into an address, and no cookie comes back."""
    github.fail(Answer(307, "", {"Location": f"{github.url}/elsewhere"}), path=ISSUE)
    github.fail(Answer(200, {}, {"Set-Cookie": "a=b"}), path=ISSUE)
    for _ in range(2):
        with pytest.raises((Invalid, Unavailable)):
            await _issue(service, bob)
    await _issue(service, bob)
    token = bob.fields["access_token"].reveal()
    assert all(token not in seen.raw_path + seen.body for seen in github.requests)
    assert all("elsewhere" not in seen.raw_path for seen in github.requests)
    assert all("Cookie" not in seen.headers for seen in github.requests)


@pytest.mark.parametrize(
    "said",
    [
        "issues ../admin",
        "issues alice/..",
        "issue show alice/../..#1",
        "pr show alice/site/../other#1",
        "runs alice/%2e%2e",
        "run ../../x.yml",
    ],
)
async def test_no_name_is_a_step_in_a_path(github, service, bob, said):
    """What is no name of a repository is at most a word to look for."""
    with suppress(UserError, ServiceError):
        await run(service, bob, said)
    paths = [seen.raw_path.partition("?")[0] for seen in github.requests]
    assert not any("/admin" in path or ".." in path or "%2e" in path for path in paths)


def _raw(answer):
    from aiohttp import web

    async def mishap(_):
        return web.Response(status=answer.status, body=b"{}", headers=answer.headers)

    return mishap
