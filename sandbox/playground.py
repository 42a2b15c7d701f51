"""What there is to be tried out once the demo's story is over: jobs of every kind, and posts."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

import yaml

from sandbox.bot import Bot
from sandbox.github import GitHubStandIn, Job
from sandbox.http_apis import GitLabStandIn
from sandbox.http_apis.gitlab_state import DEVELOPER, GUEST, Thing
from sandbox.jenkins import (
    CONFIGURE,
    Ask,
    Case,
    JenkinsStandIn,
    Stage,
    boolean,
    choice,
    password,
    string,
)
from sandbox.x import XStandIn

_SHOP: Final = (
    Stage("Build", log="Compiling 212 files\nCompiled\n"),
    Stage("Test", log="Running 340 tests\nAll of them passed\n"),
    Stage(
        "Release",
        asks=Ask(
            "Release it to our customers?", ok="Release", parameters=(choice("TO", "10%", "all"),)
        ),
        log="Rolling out\nRolled out\n",
    ),
)
_TESTS: Final = (
    *(Case(f"answers_{number}", class_name="shop.ApiTest") for number in range(40)),
    Case(
        "rejects_an_empty_cart", "REGRESSION", "expected 400, got 500", class_name="shop.CartTest"
    ),
    Case("pays_in_yen", "FAILED", "¥100.50 is no amount of yen", class_name="shop.PayTest", age=3),
    Case("sends_by_pigeon", "SKIPPED", class_name="shop.PostTest"),
)
_REPOSITORY: Final = "alice/shop"
_WORKFLOW: Final = """\
name: Deploy
on:
  workflow_dispatch:
    inputs:
      environment:
        description: Where to
        type: choice
        options: [staging, production]
        required: true
jobs:
  build: {runs-on: ubuntu-latest, steps: [{run: make}]}
  deploy: {runs-on: ubuntu-latest, needs: build, steps: [{run: make deploy}]}
"""
_JOBS: Final = (
    Job("build", ("Check out", "Compile"), seconds=6),
    Job("deploy", ("Upload", "Switch over"), seconds=6, needs=("build",)),
)
_DECLARED: Final = Path(__file__).resolve().parents[1] / "examples" / "gitlab.yaml"
_CHECKED: Final = "".join(f"https://example.org/guide/{page}: 200\n" for page in range(1, 31))


def furnish(jenkins: JenkinsStandIn, x: XStandIn, pace: float = 1.0) -> None:
    """Add them to what the story needs, which they leave as it is.

    ``pace`` times as long as one likes to watch is what the builds take.
    """
    _jobs(jenkins, pace)
    _past(jenkins)
    jenkins.allow("alice", "", CONFIGURE)
    x.publish("carol", "Our new shop is nearly there. https://example.org/shop")
    x.publish("bob", "@alice will you announce the release?")


def offer_github(bot: Bot, github: GitHubStandIn) -> str:
    """Have the bot offer a GitHub, too, with something in it; returns a token of Alice's."""
    app = github.add_app(callback=f"{bot.web}/callback/github")
    bot.environment["GITHUB_CLIENT_SECRET"] = app.client_secret
    bot.config["services"]["github"] = {
        "type": "github",
        "aliases": ["gh"],
        "url": github.url,
        "client_id": app.client_id,
        "client_secret": "env:GITHUB_CLIENT_SECRET",
        "repository": _REPOSITORY,
    }
    github.add_repo(_REPOSITORY, private=True, description="The shop", bob="write", carol="read")
    github.add_issue(_REPOSITORY, "carol", "The cart forgets its prices", "Since Monday.", ["bug"])
    github.add_issue(_REPOSITORY, "bob", "Offer gift cards")
    github.add_pull(_REPOSITORY, "bob", "Let people pay in yen", body="Closes nothing yet.")
    github.add_workflow(_REPOSITORY, "deploy.yml", _WORKFLOW, _JOBS)
    github.notify("alice", _REPOSITORY, 1)
    return github.new_token("alice", "repo")


def offer_gitlab(bot: Bot, gitlab: GitLabStandIn) -> str:
    """Have the bot offer a GitLab as it is declared in examples/; returns a token of Alice's."""
    declared = yaml.safe_load(_DECLARED.read_text())["services"]["gitlab"]
    declared["url"] = f"{gitlab.url}/api/v4"
    declared["token"]["page"] = f"{gitlab.url}/-/user_settings/personal_access_tokens"
    bot.config["services"]["gitlab"] = declared
    state = gitlab.state
    alice, bob = state.user("alice"), state.user("bob")
    guide = state.project("team/guide", alice=DEVELOPER, bob=GUEST)
    guide.issues.append(Thing(1, "The chapter on carts is missing", bob, description="Is it?"))
    guide.requests.append(Thing(1, "Tell how to pay in yen", bob))
    guide.pipelines.append(Thing(7, "", alice, "failed"))
    token = state.token("alice")
    state.tokens[token].expires = f"{datetime.now(UTC) + timedelta(days=90):%Y-%m-%d}"
    return token


def slow_down(jenkins: JenkinsStandIn) -> None:
    """Let what the story builds take as long as one likes to watch."""
    for name in ("website", "deploy-prod"):
        job = jenkins.job(name)
        job.seconds = job.estimate = 8


def _jobs(jenkins: JenkinsStandIn, pace: float) -> None:
    report = jenkins.job("tools/nightly report")
    report.seconds, report.log = 90, "".join(f"Table {n} of 30\n" for n in range(1, 31))
    stages = tuple(replace(stage, seconds=3 * pace) for stage in _SHOP)
    jenkins.add_job("shop", stages=stages, description="Builds the shop; asks before it releases")
    jenkins.add_job(
        "api-tests",
        seconds=6 * pace,
        log="Collected 43 tests\n2 failed, 40 passed, 1 skipped\n",
        tests=_TESTS,
        artifacts={"report.txt": b"2 of 43 failed\n", "coverage/index.html": b"<p>81 %</p>\n"},
    )
    broken = "https://example.org/guide/31: 404\nERROR: 1 link of 31 is broken\n"
    jenkins.add_job("check-links", seconds=4 * pace, result="FAILURE", log=_CHECKED + broken)
    jenkins.add_job(
        "rotate-keys",
        [
            replace(string("TICKET", description="Why, such as OPS-12"), default=None),
            replace(password("PASSPHRASE"), default=None),
            boolean("RESTART", default=True),
        ],
        seconds=4 * pace,
    )
    jenkins.add_node("mac-mini", executors=1, offline=True, reason="It is being repaired")
    jenkins.add_job("phone-app", on="mac-mini")


def _past(jenkins: JenkinsStandIn) -> None:
    """What was built before, so that there is a history, and an estimate."""
    for job, seconds, results in (  # the oldest first
        ("shop", 15, ("SUCCESS", "ABORTED", "SUCCESS")),
        ("api-tests", 6, ("SUCCESS", "UNSTABLE", "UNSTABLE")),
        ("check-links", 4, ("SUCCESS", "FAILURE")),
        ("tools/nightly report", 90, ("SUCCESS", "SUCCESS")),
    ):
        for days, result in zip(range(len(results), 0, -1), results, strict=True):
            jenkins.add_build(job, result, user="carol", ago=days * 86_400, seconds=seconds)
