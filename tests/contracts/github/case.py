"""GitHub, for the suite over all services."""

from __future__ import annotations

from contextlib import asynccontextmanager

from sandbox.github import GitHubStandIn
from tests.contracts.case import Case


@asynccontextmanager
async def _github():
    async with GitHubStandIn("alice") as github:
        github.add_repo("alice/site")
        github.add_issue("alice/site", "alice", "The login page is blank")
        yield github


CASE = Case(
    start=_github,
    settings=lambda _, url: {"url": url, "repository": "alice/site"},
    right=lambda github: {"access_token": github.new_token("alice", "repo")},
    wrong={"access_token": f"ghp_{'0' * 36}"},
    account="alice",
    pasted=(f"ghp_{'1a' * 18}", f"github_pat_{'1a' * 11}_{'b2' * 29}x", f"ghs_{'1a' * 18}"),
)
