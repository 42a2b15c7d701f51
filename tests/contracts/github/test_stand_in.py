"""The stand-in for GitHub refuses what GitHub refuses, in GitHub's words."""

from __future__ import annotations

import base64
import hashlib
from urllib.parse import parse_qsl, urlencode, urlsplit

import aiohttp
import pytest

from sandbox.github import GitHubStandIn

DEVICE = "urn:ietf:params:oauth:grant-type:device_code"
CALLBACK = "https://bot.example.org/callback/github"


@pytest.fixture(scope="module")
async def github():
    async with GitHubStandIn("alice", "bob", "carol") as stand_in:
        stand_in.add_repo("alice/site", bob="write")
        stand_in.add_repo("alice/secret", private=True, bob="triage")
        yield stand_in


@pytest.fixture(scope="module")
async def session():
    async with aiohttp.ClientSession() as opened:
        yield opened


@pytest.fixture
def ask(github, session):
    """Ask the API something: the answer's status, its JSON and its headers."""

    async def ask(method, path, token="", body=None, **headers):
        if token:
            headers["Authorization"] = f"Bearer {token}"
        address = path if path.startswith("http") else github.api + path
        async with session.request(method, address, json=body, headers=headers) as answer:
            text = await answer.text()
            return answer.status, (await answer.json()) if text else None, answer.headers

    return ask


@pytest.fixture
def login(github, session):
    """Talk to the endpoints that give out tokens, as an app."""

    async def login(path, **form):
        accept = {"Accept": "application/json"}
        async with session.post(f"{github.url}/login{path}", data=form, headers=accept) as answer:
            assert answer.status == 200
            return await answer.json()

    return login


# ---------------------------------------------------------------------------------- tokens
async def test_a_token_says_who_it_is_and_what_it_may(github, ask):
    """OAuth's and classic tokens tell their scopes, fine-grained ones when they expire."""
    token = github.new_token("alice", "repo", "notifications")
    status, body, headers = await ask("GET", "/user", token)
    assert (status, body["login"], body["name"]) == (200, "alice", "Alice")
    assert headers["X-OAuth-Scopes"] == "repo, notifications"
    _, _, headers = await ask("GET", "/user", github.new_fine_grained("alice", days=3))
    assert headers["GitHub-Authentication-Token-Expiration"].endswith(" UTC")
    assert "X-OAuth-Scopes" not in headers


async def test_a_bad_token_and_an_expired_one_are_refused_alike(github, ask):
    """401, in GitHub's words."""
    old = github.new_fine_grained("alice", days=-1)
    for token in ("ghp_wrong", old):
        status, body, _ = await ask("GET", "/user", token)
        assert (status, body["message"], body["status"]) == (401, "Bad credentials", "401")


async def test_a_private_repository_is_not_there_for_who_may_not_see_it(github, ask):
    """Neither for others, nor for a token without the scope, nor for one made for another one."""
    for token in (
        github.new_token("carol", "repo"),
        github.new_token("bob", "public_repo"),
        github.new_fine_grained("bob", ["alice/site"], issues="write"),
        "",
    ):
        assert (await ask("GET", "/repos/alice/secret", token))[0] == 404
    status, body, _ = await ask("GET", "/repos/Alice/SECRET", github.new_token("bob", "repo"))
    assert (status, body["full_name"]) == (200, "alice/secret")


async def test_a_fine_grained_token_names_the_permission_that_it_lacks(github, ask):
    """403 says which one would be accepted."""
    token = github.new_fine_grained("bob", issues="read")
    status, body, headers = await ask("POST", "/repos/alice/site/issues", token, {"title": "No"})
    assert (status, body["message"]) == (403, "Resource not accessible by personal access token")
    assert headers["X-Accepted-GitHub-Permissions"] == "issues=write"


