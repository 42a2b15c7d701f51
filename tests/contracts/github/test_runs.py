"""Workflows: started as oneself, with what they need, and followed to the end."""

from __future__ import annotations

import asyncio

import pytest

from bot.errors import Invalid, UserError
from bot.plugin import Effect
from sandbox.github import Job
from sandbox.mishaps import Answer
from tests.contracts.fakes import FakeFollowing, plain
from tests.contracts.github.conftest import SITE, look, run, step


async def _end(service, credential, reply, name="run"):
    """Follow to the end, faster than the bot does."""
    state, seen = reply.follow.state, []
    while state is not None:
        found = await step(service, credential, name, state)
        seen.append(found)
        state = found.state
        if state is not None:
            await asyncio.sleep(0.01)
    return seen


async def _watched(service, credential, made):
    """Watch a run to its end, to which it may have come already; what is said of it then."""
    reply = await run(service, credential, f"watch '{made.id}'")
    if reply.follow is None:
        return reply
    *_, last = await _end(service, credential, reply, "watch")
    return last.reply


# ----------------------------------------------------------------------------------- what there is
async def test_workflows_are_listed_and_run_by_their_number(github, service, bob):
    reply = await run(service, bob, "workflows")
    assert "1. deploy.yml" in plain(reply)
    assert reply.listing == (f"{SITE} deploy.yml",)
    await run(service, bob, "run 1 ENV=prod", listing=reply.listing)
    assert github.runs(SITE)[0].actor.login == "bob"


async def test_that_there_are_more_runs_is_said(github, service, bob):
    for count, more in ((15, False), (1, True)):
        for _ in range(count):
            github.add_run(SITE, "deploy.yml", "alice")
        for said in ("runs", "runs deploy.yml"):
            assert ("There are more" in plain(await run(service, bob, said))) is more


async def test_runs_are_listed_and_watched_by_their_number(github, service, bob):
    made = github.add_run(SITE, "deploy.yml", "alice")
    for said in ("runs", "run list", f"runs {SITE} deploy.yml", "runs 1"):
        reply = await run(service, bob, said, listing=(f"{SITE} deploy.yml",))
        assert reply.listing == (f"{SITE} {made.id}",), said
        assert "on main, by alice, just now" in plain(reply)
    shown = await run(service, bob, "watch 1", listing=reply.listing)
    assert shown.about.url == f"{github.url}/{SITE}/actions/runs/{made.id}"


# ---------------------------------------------------------------------------------------- starting
@pytest.mark.parametrize(
    "workflow", ["deploy.yml", "deploy", "'Deploy the site'", f"{SITE} DEPLOY.YML"]
)
async def test_a_workflow_is_started_as_oneself(github, service, bob, workflow):
    """By its file, or its name."""
    reply = await run(service, bob, f'run {workflow} main ENV=prod NOTE="two words"')
    (made,) = github.runs(SITE)
    assert made.actor.login == "bob"
    assert made.inputs == {"ENV": "prod", "DRY": "false", "COUNT": "", "NOTE": "two words"}
    assert "Started deploy.yml #1" in plain(reply)
    assert "on main as bob" in plain(reply)
    assert reply.follow.topic == f"{SITE} {made.id}"


async def test_what_is_asked_about_says_it_in_full(service, bob):
    """For the patterns of the configuration, whatever was typed."""
    spec, talked = await look(service, bob, "run deploy ENV=PROD DRY=yes")
    assert spec.effect is Effect.WRITE
    ready = talked.ready
    assert [str(ready.arguments[name]) for name in ("workflow", "ref", "inputs")] == [
        f"{SITE} deploy.yml",
        "main",
        "ENV=prod DRY=true",
    ]
    assert ready.also[0] == "run deploy.yml main ENV=prod DRY=true"
    assert ready.preview.blocks == (), "the command says it all"


async def test_defaults_and_any_order_are_asked_about_too(github, service, bob):
    """GitHub fills in what was left out: a pattern for ENV=prod means that as well."""
    text = "on: {workflow_dispatch: {inputs: {ENV: {default: prod}, NOTE: {}, DRY: {default: no}}}}"
    github.add_workflow(SITE, "usual.yml", text)
    _, talked = await look(service, bob, "run usual.yml NOTE=x")
    assert "run usual.yml main ENV=prod NOTE=x DRY=false" in talked.ready.also
    _, talked = await look(service, bob, "run usual.yml NOTE=x ENV=test")
    assert "run usual.yml main ENV=test NOTE=x DRY=false" in talked.ready.also
    assert "run usual.yml main ENV=test" in talked.ready.also, "each alone, for patterns of one"
    assert str(talked.ready.arguments["inputs"]) == "NOTE=x ENV=test"


