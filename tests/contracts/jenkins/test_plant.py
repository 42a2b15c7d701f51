"""What waits, what runs and on what, as people see it."""

from __future__ import annotations

import time

import pytest

from bot.errors import Unavailable, UserError
from sandbox.jenkins import Stage, mishaps
from tests.contracts.fakes import plain
from tests.contracts.jenkins.answers import answer
from tests.contracts.jenkins.conftest import run


def ms(ago):
    return int((time.time() - ago) * 1000)


def by(user):
    return [{}, {"causes": [{"shortDescription": f"Started by user {user}"}]}]


def waits(number, job="website", **more):
    return {
        "id": number,
        "why": "Waiting for next available executor",
        "inQueueSince": ms(7_290),
        "task": {"name": job, "url": f"http://ci.internal/job/{job}/"},
        "actions": by("Alice"),
        **more,
    }


def runs(job="website", number=3, ago=7_290, estimate=300_000):
    build = {
        "number": number,
        "url": f"http://ci.internal/job/{job}/{number}/",
        "fullDisplayName": f"{job} #{number}",
        "timestamp": ms(ago),
        "estimatedDuration": estimate,
        "actions": by("Alice"),
    }
    return {"idle": False, "currentExecutable": build}


def node(name, *executors, **more):
    return {"displayName": name, "offline": False, "executors": executors, **more}


async def test_queue_shows_what_waits_the_longest_first(jenkins, service, bob):
    answer(jenkins, "/queue/", {"items": [waits(42), waits(41, inQueueSince=ms(95_000))]})
    reply = await run(service, bob, "queue")
    website = f"website ({jenkins.url}/job/website/)"  # and not at Jenkins' own idea of itself
    assert plain(reply).splitlines() == [
        "2 builds wait in the queue:",
        "Item | Job | For | Asked by | Why",
        f"41 | {website} | 1 d 2 h | Alice | Waiting for next available executor",
        f"42 | {website} | 2 h 1 min | Alice | Waiting for next available executor",
        "cancel 41 takes the first of these out.",
    ]


async def test_queue_says_what_is_stuck_and_knows_steps_of_pipelines(jenkins, service, bob):
    step = {"id": 7, "why": "x", "stuck": True, "task": {"name": None}, "actions": None}
    answer(jenkins, "/queue/", {"items": [step, {"id": 8}]})
    lines = plain(await run(service, bob, "queue")).splitlines()
    assert lines[2:4] == [
        "7 | a step of a pipeline |  |  | stuck: x",
        "8 | a step of a pipeline |  |  | ",
    ]


async def test_empty_queue_says_so(jenkins, service, bob):
    answer(jenkins, "/queue/", {"items": []})
    said = plain(await run(service, bob, "queue"))
    assert said == "Nothing that you can see waits in the queue."


async def test_running_shows_job_node_time_and_who(jenkins, service, bob):
    nodes = [node("agent-1", runs(), {"idle": True}), node("agent-2", runs("app", 9, 3_690, -1))]
    answer(jenkins, "/computer/", {"computer": nodes})
    assert plain(await run(service, bob, "running")).splitlines() == [
        "2 builds are running:",
        "Build | Node | Time | Started by",
        f"website #3 ({jenkins.url}/job/website/3/) | agent-1 | 2 h 1 min of about 5 min | Alice",
        f"app #9 ({jenkins.url}/job/app/9/) | agent-2 | 1 h 1 min | Alice",
    ]


async def test_queue_of_jenkins_itself(jenkins, service, alice, carol):
    await jenkins.hold()
    service.site.patience = 0.0
    for name in ("website", "team/app/feature%2Fx"):
        await run(service, alice, f"build {name} --no-follow")
    said = plain(await run(service, alice, "queue"))
    assert said.startswith("2 builds wait in the queue:")
    assert f"| team/app/feature%2Fx ({jenkins.url}/job/team/job/app/job/feature%252Fx/) |" in said
    assert said.count("| Alice | ") == 2
    assert plain(await run(service, carol, "queue")).startswith("1 build waits in the queue:")


async def test_pipeline_is_one_build_on_the_node_of_its_stage(jenkins, service, alice, carol):
    jenkins.built_in.executors = 0
    jenkins.add_node("agent-1", executors=2)
    jenkins.add_node("agent-2", offline=True, reason="Disk is full")
    jenkins.add_job("app", stages=[Stage("Build", seconds=None)], estimate=300)
    await run(service, alice, "build app --no-follow")
    await jenkins.reached("app", "Build")
    (row,) = plain(await run(service, alice, "running")).splitlines()[2:]
    assert row.startswith(f"app #1 ({jenkins.url}/job/app/1/) | agent-1 | ")
    assert row.endswith(" s of about 5 min | Alice")
    said = plain(await run(service, carol, "running"))
    assert said == "1 executor is busy with what you cannot see."
    assert plain(await run(service, carol, "nodes")).splitlines()[2:] == [
        "Built-In Node | online | 0 of 0",
        "agent-1 | online | 1 of 2",
        "agent-2 | offline: Disk is full | 0 of 2",
    ]


