"""Every way in which Jenkins says no, or nonsense, and what it means."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from bot.errors import Forbidden, Invalid, NotFound, RateLimited, Unauthorized, Unavailable
from bot.services.jenkins.client import MOST
from sandbox.jenkins import mishaps
from tests.contracts.fakes import call_for
from tests.contracts.jenkins.conftest import credential_of, run, service_at

COMMANDS = (
    *("list", "ls team", "describe website", "last website", "build website", "whoami"),
    *("watch website", "retry website", "log website", "log website 1 --follow"),
    *("input website", "approve website", "reject website 1"),
)


@pytest.mark.parametrize("said", COMMANDS)
async def test_revoked_token_is_unauthorized_everywhere(jenkins, service, alice, said):
    jenkins.revoke_tokens("alice")
    with pytest.raises(Unauthorized):
        await run(service, alice, said)


async def test_user_without_overall_read_is_told_the_permission(jenkins, service):
    credential = credential_of(service, "dave", jenkins.add_user("dave", overall_read=False))
    with pytest.raises(Forbidden) as caught:
        await run(service, credential, "list")
    assert (caught.value.permission, caught.value.account) == ("hudson.model.Hudson.Read", "dave")


@pytest.mark.parametrize("said", COMMANDS)
@pytest.mark.parametrize(
    ("status", "error"),
    [
        (400, Invalid),
        (401, Unauthorized),
        (403, Forbidden),
        (404, NotFound),
        (405, Invalid),
        (409, Invalid),
        (429, RateLimited),
        (500, Unavailable),
        (502, Unavailable),
        (503, Unavailable),
        (504, Unavailable),
    ],
)
async def test_status_of_a_page_of_html(jenkins, service, alice, *, said, status, error):
    jenkins.fail(mishaps.answer(status), times=2 if status == 404 else 1)  # it is searched for, too
    with pytest.raises(error) as caught:
        await run(service, alice, said)
    assert "Oops" not in repr(caught.value)


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (400, Invalid),
        (401, Unauthorized),
        (403, Forbidden),
        (404, NotFound),
        (409, Invalid),
        (429, RateLimited),
    ],
)
async def test_status_of_the_post_itself(jenkins, service, alice, status, error):
    jenkins.fail(mishaps.answer(status), method="POST")
    with pytest.raises(error):
        await run(service, alice, "build website")


@pytest.mark.parametrize("status", [500, 502, 503])
async def test_failure_of_the_post_may_have_built_something(jenkins, service, alice, status):
    jenkins.fail(mishaps.answer(status), method="POST")
    with pytest.raises(Unavailable) as caught:
        await run(service, alice, "build website")
    assert caught.value.retryable is False


async def test_failure_of_a_question_may_be_tried_again(jenkins, service, alice):
    jenkins.fail(mishaps.answer(503))
    with pytest.raises(Unavailable) as caught:
        await run(service, alice, "build website")
    assert caught.value.retryable is True
    await run(service, alice, "build website")


async def test_being_taken_for_anonymous_is_unauthorized(jenkins, service, alice):
    jenkins.fail(mishaps.answer(403, X_You_Are_Authenticated_As="anonymous"))
    with pytest.raises(Unauthorized):
        await run(service, alice, "list")


@pytest.mark.parametrize(
    ("header", "seconds"),
    [("30", 30), ("99999999", 86_400), ("-1", None), ("1e9", None), ("²", None), ("soon", None)],
)
async def test_retry_after_is_told_where_it_makes_sense(jenkins, service, alice, header, seconds):
    jenkins.fail(mishaps.answer(429, Retry_After=header))
    before = datetime.now(UTC)
    with pytest.raises(RateLimited) as caught:
        await run(service, alice, "list")
    if seconds is None:
        assert caught.value.until is None
    else:
        until = caught.value.until - timedelta(seconds=seconds)
        assert before <= until <= datetime.now(UTC)


@pytest.mark.parametrize("said", [said for said in COMMANDS if said != "ls team"])
@pytest.mark.parametrize(
    "body",
    [
        "",
        "{",
        "<html>Log in</html>",
        "[]",
        "null",
        '"text"',
        "NaN",
        "[" * 100_000,
        '{"a":' * 100_000,
        '{"jobs": 3, "id": [], "color": {}, "lastBuild": 7}',
        '{"jobs": [{"name": null}], "id": null, "color": [], "lastBuild": {"number": "x"}}',
        '{"jobs": [null], "id": {}, "color": 1, "lastBuild": {"number": 1, "timestamp": 1e300}}',
        '{"jobs": [[]], "id": 1.5, "color": 2.5, "lastBuild": {"number": 1, "timestamp": -1}}',
    ],
)
async def test_answer_that_is_not_jenkins_is_unavailable(jenkins, service, alice, *, said, body):
    jenkins.fail(mishaps.json(body))
    with pytest.raises(Unavailable) as caught:
        await run(service, alice, said)
    assert caught.value.what
    assert body[:4] not in caught.value.what or not body


async def test_unknown_fields_and_empty_ones_are_fine(jenkins, service, alice):
    jenkins.fail(
        mishaps.json(
            '{"color":"new_color_anime","description":null,"buildable":true,"healthReport":null,'
            '"property":[{},{"parameterDefinitions":null}],"lastBuild":null,"x":1}'
        )
    )
    reply = await run(service, alice, "describe website")
    assert "NEW, building" in str(reply)


@pytest.mark.parametrize(
    "body", ['{"why":null,"executable":{"number":"x"}}', "[]", "<html>", '{"cancelled":"maybe"}']
)
async def test_nonsense_about_the_queue_item_does_not_unsay_the_build(
    jenkins, service, alice, body
):
    jenkins.fail(mishaps.json(body), path="/queue/")
    assert "Queued" in str(await run(service, alice, "build website"))


async def test_answer_without_end_is_not_read_to_the_end(jenkins, service, alice):
    jenkins.fail(mishaps.flood)
    with pytest.raises(Unavailable, match=f"larger than {MOST // 1024**2} MiB"):
        await run(service, alice, "list")


async def test_answer_that_is_just_too_large(jenkins, service, alice):
    jenkins.fail(mishaps.json('{"jobs": []' + " " * MOST + "}"))
    with pytest.raises(Unavailable, match="larger than"):
        await run(service, alice, "list")
    jenkins.fail(mishaps.json('{"jobs": []' + " " * (MOST - 100) + "}"))
    await run(service, alice, "list")


@pytest.mark.parametrize("mishap", [mishaps.drop, mishaps.slow(30)])
async def test_no_answer_may_be_tried_again(jenkins, hasty, alice, mishap):
    jenkins.fail(mishap)
    with pytest.raises(Unavailable) as caught:
        await run(hasty, alice, "list")
    assert caught.value.retryable is True


async def test_name_that_does_not_resolve(alice):
    service = service_at("http://jenkins.invalid")
    with pytest.raises(Unavailable, match="no connection"):
        await run(service, alice, "list")


async def test_wrong_path_in_the_url_is_not_found(jenkins, alice):
    service = service_at(f"{jenkins.url}/ci")
    with pytest.raises(NotFound, match="API at the configured url"):
        await run(service, alice, "whoami")


async def test_client_can_be_used_again_after_a_failure(jenkins, hasty, alice):
    async with call_for(hasty, alice.user, alice) as call:
        for mishap in (mishaps.drop, mishaps.drip_body, mishaps.answer(500)):
            jenkins.fail(mishap)
            with pytest.raises(Unavailable):
                await call.api.me()
            assert (await call.api.me()).id == "alice"
