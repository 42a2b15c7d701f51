"""Connecting: the pasted token is checked for its shape, then proved with Jenkins."""

from __future__ import annotations

import re

import pytest

from bot.errors import Unauthorized, UserError
from bot.plugin import Abandoned
from tests.contracts.fakes import FakeConversation, credential_for, links
from tests.contracts.jenkins.conftest import credential_of

TOKEN = "11" + "0123456789abcdef" * 2


async def connect(service, *answers):
    talk = FakeConversation(answers)
    grant = await service.flows[0].run(talk)
    return talk, {name: secret.reveal() for name, secret in grant.fields.items()}


@pytest.mark.parametrize(
    "pasted",
    [f"alice:{TOKEN}", f"  alice:{TOKEN}\n", f"`alice:{TOKEN}`", f"alice:{TOKEN[2:]}"],
)
async def test_user_and_token_are_taken_apart(service, pasted):
    talk, fields = await connect(service, pasted)
    assert fields == {"user": "alice", "token": re.search("[0-9a-f]{32,}", pasted)[0]}
    assert [asked.secret for asked in talk.asked] == [True]


async def test_prompt_links_to_where_the_token_is_made_and_shows_the_form(jenkins, service):
    talk, _ = await connect(service, f"alice:{TOKEN}")
    assert links(talk.asked[0].prompt)[0].url == f"{jenkins.url}/me/security/"
    assert "user:apitoken" in talk.said


async def test_what_the_flow_grants_is_what_the_service_needs(jenkins, service):
    _, fields = await connect(service, f"alice:{jenkins.tokens['alice']}")
    credential = credential_for(service, "@alice:example.org", "", fields)
    async with service.api(credential) as api:
        assert await service.whoami(api) == "alice"


async def test_token_of_somebody_else_is_not_accepted(jenkins, service):
    async with service.api(credential_of(service, "alice", jenkins.tokens["bob"])) as api:
        with pytest.raises(Unauthorized):
            await service.whoami(api)


@pytest.mark.parametrize(
    ("pasted", "told"),
    [
        ("hunter2hunter2", "form user:apitoken"),
        (":" + TOKEN, "no user in front"),
        ("alice:correct horse battery staple", "not your password"),
        (f"alice:{TOKEN}0", "34 hexadecimal"),
        ("syt_YWxpY2U_abcdefghijklmnop_1AbCdE", "Matrix access token"),
        ("alice:mat_abcdefghijklmnopqrstuv", "Matrix access token"),
        ("ghp_abcdefghijklmnopqrstuvwxyz0123456789", "GitHub token"),
        ("AKIAABCDEFGHIJKLMNOP", "AWS access key"),
        ("-----BEGIN OPENSSH PRIVATE KEY-----", "private key"),
    ],
)
async def test_what_cannot_be_a_token_is_asked_for_again_and_never_repeated(
    jenkins, service, pasted, told
):
    talk, fields = await connect(service, pasted, f"alice:{TOKEN}")
    assert fields["user"] == "alice"
    assert told in talk.said
    assert pasted not in talk.said
    assert jenkins.requests == []


async def test_three_wrong_texts_end_it(service):
    talk = FakeConversation(["one", "two", "three", f"alice:{TOKEN}"])
    with pytest.raises(UserError, match="form user:apitoken"):
        await service.flows[0].run(talk)
    assert len(talk.asked) == 3


async def test_person_who_leaves_ends_it(service):
    with pytest.raises(Abandoned):
        await service.flows[0].run(FakeConversation([]))


@pytest.mark.parametrize(
    "text", [f"alice:{TOKEN}", TOKEN, f"try({TOKEN})", f"x={TOKEN};", "alice:" + "0af" * 10 + "12"]
)
def test_shape_finds_a_token_in_a_text(service, text):
    assert re.search(service.flows[0].shape, text)


@pytest.mark.parametrize(
    "text",
    [
        *("commit 1100000000000000000000000000000000000000", "11:30", "d" * 34, "11" + "0" * 31),
        *("md5:" + "d4" * 16, "ETag:" + "d4" * 16, "d4" * 16, "image@sha256:" + "d4" * 32),
    ],
)
def test_shape_leaves_other_texts_alone(service, text):
    assert not re.search(service.flows[0].shape, text)


async def test_tokens_are_not_revoked_from_here(jenkins, service, alice):
    assert await service.revoke(alice) is False
    assert f"{jenkins.url}/me/security/" in service.flows[0].revoke_hint
