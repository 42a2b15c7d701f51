"""The services in examples/, beside stand-ins of what they are for."""

from __future__ import annotations

from contextlib import asynccontextmanager
from pathlib import Path

import yaml

from sandbox.http_apis import GitLabStandIn, GrafanaStandIn
from sandbox.http_apis.gitlab_state import DEVELOPER, GUEST, Thing
from sandbox.http_apis.grafana import Dashboard

PROJECT = Path(__file__).parents[3]


def declared(name: str, url: str) -> dict[str, object]:
    """What examples/<name>.yaml declares, for the API at ``url``."""
    document = yaml.safe_load((PROJECT / "examples" / f"{name}.yaml").read_text())
    settings = dict(document["services"][name])
    del settings["type"], settings["aliases"]
    return {**settings, "url": url}


@asynccontextmanager
async def gitlab():
    """A GitLab where Alice develops a website, Bob is a guest there, and Eve is nobody."""
    async with GitLabStandIn() as found:
        state = found.state
        alice, bob = state.user("alice"), state.user("bob")
        website = state.project("team/website", alice=DEVELOPER, bob=GUEST)
        state.project("team/secret plans", bob=DEVELOPER)
        website.issues.append(Thing(1, "The logo is green", bob, description="It was\n\nblue."))
        website.requests.append(Thing(1, "Make the logo blue", bob))
        website.pipelines.append(Thing(7, "", alice, "failed"))
        found.website = website
        found.alices = state.token("alice")
        yield found


@asynccontextmanager
async def grafana():
    """A Grafana where a disk is full; Alice edits, Bob looks."""
    async with GrafanaStandIn() as found:
        state = found.state
        state.dashboards.append(Dashboard("web-1", "Web requests", "Team", ("Latency", "")))
        state.dashboards.append(Dashboard("db-1", "Databases"))
        state.alerts.append(("DiskFull", "/var is at 97 %"))
        found.alices, found.bobs = (
            state.token("sa-alice", "Editor"),
            state.token("sa-bob", "Viewer"),
        )
        yield found
