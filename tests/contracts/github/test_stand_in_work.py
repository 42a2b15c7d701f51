"""The stand-in's runs and notifications go as GitHub's do."""

from __future__ import annotations

import base64

import aiohttp
import pytest

from sandbox.github import GitHubStandIn, Job
from tests.contracts.github.asking import asking

REPO = "/repos/acme/site"
DEPLOY = """
name: Deploy
on:
  workflow_dispatch:
    inputs:
      env: {type: choice, options: [staging, prod], required: true}
      dry: {type: boolean, default: true}
      version: {description: What to deploy, required: true, default: main}
jobs:
  build: {steps: [{name: Compile}, {run: make test}]}
  deploy: {needs: build, steps: [{name: Ship it}]}
"""


@pytest.fixture(scope="module")
async def github():
    async with GitHubStandIn("alice", "bob", "carol") as stand_in:
        stand_in.add_user("acme", kind="Organization")
        stand_in.add_repo("acme/site", alice="admin", bob="write")
        stand_in.add_workflow("acme/site", "deploy.yml", DEPLOY)
        stand_in.add_workflow("acme/site", "ci.yml", "name: CI\non: push\n")
        yield stand_in


@pytest.fixture(scope="module")
async def ask(github):
    async with asking(github) as asked:

        async def ask(method, path, login="bob", body=None):
            token = github.new_token(login, "repo", "notifications")
            return (await asked(method, path, token, body))[:2]

        yield ask


async def test_notifications_are_marked_as_read_one_by_one_or_all(github, ask):
    """205, and only with the scope."""
    issue = github.add_issue("acme/site", "alice", "Hello")
    github.notify("carol", "acme/site", issue.number)
    thread = (await ask("GET", "/notifications", "carol"))[1][0]
    path = f"/notifications/threads/{thread['id']}"
    assert (await ask("PATCH", path, "bob"))[0] == 404
    assert (await ask("PATCH", path, "carol"))[0] == 205
    assert (await ask("GET", "/notifications", "carol"))[1] == []
    assert (await ask("GET", "/notifications?all=true", "carol"))[1][0]["unread"] is False
    assert (await ask("PUT", "/notifications", "alice", {"read": True}))[0] == 205
    assert (await ask("GET", "/notifications", "alice"))[1] == []


# --------------------------------------------------------------------------------- runs
async def test_a_dispatch_begins_a_run_of_whoever_asks_which_goes_on_by_itself(github, ask):
    """Its jobs come one after another, with their steps."""
    path = f"{REPO}/actions/workflows/deploy.yml"
    content = (await ask("GET", f"{REPO}/contents/.github/workflows/deploy.yml"))[1]
    assert base64.b64decode(content["content"]).decode() == DEPLOY
    sent = {"ref": "main", "inputs": {"env": "prod"}}
    assert (await ask("POST", f"{path}/dispatches", "carol", sent))[0] == 403
    assert (await ask("POST", f"{path}/dispatches", body=sent)) == (204, None)
    details = {**sent, "return_run_details": True}
    status, made = await ask("POST", f"{path}/dispatches", body=details)
    run_path = f"{REPO}/actions/runs/{made['workflow_run_id']}"
    run = (await ask("GET", run_path))[1]
    assert (status, run["actor"]["login"], run["event"]) == (200, "bob", "workflow_dispatch")
    assert github.runs("acme/site")[-1].inputs == {"env": "prod", "dry": "true", "version": "main"}
    assert run["status"] in {"queued", "in_progress"}
    github.pass_time(seconds=1)
    run = (await ask("GET", run_path))[1]
    assert (run["status"], run["conclusion"]) == ("completed", "success")
    jobs = (await ask("GET", f"{run_path}/jobs"))[1]["jobs"]
    assert [job["name"] for job in jobs] == ["build", "deploy"]
    steps = [step["name"] for step in jobs[0]["steps"]]
    assert steps == ["Set up job", "Compile", "make test", "Complete job"]
    async with aiohttp.ClientSession() as anybody, anybody.get(run["html_url"]) as page:
        assert "by bob" in await page.text()
    query = f"{path}/runs?actor=bob&event=workflow_dispatch&status=success&created=>=2020-01-01"
    assert (await ask("GET", query))[1]["total_count"] == 2
    assert (await ask("GET", f"{path}/runs?created=<2020-01-01"))[1]["total_count"] == 0


@pytest.mark.parametrize(
    ("file", "body", "message"),
    [
        ("deploy.yml", {"ref": "main"}, "Required input 'env' not provided"),
        ("deploy.yml", {"ref": "gone"}, "No ref found for: gone"),
        (
            "deploy.yml",
            {"ref": "main", "inputs": {"a": "1"}},
            'Unexpected inputs provided: ["a"]',
        ),
        (
            "deploy.yml",
            {"ref": "main", "inputs": {"env": "moon"}},
            "Provided value 'moon' for input 'env' not in the list of allowed values",
        ),
        ("ci.yml", {"ref": "main"}, "Workflow does not have 'workflow_dispatch' trigger"),
    ],
)
async def test_a_dispatch_that_does_not_fit_the_file_is_refused(ask, file, body, message):
    """422, with the reason."""
    status, answer = await ask("POST", f"{REPO}/actions/workflows/{file}/dispatches", body=body)
    assert (status, answer["message"]) == (422, message)


async def test_what_failed_is_run_again_and_what_runs_is_cancelled(github, ask):
    """The second attempt says who triggered it, the run still who caused it."""
    jobs = [
        Job("lint"),
        Job("test", ("Unit",), results=("failure", "success")),
        Job("ship", seconds=None, needs=("test",)),
    ]
    github.add_workflow("acme/site", "release.yml", "name: Release\non: push\n", jobs)
    run = github.add_run("acme/site", "release.yml", "alice")
    path = f"{REPO}/actions/runs/{run.id}"
    assert (await ask("POST", f"{path}/rerun"))[0] == 403
    github.pass_time(seconds=1)
    shown = (await ask("GET", f"{path}/jobs"))[1]["jobs"]
    assert [job["conclusion"] for job in shown] == ["success", "failure", "skipped"]
    assert shown[1]["steps"][1]["conclusion"] == "failure"
    assert (await ask("POST", f"{path}/rerun-failed-jobs"))[0] == 201
    github.pass_time(seconds=1)
    again = (await ask("GET", path))[1]
    assert (again["status"], again["run_attempt"]) == ("in_progress", 2)
    assert (again["actor"]["login"], again["triggering_actor"]["login"]) == ("alice", "bob")
    assert (await ask("POST", f"{path}/cancel"))[0] == 202
    assert (await ask("GET", path))[1]["conclusion"] == "cancelled"
    assert (await ask("POST", f"{path}/cancel"))[0] == 409
