"""The stand-in is only worth something if it refuses what X refuses, with OAuth 2 as well.

Asked with requests-oauthlib, which is not what the bot uses.
"""

from __future__ import annotations

import asyncio
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from oauthlib.oauth2 import OAuth2Error
from requests.auth import HTTPBasicAuth
from requests_oauthlib import OAuth2Session

from sandbox.x import XStandIn
from sandbox.x.browser import authorise
from tests.contracts.twitter.conftest import PAGE

SCOPES = ["tweet.read", "users.read", "offline.access"]


@pytest.fixture(autouse=True)
def _loopback(monkeypatch):
    """The library insists on TLS, and on the scopes that it asked for."""
    monkeypatch.setenv("OAUTHLIB_INSECURE_TRANSPORT", "1")


class _App:
    """An app that somebody authorises."""

    def __init__(self, x, scopes=SCOPES, client=None):
        self.x, self.id, self.secret = x, x.client_id, x.client_secret
        if client is not None:
            self.id, self.secret = client.client_id, client.secret
        self.session = OAuth2Session(self.id, scope=scopes, redirect_uri=PAGE, pkce="S256")
        self.page, self.state = self.session.authorization_url(f"{x.url}/i/oauth2/authorize")

    async def tokens(self, back, **changed):
        options = {"auth": HTTPBasicAuth(self.id, self.secret), **changed}
        return await asyncio.to_thread(
            self.session.fetch_token,
            f"{self.x.url}/2/oauth2/token",
            authorization_response=back,
            **options,
        )


async def _post(x, path, auth=True, **form):
    keys = (x.client_id, x.client_secret) if auth else None
    return await asyncio.to_thread(requests.post, x.url + path, form, auth=keys, timeout=5)


async def _get(x, path, token):
    headers = {"Authorization": f"Bearer {token}"}
    return await asyncio.to_thread(requests.get, x.url + path, headers=headers, timeout=5)


async def test_a_code_is_exchanged_for_tokens_of_two_hours(x):
    app = _App(x)
    tokens = await app.tokens(await authorise(app.page, "bob"))
    assert (tokens["token_type"], tokens["expires_in"]) == ("Bearer", 7200)
    assert tokens["scope"] == SCOPES
    me = await _get(x, "/2/users/me", tokens["access_token"])
    assert me.json()["data"]["username"] == "bob"


async def test_only_offline_access_comes_with_a_refresh_token(x):
    app = _App(x, SCOPES[:2])
    assert "refresh_token" not in await app.tokens(await authorise(app.page, "bob"))


async def test_the_browser_is_sent_back_with_the_state(x):
    app = _App(x)
    query = parse_qs(urlsplit(await authorise(app.page, "bob")).query)
    assert query["state"] == [app.state]


@pytest.mark.parametrize(
    ("part", "other"),
    [
        ("client_id=", "client_id=x"),
        ("callback%2Ffake", "callback%2Ffake%2F"),
        ("response_type=code", "response_type=token"),
        ("tweet.read", "everything"),
        ("code_challenge=", "x="),
    ],
)
async def test_a_page_that_asks_for_what_cannot_be_is_none(x, part, other):
    page = _App(x).page
    assert part in page
    with pytest.raises(LookupError):
        await authorise(page.replace(part, other), "bob")


async def test_a_page_is_decided_on_once_and_by_who_opened_it(x):
    form = {"account": "bob", "decision": "allow", "authenticity_token": "made-up"}
    answer = await _post(x, "/i/oauth2/authorize", auth=False, **form)
    assert answer.status_code == 400


async def test_a_code_is_good_once(x):
    app = _App(x)
    back = await authorise(app.page, "bob")
    await app.tokens(back)
    with pytest.raises(OAuth2Error, match="authorization code was invalid"):
        await app.tokens(back)


async def test_a_code_is_for_who_has_the_proof_and_the_secret(x):
    app = _App(x)
    back = await authorise(app.page, "bob")
    with pytest.raises(OAuth2Error, match="unauthorized_client"):
        await app.tokens(back, auth=HTTPBasicAuth(app.id, "wrong"))
    app.session._code_verifier = "x" * 43
    with pytest.raises(OAuth2Error, match="invalid_request"):
        await app.tokens(back)


async def test_a_code_is_for_one_address_and_one_app(x):
    app, other = _App(x), _App(x, client=x.add_client())
    back = await authorise(app.page, "bob")
    other.session._state, other.session._code_verifier = app.state, app.session._code_verifier
    with pytest.raises(OAuth2Error):
        await other.tokens(back)
    app.session.redirect_uri = f"{PAGE}/elsewhere"
    with pytest.raises(OAuth2Error):
        await app.tokens(back)


async def test_a_refresh_token_is_good_once_and_for_its_app(x):
    old = x.grant_bearer("bob", SCOPES)
    form = {"grant_type": "refresh_token", "refresh_token": old.refresh}
    assert (await _post(x, "/2/oauth2/token", auth=False, **form)).status_code == 401
    first = await _post(x, "/2/oauth2/token", **form)
    second = await _post(x, "/2/oauth2/token", **form)
    assert first.json()["scope"] == " ".join(SCOPES)
    assert first.json()["refresh_token"] != old.refresh
    assert (second.status_code, second.json()["error"]) == (400, "invalid_request")
    assert x.refreshes == 1


async def test_a_public_app_shows_its_id_and_no_secret():
    async with XStandIn("bob", public=True) as x:
        form = {"grant_type": "refresh_token", "refresh_token": x.grant_bearer("bob").refresh}
        nobody = await _post(x, "/2/oauth2/token", auth=False, **form)
        assert nobody.status_code == 401
        known = await _post(x, "/2/oauth2/token", auth=False, client_id=x.client_id, **form)
        assert known.status_code == 200


async def test_what_is_revoked_or_has_ended_is_unauthorized(x):
    revoked, ended = x.grant_bearer("bob"), x.grant_bearer("alice")
    answer = await _post(x, "/2/oauth2/revoke", token=revoked.access)
    assert answer.json() == {"revoked": True}
    assert x.refreshes_with(revoked.refresh)
    assert (await _get(x, "/2/users/me", ended.access)).status_code == 200
    x.expire_access_tokens()
    for bearer in (revoked, ended):
        refused = await _get(x, "/2/users/me", bearer.access)
        assert (refused.status_code, refused.json()["title"]) == (401, "Unauthorized")


async def test_a_scope_that_is_missing_is_forbidden(x):
    bearer = x.grant_bearer("bob", ["users.read"])  # X wants tweet.read for this, too
    refused = await _get(x, "/2/users/me", bearer.access)
    assert (refused.status_code, refused.json()["detail"]) == (403, "Forbidden")
