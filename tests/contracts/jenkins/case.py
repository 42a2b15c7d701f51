"""Jenkins, for the suite over all services."""

from __future__ import annotations

from contextlib import asynccontextmanager

from sandbox.jenkins import JenkinsStandIn
from tests.contracts.case import Case


@asynccontextmanager
async def _jenkins():
    async with JenkinsStandIn() as jenkins:
        jenkins.alices = jenkins.add_user("alice", "Alice")
        yield jenkins


CASE = Case(
    start=_jenkins,
    settings=lambda _, url: {"url": url},
    right=lambda jenkins: {"user": "alice", "token": jenkins.alices},
    wrong={"user": "alice", "token": f"11{'0' * 32}"},
    account="alice",
    pasted=(f"alice:11{'ab' * 16}", f"11{'0' * 32}"),
)
