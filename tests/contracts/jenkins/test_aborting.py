"""Builds that are told to stop."""

from __future__ import annotations

import re

import pytest

from bot.errors import Forbidden, NotFound, Unavailable, UserError
from bot.plugin import Effect
from sandbox.jenkins import CANCEL, mishaps
from tests.contracts.fakes import plain
from tests.contracts.jenkins.conftest import look, run


@pytest.fixture
async def long(jenkins, service, alice):
    """Alice runs a build that goes on until it is stopped."""
    jenkins.allow("alice", "", CANCEL)
    jenkins.add_job("long", seconds=None, concurrent=True)
    await start(jenkins, service, alice, 1)


async def start(jenkins, service, credential, number):
    await run(service, credential, "build long --no-follow")
    await jenkins.started("long", number)


def posts(jenkins):
    return [seen.raw_path for seen in jenkins.requests if seen.method == "POST"]


@pytest.mark.parametrize("said", ["abort long", "abort long 1", "abort 1", "abort LONG #1"])
@pytest.mark.usefixtures("long")
async def test_abort_stops_a_build_as_oneself_and_says_so(jenkins, service, alice, said):
    reply = await run(service, alice, said, listing=("long",))
    page = f"{jenkins.url}/job/long/1/"
    assert plain(reply).startswith(f"Aborted long #1 ({page}) as alice, after ")
    assert reply.about.url == page
    (build,) = jenkins.builds("long")
    assert (build.result, build.interrupted) == ("ABORTED", "Alice")


@pytest.mark.usefixtures("long")
async def test_abort_is_for_the_build_that_was_looked_at(service, alice):
    talked = await look(service, alice, "abort long")
    assert talked.ready.arguments["number"].number == 1


@pytest.mark.usefixtures("long")
async def test_abort_asks_which_of_several(jenkins, service, alice):
    await start(jenkins, service, alice, 2)
    said = re.sub(r"[0-9]+ s,", "a moment,", plain(await run(service, alice, "abort long")))
    assert said.splitlines() == [
        "2 builds of long are running. Which one?",
        f"- #2 ({jenkins.url}/job/long/2/), for a moment, started by Alice",
        f"- #1 ({jenkins.url}/job/long/1/), for a moment, started by Alice",
        "Say abort long 2, for example.",
    ]
    await run(service, alice, "abort long 1")
    first, second = jenkins.builds("long")
    assert (first.result, second.result) == ("ABORTED", None)


async def test_abort_of_what_does_not_run(jenkins, service, alice):
    await run(service, alice, "build website --no-follow")
    await jenkins.idle()
    link = f"website ({jenkins.url}/job/website/)"
    assert plain(await run(service, alice, "abort website")) == f"{link} is not running."
    said = plain(await run(service, alice, "abort website 1"))
    assert said.endswith("is not running: it ended SUCCESS.")
    assert not any("stop" in path for path in posts(jenkins))


@pytest.mark.usefixtures("long")
async def test_abort_of_what_still_waits_names_its_queue_item(jenkins, service, alice):
    await jenkins.hold()
    jenkins.add_job("later")
    service.site.patience = 0.0
    await run(service, alice, "build later --no-follow")
    (item,) = jenkins.queued
    said = plain(await run(service, alice, "abort later"))
    assert said.endswith(f"It waits in the queue, and cancel {item.id} takes it out.")


@pytest.mark.usefixtures("long")
async def test_abort_needs_its_permission(jenkins, service, bob):
    with pytest.raises(Forbidden) as caught:
        await run(service, bob, "abort long")
    assert (caught.value.permission, caught.value.account) == (CANCEL, "bob")
    assert jenkins.builds("long")[0].result is None


@pytest.mark.usefixtures("long")
async def test_abort_waits_only_a_moment_for_what_winds_down(jenkins, hasty, alice):
    jenkins.fail(mishaps.answer(302, Location="."), path="/stop")  # it takes note, and goes on
    said = plain(await run(hasty, alice, "abort long"))
    assert said.startswith("Asked long #1")
    assert said.endswith("It is still winding down: last long tells how it ends.")
    assert len(posts(jenkins)) == 2  # the build, and one stop


@pytest.mark.usefixtures("long")
async def test_abort_of_what_ends_by_itself_meanwhile(jenkins, service, alice):
    async def late(request):
        await jenkins.finish("long")
        await jenkins.idle()
        return await mishaps.answer(302, Location=".")(request)

    jenkins.fail(late, path="/stop")
    said = plain(await run(service, alice, "abort long"))
    assert said.endswith("ended by itself, before it could be stopped: SUCCESS.")


@pytest.mark.usefixtures("long")
@pytest.mark.parametrize("mishap", [mishaps.answer(503), mishaps.drop, mishaps.json("[]")])
async def test_abort_that_was_told_stays_told(jenkins, service, alice, mishap):
    async def stopped(request):
        jenkins.fail(mishap, path="/job/long/1/", times=9)
        return await mishaps.answer(302, Location=f"{jenkins.url}/job/long/1/")(request)

    jenkins.fail(stopped, path="/stop")
    said = plain(await run(service, alice, "abort long"))
    assert said.endswith("cannot see what became of it. Look before you say it again.")


@pytest.mark.usefixtures("long")
@pytest.mark.parametrize(
    ("status", "location"),
    [(302, "http://login.invalid/?to=/job/long/1/"), (302, "/login"), (307, "."), (500, "")],
)
async def test_abort_that_may_have_got_lost_says_so(jenkins, service, alice, *, status, location):
    jenkins.fail(mishaps.answer(status, Location=location), path="/stop")
    with pytest.raises(Unavailable) as caught:
        await run(service, alice, "abort long")
    assert caught.value.retryable is False
    assert len(posts(jenkins)) == 2


@pytest.mark.usefixtures("long")
@pytest.mark.parametrize("mishap", [mishaps.drop, mishaps.slow(30)])
async def test_abort_without_an_answer_is_not_asked_again(jenkins, hasty, alice, mishap):
    jenkins.fail(mishap, path="/stop")
    with pytest.raises(Unavailable) as caught:
        await run(hasty, alice, "abort long")
    assert caught.value.retryable is False
    assert len(posts(jenkins)) == 2


async def test_abort_of_what_is_not_there(service, alice):
    with pytest.raises(NotFound) as caught:
        await run(service, alice, "abort website 99")
    assert caught.value.what == "build website #99"
    with pytest.raises(UserError, match="is a folder"):
        await run(service, alice, "abort team")


@pytest.mark.parametrize("name", ["abort", "cancel", "enable", "disable"])
def test_what_changes_something_is_no_read(service, name):
    (command,) = (c for c in service.commands if c.name == name)
    assert command.effect is Effect.WRITE
