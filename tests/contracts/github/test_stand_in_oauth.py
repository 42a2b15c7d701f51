"""The stand-in for GitHub gives out tokens, renews them and takes them back as GitHub does."""

from __future__ import annotations

import base64
import hashlib
from urllib.parse import parse_qsl, urlencode, urlsplit

import aiohttp
import pytest

from sandbox.github import GitHubStandIn
from tests.contracts.github.asking import asking

DEVICE = "urn:ietf:params:oauth:grant-type:device_code"
CALLBACK = "https://bot.example.org/callback/github"


@pytest.fixture(scope="module")
async def github():
    async with GitHubStandIn("alice", "bob") as stand_in:
        yield stand_in


@pytest.fixture(scope="module")
async def ask(github):
    async with asking(github) as asked:
        yield asked


@pytest.fixture(scope="module")
async def login(github):
    """Talk to the endpoints that give out tokens, as an app."""
    async with aiohttp.ClientSession(headers={"Accept": "application/json"}) as session:

        async def login(path, status=200, **form):
            async with session.post(f"{github.url}/login{path}", data=form) as answer:
                assert answer.status == status
                return await answer.json()

        yield login


async def test_the_device_flow_gives_a_token_to_whom_the_code_is_entered_for(github, login, ask):
    """Pending, then a token with the scopes, once."""
    github.device_codes(interval=0)
    app = github.add_app()
    asked = await login("/device/code", client_id=app.client_id, scope="repo notifications")
    poll = {
        "client_id": app.client_id,
        "device_code": asked["device_code"],
        "grant_type": DEVICE,
    }
    assert (await login("/oauth/access_token", **poll))["error"] == "authorization_pending"
    await github.enter(asked["user_code"].lower(), "bob")
    granted = await login("/oauth/access_token", **poll)
    assert (granted["token_type"], granted["scope"]) == ("bearer", "repo,notifications")
    assert (await ask("GET", "/user", granted["access_token"]))[1]["login"] == "bob"
    assert (await login("/oauth/access_token", **poll))["error"] == "incorrect_device_code"


async def test_the_device_flow_is_refused_in_githubs_words(github, login):
    """Too soon, cancelled, expired, not enabled."""
    github.device_codes(interval=60)
    app = github.add_app()
    asked = await login("/device/code", client_id=app.client_id)
    poll = {
        "client_id": app.client_id,
        "device_code": asked["device_code"],
        "grant_type": DEVICE,
    }
    await login("/oauth/access_token", **poll)
    slow = await login("/oauth/access_token", **poll)
    assert (slow["error"], slow["interval"]) == ("slow_down", 65)
    await github.enter(asked["user_code"], "bob", allow=False)
    github.pass_time(seconds=66)
    assert (await login("/oauth/access_token", **poll))["error"] == "access_denied"
    github.pass_time(minutes=15)
    assert (await login("/oauth/access_token", **poll))["error"] == "expired_token"
    app.device_flow = False
    disabled = await login("/device/code", 400, client_id=app.client_id)
    assert disabled["error"] == "device_flow_disabled"


async def test_the_web_flow_takes_its_code_once_from_whoever_began(github, login):
    """The state comes back; another verifier, and a second time, are refused."""
    app = github.add_app(callback=CALLBACK)
    challenge = base64.urlsafe_b64encode(hashlib.sha256(b"v" * 43).digest()).rstrip(b"=").decode()
    query = {
        "client_id": app.client_id,
        "state": "s1",
        "scope": "repo",
        "code_challenge": challenge,
        "code_challenge_method": "S256",
    }
    app_keys = {"client_id": app.client_id, "client_secret": app.client_secret}
    for verifier, word in (("w" * 43, "error"), ("v" * 43, "access_token")):
        address = f"{github.url}/login/oauth/authorize?{urlencode(query)}"
        back = urlsplit(await github.authorise(address, "alice"))
        given = dict(parse_qsl(back.query))
        assert (back.netloc, given["state"]) == ("bot.example.org", "s1")
        proof = {"code": given["code"], "code_verifier": verifier}
        assert word in await login("/oauth/access_token", **app_keys, **proof)
        again = await login("/oauth/access_token", **app_keys, **proof)
        assert again["error"] == "bad_verification_code"


@pytest.mark.parametrize(
    ("redirect_uri", "allow", "error"),
    [
        (CALLBACK, False, "access_denied"),
        (f"{CALLBACK}/below", False, "access_denied"),
        ("https://bot.example.org/elsewhere", True, "redirect_uri_mismatch"),
        ("https://evil.example.org/callback/github", True, "redirect_uri_mismatch"),
    ],
)
async def test_the_web_flow_comes_back_with_what_went_wrong(github, redirect_uri, allow, error):
    """Cancelled goes back to where it came from, a strange address to the registered one."""
    app = github.add_app(callback=CALLBACK)
    query = {"client_id": app.client_id, "state": "s2", "redirect_uri": redirect_uri}
    address = f"{github.url}/login/oauth/authorize?{urlencode(query)}"
    back = await github.authorise(address, "alice", allow=allow)
    assert back.startswith(CALLBACK)
    assert dict(parse_qsl(urlsplit(back).query)).items() >= {"error": error, "state": "s2"}.items()


async def test_a_refresh_token_works_once_and_ends_the_old_pair(github, login):
    """A GitHub App's tokens last eight hours."""
    app = github.add_app(permissions={"issues": "write"})
    old = github.grant(app, "bob")
    form = {
        "client_id": app.client_id,
        "client_secret": app.client_secret,
        "grant_type": "refresh_token",
        "refresh_token": old.refresh,
    }
    new = await login("/oauth/access_token", **form)
    assert new["access_token"].startswith("ghu_")
    assert (new["expires_in"], new["refresh_token_expires_in"]) == (28800, 15897600)
    assert not github.accepts(old.text)
    assert (await login("/oauth/access_token", **form))["error"] == "bad_refresh_token"
    github.pass_time(hours=8)
    assert not github.accepts(new["access_token"])


async def test_an_app_can_give_back_what_it_was_given(github, ask):
    """A token alone, or all of a user's; only with the app's own secret."""
    app = github.add_app()
    first, second = github.grant(app, "bob", "repo"), github.grant(app, "bob", "repo")
    path = f"/applications/{app.client_id}"
    keys = base64.b64encode(f"{app.client_id}:{app.client_secret}".encode()).decode()
    basic = {"Authorization": f"Basic {keys}"}
    body = {"access_token": first.text}
    assert (await ask("DELETE", f"{path}/token", body=body))[0] == 404
    assert (await ask("DELETE", f"{path}/token", body={}, **basic))[0] == 422
    assert (await ask("DELETE", f"{path}/token", body=body, **basic))[0] == 204
    assert (github.accepts(first.text), github.accepts(second.text)) == (False, True)
    body = {"access_token": second.text}
    assert (await ask("DELETE", f"{path}/grant", body=body, **basic))[0] == 204
    assert not github.accepts(second.text)
