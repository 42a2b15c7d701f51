"""Tokens that are renewed and revoked, with a certified server."""

from __future__ import annotations

import pytest

from bot.errors import Unauthorized, Unavailable
from bot.secret import Secret
from sandbox.process import free_port
from tests.oauth.people import HOUR, connect, credential, given, is_in


async def test_a_renewed_credential_works_when_the_old_one_has_ended(provider, alice):
    oauth = provider.app()
    old = credential(await connect(oauth, alice))
    await provider.ahead(3700)
    assert await provider.user(old.fields["access_token"]) is None
    grant = await oauth.renew(old)
    assert await provider.user(grant.fields["access_token"]) == "alice"
    assert grant.fields["refresh_token"] != old.fields["refresh_token"]
    assert grant.scopes == ("openid", "offline_access", "email")
    assert is_in(grant.fresh_until, HOUR)


async def test_each_renewal_starts_from_the_one_before(provider, alice):
    oauth = provider.app()
    grant = await connect(oauth, alice)
    for _ in range(3):
        grant = await oauth.renew(credential(grant))
    assert await provider.user(grant.fields["access_token"]) == "alice"


async def test_a_refresh_token_that_is_used_again_ends_all_that_came_of_it(provider, alice):
    oauth = provider.app()
    stolen = credential(await connect(oauth, alice))
    renewed = await oauth.renew(stolen)
    with pytest.raises(Unauthorized):
        await oauth.renew(stolen)
    with pytest.raises(Unauthorized):
        await oauth.renew(credential(renewed))
    assert await provider.user(renewed.fields["access_token"]) is None


async def test_a_refresh_token_that_has_ended_means_to_connect_again(provider, alice):
    oauth = provider.app()
    old = credential(await connect(oauth, alice))
    await provider.ahead(86_500)
    with pytest.raises(Unauthorized):
        await oauth.renew(old)


async def test_a_renewal_that_the_operator_has_broken_keeps_the_credential(provider, alice):
    old = credential(await connect(provider.app(), alice))
    with pytest.raises(Unavailable, match="tell the operator"):
        await provider.app(client_secret=Secret("wrong")).renew(old)
    assert (await provider.app().renew(old)).fields["access_token"]


async def test_a_credential_that_cannot_be_renewed_ends_with_its_access_token(provider, alice):
    oauth = provider.app(scopes=("openid",), extra={})
    grant = await connect(oauth, alice)
    assert is_in(grant.expires, HOUR)
    assert grant.fresh_until is None
    with pytest.raises(Unauthorized):
        await oauth.renew(credential(grant))


async def test_what_is_revoked_is_good_for_nothing(provider, alice):
    oauth = provider.app()
    old = credential(await connect(oauth, alice))
    assert await oauth.revoke(old)
    assert await provider.user(old.fields["access_token"]) is None
    with pytest.raises(Unauthorized):
        await oauth.renew(old)


async def test_an_access_token_without_a_refresh_token_is_revoked_too(provider, alice):
    oauth = provider.app(scopes=("openid",), extra={})
    grant = await connect(oauth, alice)
    assert await oauth.revoke(credential(grant))
    assert await provider.user(grant.fields["access_token"]) is None


async def test_a_revocation_that_is_refused_is_told_as_such(provider):
    oauth = provider.app(client_secret=Secret("wrong"))
    assert not await oauth.revoke(given(access_token="made-up"))


async def test_where_there_is_no_address_for_it_nothing_is_revoked(provider):
    assert not await provider.app(revoke_url="").revoke(given(access_token="made-up"))


async def test_a_provider_that_is_away_revokes_nothing_and_says_so(provider):
    oauth = provider.app(revoke_url=f"http://127.0.0.1:{free_port()}/")
    with pytest.raises(Unavailable, match="no connection"):
        await oauth.revoke(given(access_token="made-up"))
