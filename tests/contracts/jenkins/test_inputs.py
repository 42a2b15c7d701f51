"""What a pipeline asks: shown to who may see it, answered as the person who answers."""

from __future__ import annotations

import json
from urllib.parse import parse_qs

import pytest

from bot.errors import Exposed, NotFound, UserError
from sandbox.jenkins import Ask, Stage, boolean, choice, mishaps, password, string
from sandbox.jenkins.parameters import Parameter
from tests.contracts.fakes import call_for, plain
from tests.contracts.jenkins.conftest import look, run, step

GO = Ask("Deploy to <prod>?", "go")
VALUES = Ask(
    "Where to?",
    "where",
    ok="Ship it",
    parameters=(
        choice("ENV", "staging", "prod"),
        boolean("DRY", default=True),
        string("TAG", "v1"),
        Parameter("WHO", "String", None),
        password("PW", "default"),
    ),
)


async def asking(jenkins, service, alice, ask, name="ship"):
    """A build that waits with a question; returns what is followed of it."""
    jenkins.add_job(name, stages=[Stage("Build"), Stage("Deploy", asks=ask)])
    reply = await run(service, alice, f"build {name}")
    await jenkins.asks(name)
    return reply.follow.state


def posts(jenkins):
    return [seen for seen in jenkins.requests if "/input/" in seen.raw_path]


async def test_question_is_shown_with_how_to_answer(jenkins, service, alice, bob):
    await asking(jenkins, service, alice, GO)
    reply = await run(service, bob, "input ship")
    assert plain(reply).splitlines() == [
        f"ship #1 ({jenkins.url}/job/ship/1/) waits for an answer.",
        "It asks: Deploy to <prod>? Say approve ship 1 or reject ship 1.",
    ]


async def test_question_is_shown_with_its_parameters(jenkins, service, alice):
    await asking(jenkins, service, alice, VALUES)
    shown = plain(await run(service, alice, "input ship 1"))
    assert "ENV | staging, prod | staging" in shown
    assert "DRY | true, false | true" in shown
    assert "default" not in shown, "that is a password"


async def test_live_build_shows_stage_and_question(jenkins, service, alice):
    state = await asking(jenkins, service, alice, GO)
    found = await step(service, alice, "build", state)
    said = plain(found.reply)
    assert "in the stage Deploy" in said
    assert "It asks: Deploy to <prod>? Say approve ship 1 or reject ship 1." in said
    (told,) = found.more
    assert plain(told).splitlines()[0].endswith("/job/ship/1/) waits for an answer.")
    again = await step(service, alice, "build", found.state)
    assert (again.more, again.state) == ((), found.state)  # they are told once


async def test_patterns_see_the_values_that_are_not_given(jenkins, service, alice):
    await asking(jenkins, service, alice, VALUES)
    talked = await look(service, alice, "approve ship 1 TAG=v2", answers={"WHO": "me"})
    also = talked.ready.also
    assert also[0] == "approve ship ENV=staging DRY=true TAG=v2 WHO=me"
    assert "approve ship 1 ENV=staging" in also


@pytest.mark.parametrize("said", ["approve ship", "approve ship 1", "approve SHIP #1"])
async def test_approve_lets_it_go_on_as_oneself(jenkins, service, alice, bob, said):
    await asking(jenkins, service, alice, GO)
    jenkins.allow("bob", "ship", "hudson.model.Item.Build")
    reply = await run(service, bob, said)
    assert plain(reply) == (
        f"Approved ship #1 ({jenkins.url}/job/ship/1/) as bob: Deploy to <prod>?"
    )
    await jenkins.idle()
    (build,) = jenkins.builds("ship")
    assert (build.result, build.given["Go"][0].id) == ("SUCCESS", "bob")
    assert "Approved by Bob\n" in build.log


async def test_reject_ends_it_as_oneself(jenkins, service, alice):
    state = await asking(jenkins, service, alice, GO)
    reply = await run(service, alice, "reject ship")
    assert plain(reply).startswith("Rejected ship #1 (")
    await jenkins.idle()
    (build,) = jenkins.builds("ship")
    assert (build.result, "Rejected by Alice\n" in build.log) == ("ABORTED", True)
    found = await step(service, alice, "build", state)
    assert ": ABORTED after" in plain(found.reply)
    assert found.more == ()


