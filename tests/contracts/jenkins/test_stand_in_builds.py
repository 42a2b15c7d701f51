"""Builds live as in Jenkins: they take time, print, end in some way, and may be stopped."""

from __future__ import annotations

import time

import pytest

from sandbox.jenkins import BUILD, CANCEL, CONFIGURE
from tests.contracts.jenkins.conftest import ask
from tests.contracts.jenkins.direct import begin, get, post, read

HERE = "/job/slow/1/api/json"


@pytest.fixture
def slow(jenkins):
    """A Jenkins with a job whose builds run until they are let; Alice may stop them."""
    jenkins.add_job("slow", seconds=None)
    jenkins.allow("alice", "slow", CANCEL, CONFIGURE)
    return jenkins


async def test_build_is_under_way_until_it_ends(slow):
    await begin(slow, "slow")
    await slow.started("slow")
    build = await read(slow, HERE)
    assert (build["building"], build["inProgress"], build["result"]) == (True, True, None)
    assert build["duration"] == 0
    assert abs(build["timestamp"] / 1000 - time.time()) < 5
    assert (await read(slow, "/job/slow/api/json"))["color"] == "notbuilt_anime"
    await slow.finish("slow")
    build = await read(slow, HERE)
    assert (build["building"], build["inProgress"], build["result"]) == (False, False, "SUCCESS")
    assert build["duration"] > 0
    assert (await read(slow, "/job/slow/api/json"))["color"] == "blue"


@pytest.mark.parametrize(
    ("result", "color"), [("FAILURE", "red"), ("UNSTABLE", "yellow"), ("ABORTED", "aborted")]
)
async def test_results_have_their_colors(slow, result, color):
    await begin(slow, "slow")
    await slow.started("slow")
    await slow.finish("slow", result)
    assert (await read(slow, HERE))["result"] == result
    assert (await read(slow, "/job/slow/api/json"))["color"] == color


async def test_log_grows_by_whole_lines_and_counts_what_plain_text_leaves_out(slow):
    await begin(slow, "slow")
    await slow.started("slow")
    path = "/job/slow/1/logText/progressiveText?start="
    _, headers, first = await get(slow, f"{path}0")
    assert headers["X-More-Data"] == "true"
    assert headers["Content-Type"] == "text/plain; charset=utf-8"
    assert first.startswith("Started by user Alice\n")
    size = int(headers["X-Text-Size"])
    assert size > len(first)  # links for Jenkins' own page are in it
    slow.log("slow", "one\nhal")
    _, headers, more = await get(slow, f"{path}{size}")
    assert (more, int(headers["X-Text-Size"])) == ("one\n", size + 4)
    await slow.finish("slow")
    _, headers, rest = await get(slow, f"{path}{headers['X-Text-Size']}")
    assert rest == "halFinished: SUCCESS\n"
    assert "X-More-Data" not in headers
    _, _, again = await get(slow, f"{path}99999")
    assert again == (await get(slow, "/job/slow/1/consoleText"))[2] == first + more + rest


async def test_log_of_a_job_is_printed_line_by_line(jenkins):
    jenkins.add_job("chatty", seconds=0.1, log="a\nb\nc\n")
    await begin(jenkins, "chatty")
    build = await jenkins.started("chatty")
    assert "c\n" not in build.log
    await jenkins.idle()
    assert build.log.endswith("a\nb\nc\nFinished: SUCCESS\n")


async def test_estimate_is_made_of_earlier_builds(jenkins):
    assert jenkins.add_job("new").estimated == -1
    path = "/job/new/2/api/json?tree=estimatedDuration"
    for result, seconds in (("FAILURE", 1.0), ("SUCCESS", 40.0), ("UNSTABLE", 60.0)):
        jenkins.add_build("new", result, seconds=seconds)
    jenkins.add_build("new", "SUCCESS", seconds=80.0)
    assert (await read(jenkins, path))["estimatedDuration"] == 60_000


