"""Nodes tell what they build, to those who may read it, and why they are away."""

from __future__ import annotations

import pytest

from sandbox.jenkins import CANCEL, PIPELINE
from tests.contracts.jenkins.direct import begin, get, read

TREE = (
    "/computer/api/json?tree=busyExecutors,totalExecutors,computer[displayName,idle,numExecutors,"
    "offline,temporarilyOffline,offlineCauseReason,executors[currentExecutable[*],progress],"
    "oneOffExecutors[currentExecutable[*]]]"
)


@pytest.fixture
async def busy(jenkins):
    """A Jenkins that runs a job and a pipeline, on one node."""
    jenkins.built_in.executors = 3
    jenkins.add_job("slow", seconds=None, estimate=100)
    jenkins.add_job("pipe", kind=PIPELINE, seconds=None)
    jenkins.allow("alice", "", CANCEL)
    for job in ("slow", "pipe"):
        await begin(jenkins, job)
        await jenkins.started(job)
    return jenkins


async def test_executors_tell_what_they_run(busy):
    found = await read(busy, TREE)
    assert (found["busyExecutors"], found["totalExecutors"]) == (2, 3)
    (node,) = found["computer"]
    assert (node["displayName"], node["idle"]) == ("Built-In Node", False)
    slow, pipe, nothing = [e["currentExecutable"] for e in node["executors"]]
    assert slow["_class"] == "hudson.model.FreeStyleBuild"
    assert (slow["number"], slow["fullDisplayName"]) == (1, "slow #1")
    assert (slow["url"], slow["estimatedDuration"]) == (f"{busy.url}/job/slow/1/", 100_000)
    assert slow["timestamp"] > 0
    assert node["executors"][0]["progress"] == 0
    assert nothing is None
    assert pipe["_class"].endswith("$PlaceholderExecutable")  # a part of what is below
    assert (pipe["fullDisplayName"], pipe["number"]) == ("part of pipe #1", 1)
    (whole,) = [e["currentExecutable"] for e in node["oneOffExecutors"]]
    assert whole["_class"].endswith("WorkflowRun")
    assert whole["url"] == pipe["url"] == f"{busy.url}/job/pipe/1/"


async def test_what_may_not_be_read_is_not_named(busy):
    node = (await read(busy, TREE, "carol"))["computer"][0]
    assert {e["currentExecutable"] for e in node["executors"]} == {None}
    assert {e["currentExecutable"] for e in node["oneOffExecutors"]} == {None}
    assert node["idle"] is False


async def test_anonymous_sees_no_nodes(jenkins):
    assert (await get(jenkins, "/computer/api/json"))[0] == 200
    jenkins.revoke_tokens("alice")
    assert (await get(jenkins, "/computer/api/json"))[0] == 401


async def test_without_a_tree_executors_are_not_shown(busy):
    (node,) = (await read(busy, "/computer/api/json"))["computer"]
    assert node["_class"] == "hudson.model.Hudson$MasterComputer"
    assert node["executors"] == [{}, {}, {}]


async def test_node_that_is_away_says_why_and_what_needs_it_is_stuck(jenkins):
    jenkins.add_node("agent 1", executors=4)
    jenkins.add_job("there", on="agent 1")
    await jenkins.switch_node("agent 1", offline=True, reason="Disk is full")
    found = await read(jenkins, TREE)
    assert found["totalExecutors"] == jenkins.built_in.executors
    away = found["computer"][1]
    assert (away["offline"], away["temporarilyOffline"]) == (True, True)
    assert away["offlineCauseReason"] == "Disk is full"
    await begin(jenkins, "there")
    (item,) = (await read(jenkins, "/queue/api/json"))["items"]
    assert (item["why"], item["stuck"]) == ("‘agent 1’ is offline", True)
    await jenkins.switch_node("agent 1", offline=False)
    await jenkins.idle()
    assert jenkins.builds("there")[0].result == "SUCCESS"


async def test_no_more_is_built_than_there_are_executors(busy):
    busy.add_job("third", seconds=None)
    busy.add_job("fourth", seconds=None)
    await begin(busy, "third")
    await busy.started("third")
    await begin(busy, "fourth")
    (item,) = (await read(busy, "/queue/api/json"))["items"]
    assert item["task"]["name"] == "fourth"
    await busy.finish("slow")
    await busy.started("fourth")
