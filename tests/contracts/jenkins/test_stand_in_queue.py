"""The queue tells why things wait, to those who may read them, and lets go what is cancelled."""

from __future__ import annotations

import time

import pytest

from sandbox.jenkins import CANCEL, PIPELINE, READ
from sandbox.jenkins.spans import span
from tests.contracts.jenkins.direct import begin, get, post, read


@pytest.fixture
async def held(jenkins):
    """A Jenkins whose executors are all busy; Alice may cancel."""
    jenkins.allow("alice", "", CANCEL)
    await jenkins.hold()
    return jenkins


async def items(jenkins, who="alice"):
    return (await read(jenkins, "/queue/api/json", who))["items"]


async def test_item_tells_what_waits_since_when_why_and_by_whom(held):
    await begin(held, "deploy prod", ENV="prod", PW="hunter2")
    (item,) = await items(held)
    assert item["_class"] == "hudson.model.Queue$BuildableItem"
    assert item["why"] == "Waiting for next available executor"
    assert (item["buildable"], item["blocked"], item["stuck"]) == (True, False, False)
    assert abs(item["inQueueSince"] / 1000 - time.time()) < 5
    assert item["params"] == "\nENV=prod\nVERSION=main\nDRY=true\nNOTE=\nPW=****"
    assert item["task"] == {
        "_class": "hudson.model.FreeStyleProject",
        "name": "deploy prod",
        "url": f"{held.url}/job/deploy%20prod/",
        "color": "notbuilt",
        "fullName": "deploy prod",
        "fullDisplayName": "deploy prod",
    }
    causes, parameters = item["actions"]
    assert causes["causes"][0]["userId"] == "alice"
    assert {"_class": "hudson.model.PasswordParameterValue", "name": "PW"} in parameters[
        "parameters"
    ]


async def test_item_waits_out_the_quiet_period(jenkins):
    await post(jenkins, "/job/website/build", delay="90sec")
    (item,) = await items(jenkins)
    assert item["_class"] == "hudson.model.Queue$WaitingItem"
    assert item["why"] == "In the quiet period. Expires in 1 min 29 sec"
    assert item["timestamp"] == item["inQueueSince"] + 90_000
    job = await read(jenkins, "/job/website/api/json")
    assert (job["inQueue"], job["queueItem"]["id"]) == (True, item["id"])


async def test_item_waits_for_its_own_job(jenkins):
    jenkins.add_job("slow", seconds=None, estimate=130)
    await begin(jenkins, "slow")
    await jenkins.started("slow")
    await begin(jenkins, "slow")
    (item,) = await items(jenkins)
    assert item["_class"] == "hudson.model.Queue$BlockedItem"
    assert item["why"] == "Build #1 is already in progress (ETA: 2 min 9 sec)"
    await jenkins.finish("slow")
    await jenkins.started("slow", 2)
    assert await items(jenkins) == []


async def test_jobs_that_may_run_beside_themselves_do(jenkins):
    jenkins.add_job("free", seconds=None, concurrent=True)
    await begin(jenkins, "free")
    await jenkins.started("free")
    await begin(jenkins, "free")
    await jenkins.started("free", 2)
    tree = "/job/free/api/json?tree=builds[building]"
    builds = (await read(jenkins, tree))["builds"]
    assert [build["building"] for build in builds] == [True, True]


async def test_only_what_may_be_read_is_shown(held):
    held.allow("carol", "website", READ)
    await begin(held, "website")
    await begin(held, "deploy prod")
    assert [i["task"]["name"] for i in await items(held)] == ["deploy prod", "website"]
    assert [i["task"]["name"] for i in await items(held, "carol")] == ["website"]


async def test_cancelling_is_204_and_tells_each_no_by_its_status(held):
    address = await begin(held, "website")
    number = address.strip("/").rpartition("/")[2]
    cancel = f"/queue/cancelItem?id={number}"
    assert (await get(held, cancel))[0] == 405
    assert (await post(held, cancel, "bob"))[0] == 422
    assert (await post(held, "/queue/cancelItem?id=99"))[0] == 404
    await begin(held, "deploy prod")
    hidden = held.queued[-1].id
    assert (await post(held, f"/queue/cancelItem?id={hidden}", "carol"))[0] == 404
    assert (await post(held, cancel))[0] == 204
    assert (await read(held, f"{address}api/json"))["cancelled"] is True
    assert (await post(held, cancel))[0] == 500  # it has left, and is still known
    held.forget_left_items()
    assert (await post(held, cancel))[0] == 404
    assert held.builds("website") == []


async def test_item_is_known_for_five_minutes_after_it_left(jenkins, monkeypatch):
    address = await begin(jenkins, "website")
    await jenkins.idle()
    left = await read(jenkins, f"{address}api/json")
    assert left["_class"] == "hudson.model.Queue$LeftItem"
    assert (left["cancelled"], left["why"], left["executable"]["number"]) == (False, None, 1)
    now = time.time()
    monkeypatch.setattr("sandbox.jenkins.queue_item.time.time", lambda: now + 301)
    assert (await get(jenkins, f"{address}api/json"))[0] == 404


async def test_pipeline_starts_at_once_and_waits_for_an_executor_with_a_second_item(held):
    held.add_job("pipe", kind=PIPELINE)
    await begin(held, "pipe")
    build = await held.started("pipe")
    (item,) = await items(held)
    assert item["task"]["name"] == "part of pipe #1"
    assert item["task"]["url"] == "job/pipe/1/"
    await held.hold(False)
    await held.idle()
    assert build.result == "SUCCESS"


async def test_cancelling_the_second_item_aborts_the_pipeline(held):
    held.add_job("pipe", kind=PIPELINE)
    await begin(held, "pipe")
    await held.started("pipe")
    (item,) = await items(held)
    assert (await post(held, f"/queue/cancelItem?id={item['id']}"))[0] == 204
    await held.idle()
    assert held.builds("pipe")[0].result == "ABORTED"


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (90_000, "1 day 1 hr"),
        (3_725, "1 hr 2 min"),
        (125, "2 min 5 sec"),
        (38.6, "38 sec"),
        (4.94, "4.9 sec"),
        (0.12, "120 ms"),
    ],
)
def test_times_are_told_in_jenkins_words(seconds, words):
    assert span(seconds) == words
