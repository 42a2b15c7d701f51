"""A server of OAuth 2 that is slow, broken or hostile."""

from __future__ import annotations

import asyncio
import json

import pytest

from bot.errors import RateLimited, Unauthorized, Unavailable, UserError
from sandbox.mishaps import Answer, drip_body, drop, flood
from tests.contracts.fakes import FakeConversation
from tests.oauth.hostile import TOKENS, WORDS, no
from tests.oauth.people import bring_back, given, web_flow

OLD = given(access_token="hostile-old", refresh_token="hostile-refresh", scope="read write")

NONSENSE = {
    "a page": Answer(),
    "nothing": Answer(200, ""),
    "a list": Answer(200, [TOKENS]),
    "a list that names an error": Answer(200, ["error"]),
    "a number": Answer(200, 5),
    "null": Answer(200, "null"),
    "no token": Answer(200, {"token_type": "bearer"}),
    "a token that is a list": Answer(200, TOKENS | {"access_token": ["hostile-access"]}),
    "a token that is empty": Answer(200, TOKENS | {"access_token": ""}),
    "a token with a header in it": Answer(200, TOKENS | {"access_token": "x\r\nHost: evil"}),
    "a refresh token with a header in it": Answer(200, TOKENS | {"refresh_token": "x\nHost: evil"}),
    "a token that needs a signature": Answer(200, TOKENS | {"token_type": "mac"}),
    "a token of no type": Answer(200, {"access_token": "hostile-access"}),
    "a type that is a list": Answer(200, TOKENS | {"token_type": ["bearer"]}),
    "an end that is a word": Answer(200, TOKENS | {"expires_in": "soon"}),
    "an end that is a list": Answer(200, TOKENS | {"expires_in": [3600]}),
    "an end in the past": Answer(200, TOKENS | {"expires_in": -1}),
    "an end that is no number": Answer(200, json.dumps(TOKENS | {"expires_in": float("nan")})),
    "no end at all": Answer(200, json.dumps(TOKENS | {"expires_in": float("inf")})),
    "scopes that are a number": Answer(200, TOKENS | {"scope": 7}),
    "depths": Answer(200, "[" * 16_000),
    "a page that is missing": Answer(404, "<h1>no such page</h1>"),
    "too much": Answer(200, TOKENS | {"padding": "x" * 17_000}),
    "a flood": flood,
    "a hang-up": drop,
}


@pytest.mark.parametrize("answer", NONSENSE.values(), ids=NONSENSE)
async def test_nonsense_is_no_token_and_no_reason_to_connect_again(hostile, answer):
    for attempt in (lambda: bring_back(hostile.app()), lambda: hostile.app().renew(OLD)):
        hostile.answers.append(answer)
        with pytest.raises(Unavailable):
            await attempt()


async def test_an_answer_that_does_not_end_is_given_up_in_time(hostile):
    hostile.answers.append(drip_body)
    async with asyncio.timeout(3):
        with pytest.raises(Unavailable, match="no answer within"):
            await bring_back(hostile.app(timeout=0.2))


async def test_a_redirect_is_not_followed(hostile):
    hostile.answers.append(Answer(307, headers={"Location": f"{hostile.url}/elsewhere"}))
    with pytest.raises(Unavailable, match="status 307"):
        await bring_back(hostile.app())
    assert [path for path, _, _ in hostile.asked] == ["/token"]


async def test_too_many_requests_are_told_as_such(hostile):
    hostile.answers.append(Answer(429, {}))
    with pytest.raises(RateLimited):
        await hostile.app().renew(OLD)


async def test_both_tokens_are_revoked_and_what_is_not_is_told(hostile):
    hostile.answers += [Answer(200, ""), Answer(200, "<h1>whatever</h1>")]
    assert await hostile.app().revoke(OLD)
    assert [form["token"] for _, form, _ in hostile.asked] == ["hostile-refresh", "hostile-old"]
    for answers in ([Answer(400, {}), Answer()], [Answer(), Answer(400, {})]):
        hostile.answers += answers
        assert not await hostile.app().revoke(OLD)


@pytest.mark.parametrize("status", [200, 400, 401])
async def test_a_refusal_is_one_with_any_status(hostile, status):
    hostile.answers += [no("invalid_grant", status)] * 2
    with pytest.raises(UserError, match="did not accept"):
        await bring_back(hostile.app())
    with pytest.raises(Unauthorized):
        await hostile.app().renew(OLD)


@pytest.mark.parametrize(
    ("word", "error"), [("bad_refresh_token", Unauthorized), ("odd_word", Unavailable)]
)
async def test_words_of_the_services_own_are_those_that_they_stand_for(hostile, word, error):
    words = {"bad_refresh_token": "invalid_grant", "odd_word": WORDS}
    hostile.answers.append(no(word, 200))
    with pytest.raises(error) as problem:
        await hostile.app(words=words).renew(OLD)
    assert WORDS not in str(problem.value)


@pytest.mark.parametrize("error", [WORDS, ["invalid_grant"], None, 5, {"a": "b"}])
async def test_a_refusal_in_no_known_word_is_the_operators_to_look_at(hostile, error):
    hostile.answers += [Answer(400, {"error": error, "error_description": [WORDS]})] * 2
    for attempt in (lambda: bring_back(hostile.app()), lambda: hostile.app().renew(OLD)):
        with pytest.raises(Unavailable) as problem:
            await attempt()
        assert WORDS not in str(problem.value)


@pytest.mark.parametrize(
    ("query", "error", "text"),
    [
        ({"error": "access_denied"}, UserError, "refused on the page of Example"),
        ({"error": "access_denied", "code": "x"}, UserError, "refused"),
        ({"error": "invalid_scope"}, Unavailable, "tell the operator"),
        ({"error": WORDS, "error_description": WORDS}, Unavailable, "tell the operator"),
        ({"error": "temporarily_unavailable"}, Unavailable, "a problem at the moment"),
        ({}, Unavailable, "cannot be understood"),
        ({"code": ""}, Unavailable, "cannot be understood"),
    ],
)
async def test_what_the_page_sends_back_is_told_in_our_words(hostile, query, error, text):
    async def visit(page):
        return query

    with pytest.raises(error, match=text) as problem:
        await web_flow(hostile.app()).run(FakeConversation(visit=visit))
    assert WORDS not in str(problem.value)
    assert hostile.asked == []
