"""A Jenkins of ten thousand jobs."""

from __future__ import annotations

import gc
import time
from urllib.parse import unquote

import pytest

from sandbox.jenkins import READ
from tests.contracts.fakes import plain
from tests.contracts.jenkins.conftest import ask, run

JOBS = 10_000
ROUNDS = 7


@pytest.fixture
def large(jenkins):
    for number in range(JOBS):
        jenkins.add_job(f"service-{number:05}")
    jenkins.allow("alice", "", READ)
    gc.collect()
    gc.freeze()  # what the tests hold is not gone through again and again
    yield jenkins
    gc.unfreeze()


async def test_list_takes_little_longer_than_jenkins_itself(large, service, alice):
    """The quickest of several rounds, in time of this process, which holds both of them: what else
    the machine does changes nothing.
    """
    auth = ("alice", large.tokens["alice"])
    await run(service, alice, "whoami")  # the libraries are in
    ours, theirs = [], []
    for _ in range(ROUNDS):
        service.site.clock = lambda: 3600.0 * len(ours)  # what was listed before is too old
        began = time.process_time()
        reply = await run(service, alice, "list")
        ours.append(time.process_time() - began)
        began = time.process_time()
        await ask(large, "GET", large.requests[-1].raw_path, auth=auth)
        theirs.append(time.process_time() - began)
    assert min(ours) <= 1.5 * min(theirs)
    assert len(plain(reply).splitlines()) == 52  # a title, fifty jobs, and how to go on
    assert len(large.requests) == 1 + 2 * ROUNDS


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
