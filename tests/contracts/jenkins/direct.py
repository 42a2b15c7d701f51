"""Asking the stand-in itself, past the bot: as one of the people of the fixtures."""

from __future__ import annotations

import json

from sandbox.jenkins.items import path_of
from tests.contracts.jenkins.conftest import ask


async def get(jenkins, path, who="alice"):
    """Status, headers and text of a GET; ``path`` is quoted already."""
    return await ask(jenkins, "GET", path, auth=(who, jenkins.tokens[who]))


async def read(jenkins, path, who="alice"):
    """The JSON of a GET."""
    status, _, text = await get(jenkins, path, who)
    assert status == 200, text
    return json.loads(text)


async def post(jenkins, path, who="alice", **data):
    """Status and headers of a POST with a form."""
    status, headers, _ = await ask(
        jenkins, "POST", path, auth=(who, jenkins.tokens[who]), data=data
    )
    return status, headers


async def begin(jenkins, job="website", who="alice", **data):
    """Ask for a build without a quiet period; returns the address of its queue item."""
    way = "buildWithParameters" if jenkins.job(job).parameters else "build"
    status, headers = await post(jenkins, f"/{path_of(job)}{way}", who, delay="0sec", **data)
    assert status == 201
    return headers["Location"].removeprefix(jenkins.url)