async def test_builds_are_known_by_number_permalink_and_queue_item(jenkins):
    jenkins.allow("bob", "website", BUILD)
    jenkins.job("website").next_number = 7
    for result in ("SUCCESS", "FAILURE", "UNSTABLE", "ABORTED"):
        jenkins.add_build("website", result)
    item = await begin(jenkins, "website", "bob")
    await jenkins.idle()
    job = await read(jenkins, "/job/website/api/json?tree=*,builds[number,queueId,actions[*[*]]]")
    assert [build["number"] for build in job["builds"]] == [11, 10, 9, 8, 7]
    newest = job["builds"][0]
    assert item == f"/queue/item/{newest['queueId']}/"
    assert newest["actions"][0]["causes"][0]["userId"] == "bob"
    assert job["nextBuildNumber"] == 12
    for link, number in {
        "lastBuild": 11,
        "lastSuccessfulBuild": 11,
        "lastUnsuccessfulBuild": 10,
        "lastUnstableBuild": 9,
        "lastFailedBuild": 8,
        "firstBuild": 7,
    }.items():
        shown = await read(jenkins, f"/job/website/api/json?tree={link}[number]")
        assert shown[link]["number"] == number
    assert (await read(jenkins, "/job/website/lastFailedBuild/api/json"))["number"] == 8
    assert (await get(jenkins, "/job/website/6/api/json"))[0] == 404


async def test_of_many_builds_the_newest_hundred_are_shown(jenkins):
    for _ in range(120):
        jenkins.add_build("website")
    job = await read(jenkins, "/job/website/api/json?tree=builds[number],allBuilds[number]")
    assert len(job["builds"]) == 100
    assert len(job["allBuilds"]) == 120
    assert "allBuilds" not in await read(jenkins, "/job/website/api/json")


async def test_what_no_user_started_has_another_cause(jenkins):
    jenkins.add_build("website", trigger="Started by timer")
    (action, *_) = (await read(jenkins, "/job/website/1/api/json"))["actions"]
    assert action["causes"][0]["shortDescription"] == "Started by timer"
    assert "userId" not in action["causes"][0]


async def test_stopping_needs_the_permission_and_a_post(slow):
    await begin(slow, "slow")
    await slow.started("slow")
    status, headers = await post(slow, "/job/slow/1/stop", "bob")
    assert (status, headers["X-Required-Permission"]) == (403, CANCEL)
    assert (await get(slow, "/job/slow/1/stop"))[0] == 405
    assert (await post(slow, "/job/slow/1/stop", "carol"))[0] == 404
    assert (await read(slow, HERE))["building"] is True


async def test_stopped_build_is_aborted_and_says_by_whom(slow):
    await begin(slow, "slow")
    build = await slow.started("slow")
    assert (await post(slow, "/job/slow/1/stop"))[0] == 302
    await slow.idle()
    assert (await read(slow, HERE))["result"] == "ABORTED"
    assert build.log.endswith("Build was aborted\nAborted by Alice\nFinished: ABORTED\n")
    assert (await post(slow, "/job/slow/1/stop", "bob"))[0] == 302  # nothing to stop


async def test_build_may_take_a_while_to_stop(slow):
    slow.job("slow").lingers = 0.05
    await begin(slow, "slow")
    await slow.started("slow")
    await post(slow, "/job/slow/1/stop")
    assert (await read(slow, HERE))["building"] is True
    await slow.idle()
    assert (await read(slow, HERE))["building"] is False


async def test_disabling_needs_the_permission_and_keeps_builds_away(slow):
    assert (await post(slow, "/job/slow/disable", "bob"))[0] == 403
    assert (await ask(slow, "GET", "/job/slow/disable", auth=("bob", slow.tokens["bob"])))[0] == 405
    await slow.hold()
    await begin(slow, "slow")
    status, headers = await post(slow, "/job/slow/disable")
    assert (status, headers["Location"]) == (302, f"{slow.url}/job/slow/")
    job = await read(slow, "/job/slow/api/json")
    assert (job["color"], job["buildable"], job["disabled"]) == ("disabled", False, True)
    assert slow.queued == []
    assert (await post(slow, "/job/slow/build"))[0] == 409
    assert (await post(slow, "/job/slow/enable"))[0] == 302
    job = await read(slow, "/job/slow/api/json")
    assert (job["color"], job["buildable"]) == ("notbuilt", True)


async def test_parameters_stay_as_they_were_given(jenkins):
    await begin(jenkins, "deploy prod", ENV="prod", PW="hunter2")
    await jenkins.idle()
    jenkins.job("deploy prod").parameters = ()
    path = "/job/deploy%20prod/1/api/json?tree=actions[parameters[*]]"
    (given,) = [a["parameters"] for a in (await read(jenkins, path))["actions"] if len(a) > 1]
    assert {p["name"]: p.get("value") for p in given} == {
        "ENV": "prod",
        "VERSION": "main",
        "DRY": True,
        "NOTE": "",
        "PW": None,
    }