async def test_what_is_missing_is_asked_for(github, service, bob):
    _, talked = await look(service, bob, "run deploy.yml", answers={"ENV": "staging"})
    (question,) = talked.asked
    assert question.choices == ("staging", "prod")
    assert plain(question.prompt) == "What is ENV (Where to)?"
    await run(service, bob, "run deploy.yml", answers={"ENV": "staging"})
    assert github.runs(SITE)[0].inputs["ENV"] == "staging"


@pytest.mark.parametrize(
    ("inputs", "problem"),
    [
        ("ENV=moon", "ENV must be one of: staging, prod"),
        ("ENV=prod DRY=maybe", "DRY must be true or false"),
        ("ENV=prod COUNT=many", "COUNT must be a number"),
        ("ENV=prod WHO=me", "has no input WHO"),
    ],
)
async def test_a_value_that_cannot_be_is_refused_before_anything_starts(
    github, service, bob, inputs, problem
):
    with pytest.raises(UserError, match=problem):
        await run(service, bob, f"run deploy.yml {inputs}")
    assert github.runs(SITE) == []


async def test_the_file_of_the_branch_counts(github, service, bob):
    """Its inputs may be others than those of the default branch."""
    github.repo(SITE).branches["feature/x"] = "0" * 40
    github.repo(SITE).workflows[0].texts["feature/x"] = "on: workflow_dispatch\njobs: {}"
    await run(service, bob, "run deploy.yml feature/x")
    assert github.runs(SITE)[0].branch == "feature/x"
    with pytest.raises(UserError, match="has no input"):
        await run(service, bob, "run deploy.yml feature/x ENV=prod")


async def test_what_cannot_be_started_by_hand_is_told(github, service, bob):
    github.add_workflow(SITE, "ci.yml", "name: CI\non: [push]\n")
    with pytest.raises(UserError, match="cannot be started by hand"):
        await run(service, bob, "run ci.yml")
    with pytest.raises(UserError, match="There is no workflow nothing"):
        await run(service, bob, "run nothing.yml")
    with pytest.raises(UserError, match="no branch or tag no-such-branch"):
        await run(service, bob, "run deploy.yml no-such-branch ENV=prod")
    github.repo(SITE).workflows[0].state = "disabled_manually"
    with pytest.raises(UserError, match="is disabled"):
        await run(service, bob, "run deploy.yml ENV=prod")


async def test_github_judges_where_the_file_is_not_understood(github, service, bob):
    workflow = github.add_workflow(SITE, "odd.yml", "on: workflow_dispatch\njobs: {}")
    workflow.texts["main"] = "[: not yaml"
    _, talked = await look(service, bob, "run odd.yml main A=b")
    assert str(talked.ready.arguments["inputs"]) == "A=b"


# ---------------------------------------------------------------------------- which one it became
async def test_a_run_that_cannot_be_seen_yet_has_its_id_for_a_name(github, service, bob):
    begun = f"/repos/{SITE}/actions/workflows/deploy.yml/dispatches"
    github.fail(Answer(200, {"workflow_run_id": 4242}), path=begun, method="POST")
    reply = await run(service, bob, "run deploy.yml ENV=prod")
    assert "Started deploy.yml, run 4242 (" in plain(reply)
    soon = await step(service, bob, "run", reply.follow.state)
    assert "deploy.yml, run 4242 (" in plain(soon.reply)


async def test_an_older_server_is_asked_without_what_it_does_not_know(github, service, bob):
    """Its only new run of this person's is followed, and that this is a guess is said."""
    github.forget_dispatch_details()
    github.add_run(SITE, "deploy.yml", "alice", event="workflow_dispatch")
    github.add_run(SITE, "deploy.yml", "bob", event="workflow_dispatch")
    reply = await run(service, bob, "run deploy.yml ENV=prod")
    assert len(github.runs(SITE)) == 3
    assert reply.follow.state["run"] == github.runs(SITE)[-1].id
    assert "GitHub does not say which run it is" in plain(reply)


async def test_a_run_that_is_not_to_be_seen_is_not_made_up(github, service, bob):
    github.forget_dispatch_details()
    github.list_runs_after(60)
    reply = await run(service, bob, "run deploy.yml ENV=prod")
    assert reply.follow is None
    assert "it is not there yet" in plain(reply)
    assert len(github.runs(SITE)) == 1


# --------------------------------------------------------------------------------------- following
async def test_a_run_is_followed_to_its_end(github, service, bob):
    jobs = [Job("build", ("Compile", "Test"), None), Job("ship", ("Ship",), needs=("build",))]
    github.add_workflow(SITE, "long.yml", "on: workflow_dispatch", jobs)
    reply = await run(service, bob, "run long.yml")
    first = await step(service, bob, "run", reply.follow.state)
    assert "0 of 2 jobs done; now build" in plain(first.reply)
    assert 3 <= first.wait <= 15
    github.let(github.runs(SITE)[0])
    *_, last = await _end(service, bob, reply)
    assert "long.yml #1" in plain(last.reply)
    assert "success after 0 s, as bob" in plain(last.reply)
    assert last.more == ()


