"""A live build: one message from the queue to the result, also across restarts."""

from __future__ import annotations

import json

import pytest

from bot.errors import (
    Forbidden,
    NotFound,
    RateLimited,
    Unauthorized,
    Unavailable,
    UserError,
)
from sandbox.jenkins import Stage, mishaps
from tests.contracts.fakes import FakeFollowing, links, plain
from tests.contracts.jenkins.conftest import run, step


async def begun(service, credential, said, **options):
    """Say it, and be given the answer's text and what is followed."""
    reply = await run(service, credential, said, **options)
    assert reply.follow is not None
    return reply, reply.follow.state


async def to_the_end(service, credential, word, state):
    """The last look, and how many it took."""
    for looks in range(1, 100):
        found = await step(service, credential, word, state)
        if found.state is None:
            return found, looks
        state = found.state
    raise AssertionError("it does not end")


async def test_answer_is_followed_by_the_name_of_its_job(jenkins, service, alice):
    jenkins.add_job("slow", seconds=None)
    reply, state = await begun(service, alice, "build slow")
    assert plain(reply).startswith("Started slow #1")
    assert reply.follow.topic == "slow"
    assert state == {"job": "slow", "number": 1, "mine": True}
    assert (reply.about.text, reply.about.url) == ("slow #1", f"{jenkins.url}/job/slow/1/")


async def test_no_follow_is_answered_once(jenkins, service, alice):
    reply = await run(service, alice, "build website --no-follow")
    assert reply.follow is None
    assert plain(reply).startswith("Started website #1")


async def test_waiting_build_says_why_it_waits(jenkins, service, alice):
    await jenkins.hold()
    reply, state = await begun(service, alice, "build website")
    assert plain(reply).startswith("Queued: website")
    assert state["item"] == 1
    found = await step(service, alice, "build", state)
    assert "Waiting for next available executor" in plain(found.reply)
    assert found.state == state
    assert found.wait == 3


async def test_from_the_queue_to_the_result(jenkins, service, alice):
    jenkins.add_job("slow", seconds=None)
    await jenkins.hold()
    _, state = await begun(service, alice, "build slow")
    await jenkins.hold(False)
    await jenkins.started("slow")
    found = await step(service, alice, "build", state)
    assert plain(found.reply).splitlines()[0].startswith("Started slow #1")
    assert "so far" in plain(found.reply)
    assert found.state["number"] == 1
    await jenkins.finish("slow")
    await jenkins.idle()
    found = await step(service, alice, "build", found.state)
    assert found.state is None
    assert plain(found.reply).startswith(f"slow #1 ({jenkins.url}/job/slow/1/): SUCCESS after")
    assert "as alice" in plain(found.reply)
    assert found.reply.about.text == "slow #1: SUCCESS"
    assert found.more == ()


async def test_estimate_is_shown_as_a_bar(jenkins, service, alice):
    jenkins.add_job("slow", seconds=None)
    _, state = await begun(service, alice, "build slow")
    bean = {"number": 1, "building": True, "timestamp": 0, "estimatedDuration": 100_000}
    jenkins.fail(mishaps.json(json.dumps(bean)), path="/1/api/json")
    found = await step(service, alice, "build", state)
    assert "▓▓▓▓▓▓▓▓▓▓" in plain(found.reply)
    assert "of about 1 min 40 s" in plain(found.reply)


async def test_elapsed_time_goes_by_the_clock_of_jenkins(jenkins, service, alice):
    jenkins.add_job("slow", seconds=None)
    _, state = await begun(service, alice, "build slow")
    bean = {"number": 1, "building": True, "timestamp": 1_000_000_000_000}  # 2001-09-09 01:46:40
    jenkins.fail(
        mishaps.answer(
            200, json.dumps(bean), "application/json", Date="Sun, 09 Sep 2001 01:47:21 GMT"
        ),
        path="/1/api/json",
    )
    found = await step(service, alice, "build", state)
    assert "41 s so far" in plain(found.reply)


async def test_looks_grow_rarer_as_the_build_goes_on(jenkins, service, alice):
    jenkins.add_job("slow", seconds=None)
    _, state = await begun(service, alice, "build slow")
    bean = json.dumps({"number": 1, "building": True, "timestamp": 0})
    jenkins.fail(mishaps.json(bean), path="/1/api/json")
    assert (await step(service, alice, "build", state)).wait == 15


@pytest.mark.parametrize("result", ["FAILURE", "UNSTABLE"])
async def test_failure_brings_the_end_of_its_log(jenkins, service, alice, result):
    jenkins.add_job("broken", result=result)
    _, state = await begun(service, alice, "build broken")
    await jenkins.idle()
    found, _ = await to_the_end(service, alice, "build", state)
    assert f": {result} after" in plain(found.reply)
    (log,) = found.more
    assert plain(log).splitlines()[0].startswith("The end of the log of broken #1")
    assert plain(log).splitlines()[-1] == f"Finished: {result}"


