"""The last builds of a job."""

from __future__ import annotations

import pytest

from bot.errors import UserError
from tests.contracts.fakes import plain
from tests.contracts.jenkins.conftest import run


async def test_history_shows_how_builds_went_and_who_started_them(jenkins, service, alice, bob):
    jenkins.add_job("flaky")
    jenkins.add_build("flaky", user="alice", seconds=8)
    jenkins.add_build("flaky", "FAILURE", user="bob", seconds=123, trigger="Started by timer")
    reply = await run(service, bob, "history flaky")
    lines = plain(reply).splitlines()
    assert lines[1] == "Build | Result | Started (UTC) | Took | Started by"
    assert lines[2].startswith(f"#2 ({jenkins.url}/job/flaky/2/) | FAILURE | 20")
    assert lines[2].endswith(" | 2 min 3 s | timer")
    assert lines[3].startswith(f"#1 ({jenkins.url}/job/flaky/1/) | SUCCESS | 20")
    assert lines[3].endswith(" | 8 s | Alice")
    assert lines[-1] == "log flaky 2 shows the log of the newest."
    assert reply.about.url == f"{jenkins.url}/job/flaky/"


async def test_history_of_a_running_build(jenkins, service, alice):
    jenkins.add_job("long", seconds=None)
    await run(service, alice, "build long --no-follow")
    await jenkins.started("long")
    assert "| running |" in plain(await run(service, alice, "history long"))


async def test_history_comes_in_pages_of_ten_the_newest_first(jenkins, service, alice):
    for number in range(25):
        jenkins.add_build("website", ago=10_000 - number)
    first = plain(await run(service, alice, "history website"))
    assert first.splitlines()[2].startswith("#25 ")
    assert first.endswith("Older ones: say the same with page 2.")
    last = plain(await run(service, alice, "history 1 page 3", listing=("website",)))
    assert [row.partition(" ")[0] for row in last.splitlines()[2:-1]] == [f"#{n}" for n in "54321"]
    assert "page 4" not in last
    assert "no builds that far back" in plain(await run(service, alice, "history website page 4"))


async def test_history_ends_where_jenkins_does_not_tell_more(jenkins, service, alice):
    for _ in range(120):
        jenkins.add_build("website")
    last = plain(await run(service, alice, "history website page 10"))
    assert last.splitlines()[-2].startswith("#21 ")
    assert "page 11" not in last
    with pytest.raises(UserError, match="10 pages"):
        await run(service, alice, "history website page 11")


async def test_history_of_a_job_that_has_never_been_built(service, alice):
    assert plain(await run(service, alice, "history website")).endswith("has never been built.")
