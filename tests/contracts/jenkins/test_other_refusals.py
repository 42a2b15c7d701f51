"""Every way in which Jenkins says no, or nothing, to what looks after it."""

from __future__ import annotations

import pytest

from bot.errors import Forbidden, Invalid, NotFound, RateLimited, Unauthorized, Unavailable
from sandbox.jenkins import mishaps
from tests.contracts.jenkins.conftest import credential_of, run

NAMED = (
    "tests website",
    "tests website 1",
    "artifacts website",
    "artifacts website 1 x",
    "history website",
    "abort website",
    "abort website 1",
    "enable locked",
    "disable website",
)
READING = (*NAMED, "queue", "running", "nodes")
EVERY = (*READING, "cancel 1")


@pytest.mark.parametrize("said", EVERY)
async def test_revoked_token_is_unauthorized_everywhere(jenkins, service, alice, said):
    jenkins.revoke_tokens("alice")
    with pytest.raises(Unauthorized):
        await run(service, alice, said)


@pytest.mark.parametrize("said", EVERY)
async def test_user_without_overall_read_is_told_the_permission(jenkins, service, said):
    dave = credential_of(service, "dave", jenkins.add_user("dave", overall_read=False))
    with pytest.raises(Forbidden) as caught:
        await run(service, dave, said)
    assert (caught.value.permission, caught.value.account) == ("hudson.model.Hudson.Read", "dave")


@pytest.mark.parametrize("said", READING)
@pytest.mark.parametrize(
    ("status", "error"),
    [
        (302, Unavailable),
        (400, Invalid),
        (401, Unauthorized),
        (403, Forbidden),
        (404, NotFound),
        (429, RateLimited),
        (500, Unavailable),
        (503, Unavailable),
    ],
)
async def test_status_of_a_page_of_html(jenkins, service, alice, *, said, status, error):
    jenkins.fail(mishaps.answer(status), times=9)
    with pytest.raises(error) as caught:
        await run(service, alice, said)
    assert "Oops" not in repr(caught.value)


@pytest.mark.parametrize("said", EVERY)
@pytest.mark.parametrize("mishap", [mishaps.drop, mishaps.answer(200), mishaps.json("[]")])
async def test_no_answer_or_nonsense_may_be_tried_again(jenkins, service, alice, *, said, mishap):
    jenkins.fail(mishap, times=9)
    with pytest.raises(Unavailable) as caught:
        await run(service, alice, said)
    assert caught.value.retryable is True
    assert not any(seen.method == "POST" for seen in jenkins.requests)


@pytest.mark.parametrize("said", ["queue", "tests website", "cancel 1"])
@pytest.mark.parametrize("mishap", [mishaps.slow(30), mishaps.drip_head, mishaps.drip_body])
async def test_answer_without_end_is_given_up(jenkins, hasty, alice, *, said, mishap):
    jenkins.fail(mishap)
    with pytest.raises(Unavailable, match=r"within 0\.5 seconds"):
        await run(hasty, alice, said)


@pytest.mark.parametrize(
    "name", ["..", "../..", "website/../../script", "a//b", ".", "%2e%2e", "a/%2E%2E/b"]
)
@pytest.mark.parametrize("word", ["tests", "artifacts", "history", "abort", "enable", "disable"])
async def test_no_name_climbs_out_of_the_jobs(jenkins, service, alice, *, name, word):
    more = (f"{word} {name} 1",) if word in ("tests", "artifacts", "abort") else ()
    for said in (f"{word} {name}", f"{word} 1", *more):
        with pytest.raises(Exception, match="not the name of a job"):
            await run(service, alice, said, listing=(name,))
    assert jenkins.requests == []
