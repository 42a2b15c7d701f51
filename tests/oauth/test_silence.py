"""No code, proof or token in logs, in errors, in their context, or in tracebacks."""

from __future__ import annotations

import logging

import pytest

from bot.errors import ActasError
from sandbox.mishaps import Answer, drop, flood, hang
from tests.contracts.fakes import FakeConversation
from tests.oauth.hostile import CODE, TOKENS, WORDS, no
from tests.oauth.people import Waiting, bring_back, credential, device_flow, given, web_flow
from tests.silence import everything_heard, shown

SECRETS = ("hostile-", WORDS, "Basic ")
OLD = given(access_token="hostile-old", refresh_token="hostile-refresh")


async def _web(hostile):
    return await bring_back(hostile.app(timeout=0.2))


async def _renew(hostile):
    return await hostile.app(timeout=0.2).renew(OLD)


async def _revoke(hostile):
    return await hostile.app(timeout=0.2).revoke(OLD)


async def _device(hostile):
    hostile.answers.insert(0, Answer(200, CODE))
    hostile.answers *= 4  # until it is given up
    return await device_flow(hostile.app(timeout=0.2), Waiting()).run(FakeConversation())


BAD = {
    "a refusal": no("invalid_grant"),
    "a refusal with status 200": no("invalid_grant", 200),
    "a refusal in its own words": no(WORDS),
    "the operator's": no("invalid_client"),
    "a page": Answer(200, WORDS),
    "no token": Answer(200, {"refresh_token": "hostile-new", "token_type": "bearer"}),
    "mac": Answer(200, TOKENS | {"token_type": "mac"}),
    "garbage": Answer(200, TOKENS | {"expires_in": WORDS}),
    "a failure": Answer(500, WORDS),
    "a flood": flood,
    "a hang-up": drop,
    "silence": hang,
}


@pytest.mark.parametrize("act", [_web, _renew, _revoke, _device])
@pytest.mark.parametrize("answer", BAD.values(), ids=BAD)
async def test_no_error_shows_a_secret_or_the_servers_words(hostile, act, answer):
    hostile.answers += [answer] * 2
    with everything_heard("oauthlib", "aiohttp") as heard:
        try:
            await act(hostile)
        except ActasError as problem:
            seen = shown(problem)
        else:
            assert act is _revoke  # it answers True or False, and reads nothing
            seen = ""
    for secret in SECRETS:
        assert secret not in seen
        assert secret not in heard.text
    for _, form, headers in hostile.asked:
        sent = [form.get("code_verifier"), headers.get("Authorization")]
        assert not [value for value in sent if value and value in seen + heard.text]


async def test_what_goes_well_is_not_logged(hostile):
    with everything_heard("oauthlib", "aiohttp") as heard:
        hostile.answers.append(Answer(200, TOKENS | {"refresh_token": "hostile-new"}))
        grant = await _web(hostile)
        await hostile.app().renew(credential(grant))
        await _revoke(hostile)
        hostile.answers.append(Answer(200, CODE))
        await device_flow(hostile.app(), Waiting()).run(FakeConversation())
    assert not logging.getLogger("oauthlib.oauth2").isEnabledFor(logging.DEBUG)
    for secret in SECRETS:
        assert secret not in heard.text
        assert secret not in repr(grant)


def test_nothing_of_a_registration_shows_its_secret(hostile):
    oauth = hostile.app()
    assert "hostile-" not in repr(oauth) + repr(oauth.client) + repr(web_flow(oauth))
