"""Logs: their end in a message, all of them as a file, or as they grow."""

from __future__ import annotations

import pytest

from bot.errors import NotFound, Unavailable, UserError
from bot.reply import Pre
from bot.services.jenkins.console import MOST
from sandbox.jenkins import mishaps
from tests.contracts.fakes import plain
from tests.contracts.jenkins.conftest import run, step

LINES = "".join(f"line {number}\n" for number in range(200))


async def built(jenkins, service, alice, name="chatty", **job):
    jenkins.add_job(name, **job)
    await run(service, alice, f"build {name}")
    await jenkins.idle()


def shown(reply):
    """The lines of the log in a message."""
    return [ln for block in reply.blocks if isinstance(block, Pre) for ln in block.text.split("\n")]


async def test_short_log_is_shown_as_a_whole(jenkins, service, alice):
    await built(jenkins, service, alice, log="hello\n")
    reply = await run(service, alice, "log chatty")
    assert plain(reply).splitlines()[0] == f"The log of chatty #1 ({jenkins.url}/job/chatty/1/):"
    assert shown(reply)[0] == "Started by user Alice"
    assert shown(reply)[-1] == "Finished: SUCCESS"
    assert reply.file is None


async def test_long_log_is_its_end_and_a_file_of_all(jenkins, service, alice):
    await built(jenkins, service, alice, "team/größe + 2", log=LINES)
    reply = await run(service, alice, "log größe + 2")
    assert plain(reply).startswith("The end of the log of team/größe + 2 #1")
    assert "; all of it is in the file." in plain(reply)
    assert len(shown(reply)) == 40
    assert shown(reply)[-1] == "Finished: SUCCESS"
    assert reply.file.name == "größe---2-1.log"
    assert reply.file.mimetype == "text/plain"
    assert reply.file.data.decode() == jenkins.builds("team/größe + 2")[0].log


async def test_end_of_a_log_without_end_is_kept(jenkins, service, alice):
    long = "".join(f"{number:07} {'x' * 1000}\n" for number in range(2 * MOST // 1009))
    await built(jenkins, service, alice, log=long, seconds=0)
    reply = await run(service, alice, "log chatty")
    assert "its last 4 MiB are in the file." in plain(reply)
    assert MOST - 2000 < len(reply.file.data) <= MOST
    assert reply.file.data.endswith(b"Finished: SUCCESS\n")
    assert reply.file.data[7:8] == b" ", "it begins with a whole line"


async def test_notes_escapes_and_broken_characters_are_not_shown(jenkins, service, alice):
    await built(jenkins, service, alice, log="\x1b[31mred\x1b[0m\n10%\r100%\nzoë\n")
    reply = await run(service, alice, "log chatty")
    assert shown(reply)[0] == "Started by user Alice"
    assert shown(reply)[-4:-1] == ["red", "100%", "zoë"]
    assert "\x1b" not in plain(reply)


@pytest.mark.parametrize("said", ["log chatty 1", "log chatty #1", "log 1 1"])
async def test_number_says_which_build(jenkins, service, alice, said):
    await built(jenkins, service, alice)
    await run(service, alice, "build chatty")
    await jenkins.idle()
    reply = await run(service, alice, said, listing=["chatty"])
    assert "chatty #1" in plain(reply)
    assert "chatty #2" in plain(await run(service, alice, "log chatty"))


async def test_log_of_what_runs_is_so_far(jenkins, service, alice):
    jenkins.add_job("slow", seconds=None, log="")
    await run(service, alice, "build slow")
    await jenkins.started("slow")
    assert plain(await run(service, alice, "log slow")).startswith("The log so far of slow #1")


async def test_log_is_followed_to_its_end(jenkins, service, alice):
    jenkins.add_job("slow", seconds=None)
    await run(service, alice, "build slow")
    build = await jenkins.started("slow")
    reply = await run(service, alice, "log slow --follow")
    assert "as it comes" in plain(reply)
    assert reply.follow.topic == "slow"
    for number in range(50):
        build.console.write(f"line {number}\n")
    found = await step(service, alice, "log", reply.follow.state)
    assert shown(found.reply) == [f"line {number}" for number in range(30, 50)]
    assert found.wait == 3
    quiet = await step(service, alice, "log", found.state)
    quieter = await step(service, alice, "log", quiet.state)
    assert 3 < quiet.wait < quieter.wait <= 15
    await jenkins.finish("slow")
    await jenkins.idle()
    found = await step(service, alice, "log", quieter.state)
    assert found.state is None
    assert plain(found.reply).splitlines()[0].endswith(": SUCCESS.")
    assert shown(found.reply)[-1] == "Finished: SUCCESS"


async def test_following_what_has_ended_shows_its_end(jenkins, service, alice):
    await built(jenkins, service, alice, log=LINES)
    reply = await run(service, alice, "log chatty --follow")
    assert reply.follow is None
    assert len(shown(reply)) == 20


async def test_log_that_is_not_there_yet(jenkins, service, alice):
    jenkins.add_job("slow", seconds=None)
    await run(service, alice, "build slow")
    await jenkins.started("slow")
    jenkins.fail(mishaps.answer(200, "", "text/plain"), path="/logText/", times=4)
    assert "is empty" in plain(await run(service, alice, "log slow"))
    assert (await run(service, alice, "log slow --follow")).follow is not None


async def test_proxy_that_knows_no_head_is_no_hindrance(jenkins, service, alice):
    await built(jenkins, service, alice, log=LINES)
    jenkins.fail(mishaps.answer(405), method="HEAD")
    assert shown(await run(service, alice, "log chatty"))[-1] == "Finished: SUCCESS"


@pytest.mark.parametrize(
    "mishap",
    [
        mishaps.answer(200, "<html>Log in</html>"),
        mishaps.json("{}"),
        mishaps.answer(500),
        mishaps.drop,
    ],
)
async def test_what_is_no_log_is_not_shown_as_one(jenkins, hasty, alice, mishap):
    await built(jenkins, hasty, alice)
    jenkins.fail(mishap, path="/logText/", method="GET")
    with pytest.raises(Unavailable):
        await run(hasty, alice, "log chatty")


async def test_log_without_end_is_not_read_to_its_end(jenkins, service, alice):
    await built(jenkins, service, alice)
    jenkins.fail(mishaps.flood, path="/logText/", method="GET")
    with pytest.raises(Unavailable):
        await run(service, alice, "log chatty")


async def test_log_of_a_build_that_is_not_there(jenkins, service, alice):
    await built(jenkins, service, alice)
    with pytest.raises(NotFound, match="build chatty #7"):
        await run(service, alice, "log chatty 7")


async def test_log_of_what_was_never_built(service, alice):
    with pytest.raises(UserError, match="website has never been built"):
        await run(service, alice, "log website")


async def test_long_lines_of_a_failure_come_as_a_file(jenkins, service, alice):
    jenkins.add_job("broken", result="FAILURE", log=f"{'x' * 5000}\n")
    reply = await run(service, alice, "build broken")
    await jenkins.idle()
    found = await step(service, alice, "build", reply.follow.state)
    (log,) = found.more
    assert log.file.name == "broken-1.log"
    assert log.file.data.endswith(b"Finished: FAILURE\n")
    assert shown(log) == []