async def test_an_organisation_may_ask_for_more_than_a_token(github, ask):
    """A single sign-on, with the page to go to; or no OAuth apps at all."""
    github.add_user("acme", kind="Organization")
    github.add_repo("acme/site", private=True, bob="write")
    github.require_sso("acme")
    token = github.new_token("bob", "repo")
    status, body, headers = await ask("GET", "/repos/acme/site", token)
    assert (status, "SAML enforcement" in body["message"]) == (403, True)
    assert headers["X-GitHub-SSO"].startswith(f"required; url={github.url}/orgs/acme/sso")
    github.sign_on(token, "acme")
    assert (await ask("GET", "/repos/acme/site", token))[0] == 200
    app_token = github.grant(github.add_app(), "bob", "repo").text
    github.sign_on(app_token, "acme")
    github.restrict_apps("acme")
    status, body, _ = await ask("GET", "/repos/acme/site", app_token)
    assert (status, "OAuth App access restrictions" in body["message"]) == (403, True)


async def test_the_limits_refuse_with_the_time_to_wait(github, ask):
    """The primary limit by its reset, the secondary one by Retry-After."""
    token = github.new_token("carol")
    github.limits.secondary = 1
    status, body, headers = await ask("GET", "/user", token)
    assert (status, headers["Retry-After"]) == (403, "60")
    assert "secondary rate limit" in body["message"]
    github.limits.per_hour = 1
    status, _, headers = await ask("GET", "/user", token)
    github.limits.per_hour = 5000
    assert (status, headers["X-RateLimit-Remaining"]) == (403, "0")
    assert int(headers["X-RateLimit-Reset"]) > 0


async def test_a_request_has_to_name_its_user_agent_and_a_known_version(github, ask):
    """403, and 400."""
    assert (await ask("GET", "/user", **{"X-GitHub-Api-Version": "1999-01-01"}))[0] == 400
    async with (
        aiohttp.ClientSession(skip_auto_headers=["User-Agent"]) as bare,
        bare.get(f"{github.api}/user") as answer,
    ):
        assert answer.status == 403


# ------------------------------------------------------------------------------- OAuth
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
    assert "error" in await login("/device/code", client_id=app.client_id)


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


# ------------------------------------------------------------------------------ issues
async def test_issues_are_opened_said_something_to_and_closed_as_whoever_asks(github, ask):
    """Everything says who did it."""
    github.add_repo("alice/plain", bob="triage")
    token = github.new_token("bob", "repo")
    path = "/repos/alice/plain/issues"
    sent = {"title": "Broken", "body": "It is.", "labels": ["bug"]}
    status, issue, _ = await ask("POST", path, token, sent)
    assert (status, issue["number"], issue["user"]["login"]) == (201, 1, "bob")
    status, comment, _ = await ask("POST", f"{path}/1/comments", token, {"body": "Why?"})
    assert (status, comment["user"]["login"]) == (201, "bob")
    closed = {"state": "closed", "state_reason": "not_planned"}
    _, issue, _ = await ask("PATCH", f"{path}/1", token, closed)
    assert (issue["closed_by"]["login"], issue["state_reason"]) == ("bob", "not_planned")
    assert (await ask("GET", path, token))[1] == []
    assert len((await ask("GET", f"{path}?state=all&labels=bug", token))[1]) == 1
    assert (await ask("PATCH", f"{path}/1", github.new_token("carol", "repo"), closed))[0] == 403
    status, body, _ = await ask("POST", path, token, {})
    assert (status, body["errors"][0]["field"]) == (422, "title")


async def test_a_list_has_links_to_its_other_pages(github, ask):
    """As the Link header has them."""
    github.add_repo("alice/many")
    for number in range(5):
        github.add_issue("alice/many", "alice", f"Issue {number}")
    _, first, headers = await ask("GET", "/repos/alice/many/issues?per_page=2")
    assert [issue["number"] for issue in first] == [5, 4]
    links = headers["Link"]
    assert 'page=2>; rel="next"' in links
    assert 'page=3>; rel="last"' in links
    follow = links.partition("<")[2].partition(">")[0]
    assert [issue["number"] for issue in (await ask("GET", follow))[1]] == [3, 2]
