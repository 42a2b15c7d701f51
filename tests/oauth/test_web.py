"""OAuth 2 by the service's page, with a certified server."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import replace
from urllib.parse import parse_qs, urlsplit

import pytest

from bot.connect.oauth2_answers import Refused
from bot.errors import Unavailable, UserError
from bot.secret import Secret
from tests.contracts.fakes import FakeConversation
from tests.oauth.people import HOUR, connect, is_in, web_flow
from tests.oauth.provider import REDIRECT_URI


def _there(browser):
    return FakeConversation(visit=lambda page: browser.authorise(page, REDIRECT_URI))


async def test_who_consents_has_a_token_of_their_own(provider, alice):
    grant = await connect(provider.app(), alice)
    assert await provider.user(grant.fields["access_token"]) == "alice"
    assert is_in(grant.fresh_until, HOUR)
    assert grant.expires is None
    assert grant.scopes == ("openid", "offline_access", "email")


@pytest.mark.parametrize(
    "changes",
    [
        {"client_id": "body-app", "authentication": "body"},
        {"client_id": "public-app", "client_secret": None},
    ],
    ids=["secret in the body", "public"],
)
async def test_a_client_authenticates_as_it_is_registered(provider, alice, changes):
    grant = await connect(provider.app(**changes), alice)
    assert await provider.user(grant.fields["access_token"]) == "alice"


async def test_a_client_with_a_wrong_secret_is_the_operators_to_mend(provider, alice):
    with pytest.raises(Unavailable, match="tell the operator"):
        await connect(provider.app(client_secret=Secret("wrong")), alice)


async def test_the_page_is_asked_for_a_code_with_a_proof_for_this_visit_only(provider, alice):
    talks = [_there(alice), _there(alice)]
    for talk in talks:
        await web_flow(provider.app()).run(talk)
    first, second = (parse_qs(urlsplit(talk.visited[0]).query) for talk in talks)
    assert first["code_challenge_method"] == ["S256"]
    assert len(first["code_challenge"][0]) == 43
    assert first["code_challenge"] != second["code_challenge"]
    assert first["redirect_uri"] == [REDIRECT_URI]
    assert first["state"] == ["fake-state-of-a-visit"]


async def test_the_person_is_told_before_what_is_asked_for(provider, alice):
    talk = _there(alice)
    await web_flow(provider.app()).run(talk)
    assert talk.said == "Example will ask you to allow: openid, offline_access, email."


async def test_the_person_is_told_what_was_not_granted(provider, alice):
    talk = _there(alice)
    asked = ("openid", "offline_access", "admin")
    grant = await web_flow(provider.app(scopes=asked)).run(talk)
    assert grant.scopes == ("openid", "offline_access")
    assert "Example has not allowed: admin. What needs that will not work." in talk.said


async def test_who_refuses_is_not_connected(provider, alice):
    talk = FakeConversation(visit=lambda page: alice.refuse(page, REDIRECT_URI))
    with pytest.raises(UserError, match="refused on the page of Example") as error:
        await web_flow(provider.app()).run(talk)
    assert "End-User" not in str(error.value)  # the server's own words


async def test_a_code_is_worth_nothing_without_its_verifier(provider, alice):
    oauth = provider.app()

    async def overheard(page):
        query = await alice.authorise(page, REDIRECT_URI)
        with pytest.raises(Refused) as error:
            await oauth.redeem(Secret(query["code"]), Secret("x" * 64), REDIRECT_URI)
        assert error.value.error == "invalid_grant"
        return query

    grant = await web_flow(oauth).run(FakeConversation(visit=overheard))
    assert await provider.user(grant.fields["access_token"]) == "alice"


async def test_a_code_that_somebody_else_brings_back_is_not_accepted(provider, alice):
    seen = {}

    async def visit(page):
        seen.update(await alice.authorise(page, REDIRECT_URI))
        return seen

    async def inject(page):
        return seen

    await web_flow(provider.app()).run(FakeConversation(visit=visit))
    with pytest.raises(UserError, match="did not accept") as error:
        await web_flow(provider.app()).run(FakeConversation(visit=inject))
    assert error.value.hint == "Say `connect example` for a new link."


async def test_a_code_that_is_used_again_ends_what_came_of_it(provider, alice):
    oauth, verifier = provider.app(), Secret("v" * 43)
    digest = hashlib.sha256(verifier.reveal().encode()).digest()
    challenge = base64.urlsafe_b64encode(digest).decode().rstrip("=")
    page = oauth.authorize(REDIRECT_URI, "state", challenge)
    code = Secret((await alice.authorise(page, REDIRECT_URI))["code"])
    tokens = await oauth.redeem(code, verifier, REDIRECT_URI)
    assert await provider.user(tokens.access) == "alice"
    with pytest.raises(Refused) as error:
        await oauth.redeem(code, verifier, REDIRECT_URI)
    assert error.value.error == "invalid_grant"
    assert await provider.user(tokens.access) is None


async def test_a_code_that_has_expired_is_not_accepted(provider, alice):
    async def dawdle(page):
        query = await alice.authorise(page, REDIRECT_URI)
        await provider.ahead(100)
        return query

    with pytest.raises(UserError, match="it is good for a short while, and once"):
        await web_flow(provider.app()).run(FakeConversation(visit=dawdle))


async def test_who_is_sent_back_in_anothers_name_is_not_connected(provider, alice):
    oauth = replace(provider.app(), issuer="https://other.example.org")
    with pytest.raises(Unavailable, match="in the name of another server"):
        await connect(oauth, alice)