async def test_aborted_build_brings_no_log(jenkins, service, alice):
    jenkins.add_job("stopped", result="ABORTED")
    _, state = await begun(service, alice, "build stopped")
    await jenkins.idle()
    found, _ = await to_the_end(service, alice, "build", state)
    assert ": ABORTED after" in plain(found.reply)
    assert found.more == ()


async def test_result_is_told_even_if_the_log_cannot_be_had(jenkins, service, alice):
    jenkins.add_job("broken", result="FAILURE")
    _, state = await begun(service, alice, "build broken")
    await jenkins.idle()
    jenkins.fail(mishaps.answer(500), path="/logText/", times=9)
    found, _ = await to_the_end(service, alice, "build", state)
    assert "FAILURE" in plain(found.reply)
    assert found.more == ()


async def test_counts_of_tests_are_told(jenkins, service, alice):
    _, state = await begun(service, alice, "build website")
    await jenkins.idle()
    counts = {"failCount": 2, "skipCount": 3, "totalCount": 1200, "urlName": "testReport"}
    bean = {"number": 1, "result": "SUCCESS", "duration": 98_000, "actions": [{}, None, counts]}
    jenkins.fail(mishaps.json(json.dumps(bean)), path="/1/api/json")
    found = await step(service, alice, "build", state)
    assert "SUCCESS after 1 min 38 s" in plain(found.reply)
    assert "2 of 1,200 tests failed, 3 skipped." in plain(found.reply)
    (over,) = found.more  # it has taken a while: nobody is notified of an edit
    assert plain(over) == f"website #1 ({jenkins.url}/job/website/1/) has ended: SUCCESS."


async def test_item_that_was_cancelled_ends_it(jenkins, service, alice):
    await jenkins.hold()
    _, state = await begun(service, alice, "build website")
    await jenkins.cancel(jenkins.queued[0])
    found = await step(service, alice, "build", state)
    assert (found.state, plain(found.reply)) == (
        None,
        "website was cancelled in the queue before it started.",
    )


async def test_item_that_expired_is_found_among_the_builds(jenkins, service, alice):
    jenkins.add_job("slow", seconds=None)
    await jenkins.hold()
    _, state = await begun(service, alice, "build slow")
    await jenkins.hold(False)
    await jenkins.started("slow")
    jenkins.forget_left_items()
    found = await step(service, alice, "build", state)
    assert found.state["number"] == 1


async def test_item_that_is_nowhere_ends_it(jenkins, service, alice):
    await jenkins.hold()
    _, state = await begun(service, alice, "build website")
    jenkins.fail(mishaps.answer(404), path="/queue/item/")
    found = await step(service, alice, "build", state)
    assert found.state is None
    assert "in the queue no more" in plain(found.reply)


async def test_equal_build_is_followed_and_said_to_be_one(jenkins, service, alice):
    await jenkins.hold()
    await run(service, alice, "build website")
    reply, state = await begun(service, alice, "build website")
    assert plain(reply).startswith("An equal build was waiting already: ")
    found = await step(service, alice, "build", state)
    assert plain(found.reply).startswith("An equal build was waiting already: ")


async def test_answer_that_names_no_item_is_not_followed(jenkins, service, alice):
    jenkins.fail(mishaps.answer(201), method="POST")
    assert (await run(service, alice, "build website")).follow is None


async def test_jenkins_that_is_away_is_for_the_core_to_wait_for(jenkins, service, alice):
    _, state = await begun(service, alice, "build website")
    jenkins.fail(mishaps.answer(503))
    with pytest.raises(Unavailable):
        await step(service, alice, "build", state)
    await jenkins.idle()
    found, _ = await to_the_end(service, alice, "build", state)
    assert "SUCCESS" in plain(found.reply)


async def test_build_that_was_deleted_ends_it(jenkins, service, alice):
    _, state = await begun(service, alice, "build website")
    await jenkins.idle()
    jenkins.builds("website")[0].job.builds.clear()
    with pytest.raises(NotFound, match="build website #1"):
        await step(service, alice, "build", state)


# --------------------------------------------------------------------------------------- watch
async def test_watch_follows_what_runs(jenkins, service, alice, bob):
    jenkins.add_job("slow", seconds=None)
    await run(service, alice, "build slow")
    reply, state = await begun(service, bob, "watch slow")
    assert plain(reply).splitlines()[0] == f"slow #1 ({jenkins.url}/job/slow/1/) is running."
    assert reply.follow.topic == "slow"
    await jenkins.finish("slow")
    await jenkins.idle()
    found, _ = await to_the_end(service, bob, "watch", state)
    assert "SUCCESS" in plain(found.reply)
    assert "as bob" not in plain(found.reply)