async def test_what_went_wrong_is_named_and_said_where_people_are_notified(github, service, bob):
    jobs = [Job("lint"), Job("build", ("Compile", "Test"), results=("failure",))]
    github.add_workflow(SITE, "bad.yml", "on: workflow_dispatch", jobs)
    *_, last = await _end(service, bob, await run(service, bob, "run bad.yml"))
    text = plain(last.reply)
    assert "failure" in text
    assert "build (" in text
    assert "in the step Test" in text
    assert "lint" not in text
    assert "has ended: failure" in plain(last.more[0])


async def test_nothing_is_followed_where_that_is_not_wanted(github, service, bob):
    reply = await run(service, bob, "run deploy.yml ENV=prod --no-follow")
    assert reply.follow is None
    assert f"watch {SITE} {github.runs(SITE)[0].id}" in plain(reply), "as it is typed"


async def test_following_is_stopped(service, bob):
    following = FakeFollowing(f"{SITE} 12")
    reply = await run(service, bob, "watch '12' --stop", following=following)
    assert plain(reply) == f"I no longer follow {SITE} 12; it goes on."
    assert "follow nothing" in plain(await run(service, bob, "watch --stop", following=following))
    with pytest.raises(UserError, match="Which run"):
        await run(service, bob, "watch")


# ------------------------------------------------------------------------------ again, and an end
@pytest.mark.parametrize("flag", ["", " --failed"])
async def test_a_run_is_run_again_as_oneself_and_followed(github, service, bob, flag):
    """The attempt that has ended is not taken for the new one."""
    jobs = [Job("lint"), Job("build", results=("failure", "success"))]
    github.add_workflow(SITE, "flaky.yml", "on: push", jobs)
    made = github.add_run(SITE, "flaky.yml", "alice")
    first = await _watched(service, bob, made)
    assert "failure" in plain(first)
    reply = await run(service, bob, f"rerun '{made.id}'{flag}")
    assert made.last.actor.login == "bob"
    assert made.last.number == 2
    assert [job.kept is not None for job in made.last.jobs] == [bool(flag), False]
    *_, last = await _end(service, bob, reply, "rerun")
    assert "success" in plain(last.reply)


async def test_what_is_run_again_counts_as_run(github, service, bob):
    """Where a pattern wants somebody else's word for a workflow, an old run of it is no way round.

    GitHub does not tell the inputs of a run.
    """
    made = github.add_run(SITE, "deploy.yml", "alice")
    await _watched(service, bob, made)
    _, talked = await look(service, bob, f"rerun {SITE} {made.id}")
    assert talked.ready.also == ("run deploy.yml main", f"run {SITE} deploy.yml main")
    _, talked = await look(service, bob, "run deploy.yml ENV=prod")
    assert f"run {SITE} deploy.yml main ENV=prod DRY=false" in talked.ready.also


async def test_an_attempt_that_is_not_there_yet_is_waited_for(github, service, bob):
    made = github.add_run(SITE, "deploy.yml", "bob")
    await _watched(service, bob, made)
    state = {"place": SITE, "run": made.id, "mine": True, "after": 1, "called": "deploy.yml #1"}
    found = await step(service, bob, "rerun", state)
    assert plain(found.reply).startswith("deploy.yml #1 (")
    assert "is about to begin" in plain(found.reply)
    assert found.state["looks"] == 1
    assert (await step(service, bob, "rerun", {**state, "looks": 20})).state is None


async def test_a_run_that_goes_on_is_cancelled_and_not_run_again(github, service, bob):
    github.add_workflow(SITE, "long.yml", "on: push", [Job("build", seconds=None)])
    made = github.add_run(SITE, "long.yml", "alice")
    assert "has not ended yet" in plain(await run(service, bob, f"rerun '{made.id}'"))
    reply = await run(service, bob, f"cancel {SITE} {made.id}")
    assert plain(reply).startswith("Told long.yml #1 (")
    *_, last = await _end(service, bob, reply, "cancel")
    assert "cancelled" in plain(last.reply)
    assert "has ended already" in plain(await run(service, bob, f"cancel '{made.id}'"))


async def test_only_failed_jobs_are_run_again_as_such(github, service, bob):
    made = github.add_run(SITE, "deploy.yml", "bob")
    await _watched(service, bob, made)
    with pytest.raises(Invalid, match="none of its jobs has failed"):
        await run(service, bob, f"rerun '{made.id}' --failed")