async def test_what_will_be_answered_is_shown_and_is_what_is_answered(jenkins, service, alice):
    await asking(jenkins, service, alice, GO)
    talked = await look(service, alice, "approve ship")
    assert "asks: Deploy to <prod>?" in plain(talked.ready.preview)
    number = talked.ready.arguments["number"]
    assert (number.number, number.question) == (1, "Go")


async def test_parameters_are_checked_and_asked_for_and_sent(jenkins, service, alice):
    await asking(jenkins, service, alice, VALUES)
    said = "approve ship 1 ENV=prod DRY=false"
    talked = await look(service, alice, said, answers={"WHO": "me"})
    assert [question.name for question in talked.asked] == ["WHO"]
    await run(service, alice, said, answers={"WHO": "me"})
    (post,) = posts(jenkins)
    assert post.raw_path == "/job/ship/1/input/Where/submit"
    form = {name: values[0] for name, values in parse_qs(post.body).items()}
    assert form["proceed"] == "Ship it"
    assert json.loads(form["json"])["parameter"] == [
        {"name": "ENV", "value": "prod"},
        {"name": "DRY", "value": False},
        {"name": "TAG", "value": "v1"},
        {"name": "WHO", "value": "me"},
    ]
    await jenkins.idle()
    given = jenkins.builds("ship")[0].given["Where"][1]
    assert (given["ENV"], given["DRY"], given["TAG"], given["WHO"]) == ("prod", False, "v1", "me")


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("approve ship 1 NOPE=1", "no parameter NOPE"),
        ("approve ship ENV=moon", "ENV has to be one of"),
        ("approve ship, DRY=maybe", "DRY has to be one of"),
    ],
)
async def test_what_cannot_be_meant_is_refused(jenkins, service, alice, said, told):
    await asking(jenkins, service, alice, VALUES)
    with pytest.raises(UserError, match=told):
        await look(service, alice, said)
    assert posts(jenkins) == []


async def test_password_typed_in_a_room_is_not_used(jenkins, service, alice):
    await asking(jenkins, service, alice, VALUES)
    with pytest.raises(Exposed):
        await look(service, alice, "approve ship WHO=me PW=hunter2")


async def test_password_is_sent_where_it_was_asked_for(jenkins, service, alice):
    await asking(jenkins, service, alice, VALUES)
    await run(service, alice, "approve ship WHO=me PW=", answers={"PW": "hunter2"})
    await jenkins.idle()
    assert jenkins.builds("ship")[0].given["Where"][1]["PW"] == "hunter2"


@pytest.mark.parametrize("word", ["approve", "reject"])
async def test_who_may_not_answer_is_told_so(jenkins, service, alice, bob, word):
    await asking(jenkins, service, alice, Ask("Really?", submitter="carol"))
    with pytest.raises(UserError, match=r"not among those who may .* nothing was changed"):
        await run(service, bob, f"{word} ship")
    assert jenkins.builds("ship")[0].asks is not None


async def test_question_that_was_answered_meanwhile_is_not_answered_again(jenkins, service, alice):
    await asking(jenkins, service, alice, GO)
    jenkins.fail(mishaps.answer(404), method="POST")
    with pytest.raises(UserError, match="does not wait any more; nothing was changed"):
        await run(service, alice, "approve ship")


async def test_another_question_than_the_one_looked_at_is_not_answered(jenkins, service, alice):
    await asking(jenkins, service, alice, GO)
    talked = await look(service, alice, "approve ship")
    other = [{"id": "Other", "message": "Delete everything?", "inputs": []}]
    jenkins.fail(mishaps.json(json.dumps(other)), path="pendingInputActions")
    command = next(c for c in service.commands if c.name == "approve")
    async with call_for(service, alice.user, alice) as call:
        with pytest.raises(UserError, match="does not wait any more"):
            await command.handler(call, **talked.ready.arguments)
    assert posts(jenkins) == []


