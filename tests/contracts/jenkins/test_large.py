"""A Jenkins of ten thousand jobs."""

from __future__ import annotations

from urllib.parse import unquote

import pytest

from sandbox.jenkins import READ
from tests.contracts.fakes import plain
from tests.contracts.jenkins.conftest import run

JOBS = 10_000


@pytest.fixture
def large(jenkins):
    for number in range(JOBS):
        jenkins.add_job(f"service-{number:05}")
    jenkins.allow("alice", "", READ)
    return jenkins


async def test_list_shows_fifty_and_how_to_go_on(large, service, alice):
    reply = await run(service, alice, "list")
    assert len(plain(reply).splitlines()) == 52  # a title, fifty jobs, and how to go on


async def test_list_asks_for_one_level_and_for_what_it_shows(large, service, alice):
    await run(service, alice, "list page 100")
    assert [unquote(seen.raw_path) for seen in large.requests] == [
        "/api/json?tree=fullName,jobs[name,color]"
    ]


async def test_names_are_found_among_all_of_them(large, service, alice):
    reply = await run(service, alice, "last '09999'")
    assert plain(reply).startswith("service-09999")
    reply = await run(service, alice, "last servcie-09999")
    assert "service-09999" in reply.listing