@pytest.mark.parametrize("said", ["watch website", "watch website 1", "watch website #1"])
async def test_watch_of_what_has_ended_shows_its_result(jenkins, service, alice, said):
    await run(service, alice, "build website")
    await jenkins.idle()
    reply = await run(service, alice, said)
    assert reply.follow is None
    assert plain(reply).startswith(f"website #1 ({jenkins.url}/job/website/1/): SUCCESS after")


async def test_watch_takes_what_runs_before_what_came_last(jenkins, service, alice):
    slow = jenkins.add_job("slow", seconds=None, concurrent=True)
    await run(service, alice, "build slow")
    slow.seconds = 0
    _, state = await begun(service, alice, "build slow")
    await to_the_end(service, alice, "build", state)
    reply = await run(service, alice, "watch slow")
    assert "slow #1" in plain(reply)


async def test_watch_of_what_was_never_built(service, alice):
    with pytest.raises(UserError, match="website has never been built"):
        await run(service, alice, "watch website")


async def test_watch_of_a_build_that_is_not_there(jenkins, service, alice):
    with pytest.raises(NotFound, match="build website #7"):
        await run(service, alice, "watch website 7")


async def test_watch_needs_a_job(service, alice):
    with pytest.raises(UserError, match="Which job"):
        await run(service, alice, "watch")


@pytest.mark.parametrize(
    ("said", "left", "told"),
    [
        ("watch --stop", [], "website, slow; their builds go on."),
        ("watch --stop website", ["slow"], "website; its build goes on."),
        ("watch website --stop", ["slow"], "website; its build goes on."),
        ("watch site --stop", ["slow"], "website; its build goes on."),
    ],
)
async def test_watch_stop_ends_all_or_one(service, alice, said, left, told):
    following = FakeFollowing("website", "slow", "website")
    reply = await run(service, alice, said, following=following)
    assert following.topics == left
    assert plain(reply) == f"I no longer follow {told}"


async def test_watch_stop_where_nothing_is_followed(service, alice):
    assert "nothing" in plain(await run(service, alice, "watch --stop"))


async def test_links_of_what_is_followed_go_to_the_configured_address(jenkins, service, alice):
    jenkins.add_job("slow", seconds=None)
    reply, _ = await begun(service, alice, "build slow")
    assert [link.url for link in links(reply)] == [f"{jenkins.url}/job/slow/1/"]


# ---------------------------------------------------------------------------- malformed answers
@pytest.mark.parametrize("word", ["build", "watch", "log"])
@pytest.mark.parametrize(
    "mishap",
    [
        mishaps.drop,
        mishaps.drip_head,
        mishaps.drip_body,
        mishaps.flood,
        mishaps.answer(502),
        mishaps.answer(200, "<html>Log in</html>"),
        mishaps.json("[]"),
        mishaps.json('{"number": "x", "building": "perhaps"}'),
        mishaps.json('{"number": 1, "timestamp": -1}'),
        mishaps.json('{"number": 1, "estimatedDuration": 1e400}'),
    ],
)
async def test_nonsense_while_following_is_unavailable_and_nothing_is_lost(
    jenkins, hasty, alice, *, mishap, word
):
    await run(hasty, alice, "build website")
    await jenkins.idle()
    state = {"job": "website", "number": 1}
    jenkins.fail(mishap, times=9)
    with pytest.raises(Unavailable) as caught:
        await step(hasty, alice, word, state)
    assert caught.value.retryable is True


@pytest.mark.parametrize(
    ("status", "error"), [(401, Unauthorized), (403, Forbidden), (429, RateLimited)]
)
async def test_refusal_while_following_is_what_it_is(jenkins, service, alice, status, error):
    await run(service, alice, "build website")
    jenkins.fail(mishaps.answer(status))
    with pytest.raises(error):
        await step(service, alice, "build", {"job": "website", "number": 1})


async def test_nonsense_of_the_stages_and_questions_does_not_hide_the_build(
    jenkins, service, alice
):
    jenkins.add_job("ship", stages=[Stage("Build", seconds=None)])
    _, state = await begun(service, alice, "build ship")
    await jenkins.started("ship")
    for body in ("[]", "{", '{"stages": 3}', '{"stages": [null], "status": []}'):
        jenkins.fail(mishaps.json(body), path="/wfapi/")
        assert "so far" in plain((await step(service, alice, "build", state)).reply)
    paused = '{"status": "PAUSED_PENDING_INPUT", "stages": [{"name": null}]}'
    jenkins.fail(mishaps.json(paused), path="/wfapi/describe")
    jenkins.fail(mishaps.json('[{"id": null}]'), path="/wfapi/pending")
    assert "so far" in plain((await step(service, alice, "build", state)).reply)