async def test_step_of_a_pipeline_that_waits_is_named_by_its_build(jenkins, service, alice):
    jenkins.add_node("agent-1", offline=True)
    jenkins.add_job("app", stages=[Stage("Build")], on="agent-1")
    await run(service, alice, "build app --no-follow")
    await jenkins.reached("app", "Build")
    rows = plain(await run(service, alice, "queue")).splitlines()[2:-1]
    (row,) = rows
    assert f"| part of app #1 ({jenkins.url}/job/app/1/) |" in row
    assert "agent-1" in row


async def test_running_counts_what_one_may_not_see(jenkins, service, bob):
    hidden = {"idle": False, "currentExecutable": None}
    answer(jenkins, "/computer/", {"computer": [node("a", hidden, hidden)]})
    said = plain(await run(service, bob, "running"))
    assert said == "2 executors are busy with what you cannot see."
    answer(jenkins, "/computer/", {"computer": [node("a", hidden, runs())]})


async def test_running_goes_by_jenkins_clock(jenkins, service, bob):
    bean = {"computer": [node("a", runs(ago=-3_600))]}  # it is more than an hour ahead of us

    async def ahead(request):
        response = await mishaps.Answer(body=bean)(request)
        response.headers["Date"] = time.strftime(
            "%a, %d %b %Y %H:%M:%S GMT", time.gmtime(time.time() + 7_290)
        )
        return response

    jenkins.fail(ahead, path="/computer/")
    assert "1 h 1 min of" in plain(await run(service, bob, "running")).splitlines()[2]


async def test_nothing_is_running(jenkins, service, bob):
    answer(jenkins, "/computer/", {"computer": [node("a", {"idle": True})]})
    assert plain(await run(service, bob, "running")) == "Nothing that you can see is running."


async def test_build_without_an_address_of_a_job_is_named_and_not_linked(jenkins, service, bob):
    build = {"url": "http://ci/job/m/os=linux/3/", "fullDisplayName": "m » linux #3"}
    executor = {"idle": False, "currentExecutable": build}
    answer(jenkins, "/computer/", {"computer": [node("a", executor)]})
    assert "m » linux #3 | a |  | " in plain(await run(service, bob, "running"))


async def test_nodes_show_state_and_how_busy_they_are(jenkins, service, bob):
    nodes = [
        node("Built-In Node"),
        node("agent-1", runs(), {"idle": True}),
        node("agent-2", {"idle": True}, offline=True, offlineCauseReason="Disk\nfull"),
        node("agent-3", offline=True, offlineCauseReason=""),
    ]
    answer(jenkins, "/computer/", {"computer": nodes})
    assert plain(await run(service, bob, "nodes")).splitlines() == [
        "4 nodes, 2 offline:",
        "Node | State | Busy executors",
        "Built-In Node | online | 0 of 0",
        "agent-1 | online | 1 of 2",
        "agent-2 | offline: Disk full | 0 of 1",
        "agent-3 | offline | 0 of 0",
    ]


@pytest.mark.parametrize(
    ("word", "path", "bean"),
    [
        ("queue", "/queue/", {"items": [waits(n) for n in range(1, 121)]}),
        ("running", "/computer/", {"computer": [node("a", *(runs("x", n) for n in range(120)))]}),
        ("nodes", "/computer/", {"computer": [node(f"n{n}") for n in range(120)]}),
    ],
)
async def test_long_tables_come_in_pages(jenkins, service, bob, *, word, path, bean):
    answer(jenkins, path, bean)
    first = plain(await run(service, bob, word))
    assert first.splitlines()[-1] == "70 more: say the same with page 2."
    last = plain(await run(service, bob, f"{word} page 3"))
    assert "page 4" not in last
    assert sum(" | " in row for row in last.splitlines()) == 21
    with pytest.raises(UserError, match="no page 4"):
        await run(service, bob, f"{word} page 4")


async def test_hostile_names_stay_text_on_one_line(jenkins, service, bob):
    evil = "x\n| y | <b>z</b> @room"
    job = {"url": f"http://h/job/{evil}/1/", "fullDisplayName": evil, "actions": by(evil)}
    executor = {"idle": False, "currentExecutable": job}
    answer(jenkins, "/computer/", {"computer": [node(evil, executor, offline=True)]})
    answer(jenkins, "/queue/", {"items": [waits(1, why=evil, task={"name": evil})]})
    for word, rows in (("running", 3), ("nodes", 3), ("queue", 4)):
        assert len(plain(await run(service, bob, word)).splitlines()) == rows


@pytest.mark.parametrize("word", ["queue", "running", "nodes"])
@pytest.mark.parametrize(
    "body", ["<html>", "[]", "{}", '{"items": 3, "computer": 3}', '{"items":[{}],"computer":[3]}']
)
async def test_nonsense_is_unavailable(jenkins, service, bob, *, word, body):
    jenkins.fail(mishaps.json(body))
    with pytest.raises(Unavailable, match="not as a Jenkins"):
        await run(service, bob, word)
