"""What is read of an answer with tokens in it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.connect.oauth2_answers import split_scopes
from bot.secret import Secret
from sandbox.mishaps import Answer
from tests.oauth.hostile import TOKENS
from tests.oauth.people import bring_back, credential, given, is_in

OLD = given(access_token="hostile-old", refresh_token="hostile-refresh", scope="read write")


async def test_answers_are_asked_for_in_json_and_understood_as_a_form(hostile):
    hostile.answers.append(Answer(200, "access_token=hostile-access&token_type=bearer&scope=read"))
    grant = await bring_back(hostile.app())
    assert grant.fields["access_token"].reveal() == "hostile-access"
    assert grant.scopes == ("read",)
    assert hostile.asked[0][2]["Accept"] == "application/json"


async def test_scopes_are_told_apart_by_spaces_and_by_commas():
    assert split_scopes("repo,gist read:org  repo") == ("repo", "gist", "read:org")
    assert split_scopes(" \n") == ()


@pytest.mark.parametrize("seconds", [None, 0, "", 10**12])
async def test_an_end_that_says_nothing_is_none(hostile, seconds):
    if seconds == "":
        answer = {name: value for name, value in TOKENS.items() if name != "expires_in"}
    else:
        answer = TOKENS | {"expires_in": seconds}
    hostile.answers.append(Answer(200, answer))
    grant = await bring_back(hostile.app())
    assert (grant.expires, grant.fresh_until) == (None, None)


async def test_ends_are_read_from_numbers_as_text_too(hostile):
    ends = {"refresh_token": "r", "expires_in": "3600", "refresh_token_expires_in": 86_400}
    hostile.answers.append(Answer(200, TOKENS | ends))
    grant = await bring_back(hostile.app())
    assert is_in(grant.fresh_until, timedelta(hours=1))
    assert is_in(grant.expires, timedelta(days=1))


async def test_what_is_not_replaced_stays(hostile):
    ends = {"refresh_token": "r", "refresh_token_expires_in": 86_400, "scope": "read"}
    hostile.answers.append(Answer(200, TOKENS | ends))
    first = await bring_back(hostile.app())
    second = await hostile.app().renew(credential(first))
    assert second.fields["refresh_token"] == Secret("r")
    assert second.expires == first.expires
    assert second.scopes == ("read",)


async def test_a_renewed_refresh_token_takes_the_place_of_the_old(hostile):
    hostile.answers.append(Answer(200, TOKENS | {"refresh_token": "new", "scope": "read"}))
    grant = await hostile.app().renew(OLD)
    assert grant.fields["refresh_token"] == Secret("new")
    assert grant.scopes == ("read",)
