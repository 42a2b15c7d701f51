"""OAuth 2 by a code that is typed on the service's page, with a certified server."""

from __future__ import annotations

import pytest

from bot.errors import Unavailable, UserError
from bot.secret import Secret
from tests.contracts.fakes import FakeConversation, links
from tests.oauth.people import HOUR, Waiting, code_in, device_flow, is_in


async def test_who_types_the_code_and_consents_has_a_token(provider, alice):
    talk = FakeConversation()
    waiting = Waiting({2: lambda: alice.type_code(*code_in(talk))})
    grant = await device_flow(provider.app(), waiting).run(talk)
    assert await provider.user(grant.fields["access_token"]) == "alice"
    assert is_in(grant.fresh_until, HOUR)
    assert "refresh_token" in grant.fields
    assert waiting.slept == [5, 5, 5]  # RFC 8628, section 3.2: where the server says nothing


async def test_a_public_client_needs_no_secret(provider, alice):
    talk, oauth = FakeConversation(), provider.app(client_id="public-app", client_secret=None)
    waiting = Waiting({0: lambda: alice.type_code(*code_in(talk))})
    grant = await device_flow(oauth, waiting).run(talk)
    assert await provider.user(grant.fields["access_token"]) == "alice"


async def test_the_person_is_shown_the_page_the_code_and_what_it_is_for(provider, alice):
    talk = FakeConversation()
    waiting = Waiting({0: lambda: alice.type_code(*code_in(talk))})
    await device_flow(provider.app(), waiting).run(talk)
    page, code = code_in(talk)
    assert page == f"{provider.url}/device"
    assert [link.url for link in links(talk.told[-1])] == [page, f"{page}?user_code={code}"]
    assert "Example will ask you to allow: openid, offline_access, email." in talk.said
    assert "It is good for 10 minutes." in talk.said
    assert "type it only because you asked for it here yourself" in talk.said
    assert "Say cancel to stop." in talk.said


async def test_who_says_that_the_code_is_not_theirs_is_not_connected(provider, alice):
    talk = FakeConversation()
    waiting = Waiting({1: lambda: alice.type_code(*code_in(talk), consent=False)})
    with pytest.raises(UserError, match="refused on the page of Example"):
        await device_flow(provider.app(), waiting).run(talk)


@pytest.mark.parametrize("late", [601, 700])
async def test_a_code_that_nobody_typed_ends(provider, late):
    waiting = Waiting({1: lambda: provider.ahead(late)})
    with pytest.raises(UserError, match="The code for Example has ended") as error:
        await device_flow(provider.app(), waiting).run(FakeConversation())
    assert error.value.hint == "Say `connect example` for a new one."


async def test_a_client_with_a_wrong_secret_is_the_operators_to_mend(provider):
    flow = device_flow(provider.app(client_secret=Secret("wrong")), Waiting())
    with pytest.raises(Unavailable, match="tell the operator"):
        await flow.run(FakeConversation())