async def test_several_questions_of_one_build_are_chosen_from(jenkins, service, alice):
    await asking(jenkins, service, alice, GO)
    both = [{"id": name, "message": "Deploy?", "inputs": []} for name in ("Go", "Other")]
    jenkins.fail(mishaps.json(json.dumps(both)), path="pendingInputActions", times=2)
    talked = await look(service, alice, "approve ship")
    (question,) = talked.asked
    assert question.choices == ("Deploy? (Go)", "Deploy? (Other)")
    talked = await look(service, alice, "approve ship", answers={question.name: "Deploy? (Go)"})
    assert talked.ready.arguments["number"].question == "Go"


async def test_several_builds_that_wait_need_the_number(jenkins, service, alice):
    jenkins.add_job("ship", stages=[Stage("Deploy", asks=GO)], concurrent=True)
    await run(service, alice, "build ship")
    await jenkins.asks("ship")
    await run(service, alice, "build ship")
    await jenkins.started("ship", 2)
    await jenkins.reached("ship", "Deploy")
    with pytest.raises(UserError, match="Several builds wait for an answer: #2, #1"):
        await look(service, alice, "approve ship")
    await run(service, alice, "approve ship 1")
    assert jenkins.builds("ship")[1].asks is not None


@pytest.mark.parametrize("said", ["input website", "approve website", "reject website 1"])
async def test_what_does_not_ask_says_so(jenkins, service, alice, said):
    await run(service, alice, "build website")
    await jenkins.idle()
    none = r"No build of website waits for an answer|website #1 does not wait for an answer"
    with pytest.raises(UserError, match=none):
        await run(service, alice, said)


async def test_build_that_is_not_there(service, alice):
    with pytest.raises(NotFound, match="build website #7"):
        await run(service, alice, "input website 7")


@pytest.mark.parametrize("name", ["..", ".", "a/b", "", "a\nb"])
async def test_no_question_leads_to_another_address(jenkins, service, alice, name):
    await asking(jenkins, service, alice, GO)
    jenkins.fail(
        mishaps.json(json.dumps([{"id": name, "message": "x", "inputs": []}])),
        path="pendingInputActions",
    )
    with pytest.raises(Exception, match="not as a Jenkins does"):
        await run(service, alice, "approve ship")
    assert posts(jenkins) == []


# -------------------------------------------------------------------------------------- stages
async def test_failed_stage_is_told_with_the_result(jenkins, service, alice):
    jenkins.add_job(
        "ship",
        declarative=True,
        stages=[Stage("Build"), Stage("Test <it>", result="FAILURE"), Stage("Deploy")],
    )
    reply = await run(service, alice, "build ship")
    await jenkins.idle()
    found = await step(service, alice, "build", reply.follow.state)
    assert "It went wrong in the stage Test <it>." in plain(found.reply)
    assert "ERROR: script returned exit code 1" in plain(found.more[0])


async def test_jenkins_without_the_plugin_is_asked_for_stages_once(jenkins, service, alice):
    jenkins.add_job("ship", stages=[Stage("Build", seconds=None)])
    reply = await run(service, alice, "build ship")
    await jenkins.started("ship")
    jenkins.fail(mishaps.answer(404), path="/wfapi/", times=99)
    state = reply.follow.state
    for _ in range(3):
        found = await step(service, alice, "build", state)
        state = found.state
        assert "stage" not in plain(found.reply)
    assert sum("/wfapi/" in seen.raw_path for seen in jenkins.requests) == 1


@pytest.mark.parametrize("status", [401, 500])
async def test_trouble_with_the_stages_does_not_hide_the_build(jenkins, service, alice, status):
    jenkins.add_job("ship", stages=[Stage("Build", seconds=None)])
    reply = await run(service, alice, "build ship")
    await jenkins.started("ship")
    jenkins.fail(mishaps.answer(status), path="/wfapi/")
    found = await step(service, alice, "build", reply.follow.state)
    assert "so far" in plain(found.reply)
