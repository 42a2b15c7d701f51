"""The stand-in for GitHub refuses what GitHub refuses, in GitHub's words."""

from __future__ import annotations

import aiohttp
import pytest

from sandbox.github import GitHubStandIn
from tests.contracts.github.asking import asking


@pytest.fixture(scope="module")
async def github():
    async with GitHubStandIn("alice", "bob", "carol") as stand_in:
        stand_in.add_repo("alice/site", bob="write")
        stand_in.add_repo("alice/secret", private=True, bob="triage")
        yield stand_in


@pytest.fixture(scope="module")
async def ask(github):
    async with asking(github) as asked:
        yield asked


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


async def test_what_has_moved_or_is_gone_says_so(github, ask):
    """A renamed repository by its id; 410 for a deleted issue and where there are none."""
    github.add_repo("alice/before")
    for title in ("First", "Second"):
        github.add_issue("alice/before", "alice", title)
    github.rename_repo("alice/before", "after")
    github.delete_issue("alice/after", 1)
    _, issue, _ = await ask("GET", "/repos/alice/before/issues/2")
    assert issue["url"].endswith("/repos/alice/after/issues/2")
    status, body, _ = await ask("GET", "/repos/alice/after/issues/1")
    assert (status, body["message"]) == (410, "This issue was deleted")
    github.repo("alice/after").has_issues = False
    assert (await ask("GET", "/repos/alice/after/issues/2"))[0] == 410
