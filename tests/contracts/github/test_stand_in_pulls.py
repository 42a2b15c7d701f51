"""The stand-in's branches and pull requests go as GitHub's do."""

from __future__ import annotations

import pytest

from sandbox.github import GitHubStandIn
from tests.contracts.github.asking import asking

REPO = "/repos/acme/site"


@pytest.fixture(scope="module")
async def github():
    async with GitHubStandIn("alice", "bob", "carol") as stand_in:
        stand_in.add_user("acme", kind="Organization")
        stand_in.add_repo("acme/site", alice="admin", bob="write")
        yield stand_in


@pytest.fixture(scope="module")
async def ask(github):
    async with asking(github) as asked:

        async def ask(method, path, login="bob", body=None):
            token = github.new_token(login, "repo", "notifications")
            return (await asked(method, path, token, body))[:2]

        yield ask


async def test_a_pull_request_is_merged_as_whoever_asks_if_its_head_is_the_expected_one(
    github, ask
):
    """Also in the list of issues, and known to be mergeable only the second time."""
    issue = github.add_pull("acme/site", "alice", "Add a page", "page")
    path, old = f"{REPO}/pulls/{issue.number}", issue.pull.sha
    issue.pull.mergeable = None
    assert (await ask("GET", path))[1]["mergeable"] is None
    assert (await ask("GET", path))[1]["mergeable_state"] == "clean"
    assert (await ask("GET", f"{REPO}/issues"))[1][0]["pull_request"]["url"].endswith(path)
    new = github.push("acme/site", "page")
    assert (await ask("PUT", f"{path}/merge", body={"sha": old}))[0] == 409
    status, body = await ask("PUT", f"{path}/merge", body={"sha": new, "merge_method": "squash"})
    assert (status, body["merged"]) == (200, True)
    assert (await ask("GET", path))[1]["merged_by"]["login"] == "bob"
    assert (await ask("PUT", f"{path}/merge"))[0] == 405
    assert (await ask("PUT", f"{path}/merge", "carol"))[0] == 403


@pytest.mark.parametrize(
    ("change", "method", "message"),
    [
        ({"state": "dirty"}, "merge", "Pull Request is not mergeable"),
        ({"draft": True}, "merge", "Pull Request is still a draft"),
        ({"state": "blocked"}, "merge", "At least 1 approving review is required"),
        ({}, "rebase", "Rebase merges are not allowed on this repository."),
    ],
)
async def test_what_cannot_be_merged_is_refused_with_the_reason(
    github, ask, change, method, message
):
    """405."""
    github.repo("acme/site").merges = ("merge", "squash")
    issue = github.add_pull("acme/site", "alice", "Not yet", f"not-{message[:4]}")
    for name, value in change.items():
        setattr(issue.pull, name, value)
    path = f"{REPO}/pulls/{issue.number}/merge"
    status, body = await ask("PUT", path, body={"merge_method": method})
    assert (status, body["message"].startswith(message)) == (405, True)


async def test_a_review_is_asked_of_collaborators_who_are_told(github, ask):
    """Not of others, and not of the author."""
    issue = github.add_pull("acme/site", "bob", "Look at this", "look")
    path = f"{REPO}/pulls/{issue.number}"
    for login in ("carol", "bob", "nobody"):
        body = {"reviewers": [login]}
        assert (await ask("POST", f"{path}/requested_reviewers", body=body))[0] == 422
    asked = {"reviewers": ["alice"]}
    status, body = await ask("POST", f"{path}/requested_reviewers", body=asked)
    assert (status, body["requested_reviewers"][0]["login"]) == (201, "alice")
    threads = (await ask("GET", "/notifications", "alice"))[1]
    assert [t["reason"] for t in threads if t["subject"]["url"].endswith(path)] == [
        "review_requested"
    ]
    query = "/search/issues?q=is:pr+is:open+review-requested:@me"
    assert (await ask("GET", query, "alice"))[1]["total_count"] == 1
    github.add_review("acme/site", issue.number, "alice", "APPROVED")
    assert (await ask("GET", f"{path}/reviews"))[1][0]["state"] == "APPROVED"


async def test_a_pull_request_is_opened_between_branches_that_differ(github, ask):
    """Once, by who may push; 422 with what is wrong with it."""
    github.push("acme/site", "fix/it")
    github.push("acme/site", "main")
    branches = [branch["name"] for branch in (await ask("GET", f"{REPO}/branches"))[1]]
    assert {"fix/it", "main"} <= set(branches)
    assert (await ask("GET", f"{REPO}/branches/fix%2Fit"))[1]["name"] == "fix/it"
    assert (await ask("GET", f"{REPO}/branches/none"))[0] == 404
    path = f"{REPO}/compare/main...fix%2Fit"
    compared = (await ask("GET", f"{path}?per_page=1&page=2"))[1]
    assert (compared["status"], compared["ahead_by"], compared["behind_by"]) == ("diverged", 1, 1)
    assert "files" not in compared
    assert "files" in (await ask("GET", path))[1]
    new = {"title": "Mend it", "head": "fix/it", "base": "main"}
    for change, error in (
        ({"head": "none"}, {"field": "head", "code": "invalid"}),
        ({"base": "none"}, {"field": "base", "code": "invalid"}),
        ({"base": "fix/it"}, {"message": "No commits between fix/it and fix/it"}),
        ({"title": ""}, {"field": "title", "code": "missing_field"}),
    ):
        status, body = await ask("POST", f"{REPO}/pulls", body={**new, **change})
        assert (status, error.items() <= body["errors"][0].items()) == (422, True)
    assert (await ask("POST", f"{REPO}/pulls", "carol", new))[0] == 422
    status, made = await ask("POST", f"{REPO}/pulls", body={**new, "head": "acme:fix/it"})
    assert (status, made["user"]["login"], made["head"]["ref"]) == (201, "bob", "fix/it")
    status, body = await ask("POST", f"{REPO}/pulls", body=new)
    assert body["errors"][0]["message"] == "A pull request already exists for acme:fix/it."


async def test_what_was_merged_is_not_ahead_any_more(github, ask):
    """But for a squash, of which the base has another commit."""
    github.repo("acme/site").merges = ("merge", "squash")
    for method, ahead in (("merge", 0), ("squash", 1)):
        issue = github.add_pull("acme/site", "alice", "Bring it", f"bring-{method}")
        path = f"{REPO}/pulls/{issue.number}/merge"
        assert (await ask("PUT", path, body={"merge_method": method}))[0] == 200
        compared = (await ask("GET", f"{REPO}/compare/main...bring-{method}"))[1]
        assert compared["ahead_by"] == ahead
