"""Pipelines ask people, and hear only those who may answer."""

from __future__ import annotations

import json

import pytest

from sandbox.jenkins import ADMINISTER, BUILD, CANCEL, Ask, Stage, choice, string
from tests.contracts.jenkins.direct import begin, get, post, read
from tests.contracts.jenkins.test_stand_in_pipeline import HERE, stages

GO = Ask("Go live?", id="go", ok="Ship it")


async def asking(jenkins, ask=GO, **more):
    """Let a pipeline run until it asks."""
    jenkins.add_job("pipe", stages=[Stage("Build"), Stage("Deploy", asks=ask)], **more)
    await begin(jenkins, "pipe")
    return await jenkins.asks("pipe")


async def test_question_pauses_the_pipeline_and_is_told(jenkins):
    await asking(jenkins)
    assert await stages(jenkins) == (
        "PAUSED_PENDING_INPUT",
        [("Build", "SUCCESS"), ("Deploy", "PAUSED_PENDING_INPUT")],
    )
    assert await read(jenkins, f"{HERE}/wfapi/pendingInputActions") == [
        {
            "id": "Go",
            "proceedText": "Ship it",
            "message": "Go live?",
            "inputs": [],
            "proceedUrl": f"{HERE}/wfapi/inputSubmit?inputId=Go",
            "abortUrl": f"{HERE}/input/Go/abort",
            "redirectApprovalUrl": f"{HERE}/input/",
        }
    ]
    links = (await read(jenkins, f"{HERE}/wfapi/describe"))["_links"]
    assert "pendingInputActions" in links
    assert (await read(jenkins, f"{HERE}/api/json"))["building"] is True


async def test_build_itself_tells_who_may_answer(jenkins):
    await asking(jenkins, Ask("Go?", submitter="bob,ops"))
    tree = "actions[executions[id,input[message,ok,submitter]]]"
    actions = (await read(jenkins, f"{HERE}/api/json?tree={tree}"))["actions"]
    ((execution,),) = [a["executions"] for a in actions if "executions" in a]
    assert execution["input"]["submitter"] == "bob,ops"
    assert execution["id"] == execution["id"].capitalize()
    assert len(execution["id"]) == 32  # of the message


async def test_question_has_parameters(jenkins):
    await asking(jenkins, Ask("Where?", "go", parameters=(choice("ENV", "a", "b"), string("V"))))
    (question,) = await read(jenkins, f"{HERE}/wfapi/pendingInputActions")
    assert question["inputs"][0] == {
        "type": "ChoiceParameterDefinition",
        "name": "ENV",
        "description": "",
        "definition": {"defaultVal": "a", "choices": ["a", "b"]},
    }
    assert "Input requested\n" in jenkins.builds("pipe")[0].log


async def test_approval_lets_it_go_on_as_who_gave_it(jenkins):
    jenkins.allow("bob", "pipe", BUILD)
    build = await asking(jenkins)
    assert (await get(jenkins, f"{HERE}/input/Go/proceedEmpty", "bob"))[0] == 405
    assert (await post(jenkins, f"{HERE}/input/Go/proceedEmpty", "bob"))[0] == 200
    await jenkins.idle()
    assert build.result == "SUCCESS"
    assert "Go live?\nShip it or Abort\nApproved by Bob\n" in build.log
    assert build.given["Go"][0].id == "bob"
    assert (await post(jenkins, f"{HERE}/input/Go/proceedEmpty", "bob"))[0] == 404


async def test_rejection_aborts_it(jenkins):
    build = await asking(jenkins)
    assert (await post(jenkins, f"{HERE}/input/Go/abort"))[0] == 200
    await jenkins.idle()
    assert build.log.endswith("Rejected by Alice\nFinished: ABORTED\n")
    assert await stages(jenkins) == ("ABORTED", [("Build", "SUCCESS"), ("Deploy", "ABORTED")])


async def test_stop_ends_a_pipeline_that_asks(jenkins):
    jenkins.allow("alice", "pipe", CANCEL)
    build = await asking(jenkins)
    assert (await post(jenkins, f"{HERE}/stop"))[0] == 302
    await jenkins.idle()
    assert build.log.endswith("Aborted by Alice\nFinished: ABORTED\n")
    assert await read(jenkins, f"{HERE}/wfapi/pendingInputActions") == []


@pytest.mark.parametrize("way", ["proceed", "submit"])
async def test_submission_carries_parameters(jenkins, way):
    build = await asking(jenkins, Ask("Where?", "go", parameters=(choice("ENV", "a", "b"),)))
    form = {"json": json.dumps({"parameter": [{"name": "ENV", "value": "b"}]})}
    form |= {"proceed": "Proceed"} if way == "submit" else {}
    status, headers = await post(jenkins, f"{HERE}/input/Go/{way}", **form)
    assert (status, headers.get("Location")) == (
        (302, f"{jenkins.url}{HERE}/console") if way == "submit" else (200, None)
    )
    await jenkins.idle()
    assert build.given["Go"][1] == {"ENV": "b"}


async def test_submission_without_proceed_aborts(jenkins):
    build = await asking(jenkins)
    assert (await post(jenkins, f"{HERE}/input/Go/submit"))[0] == 302
    await jenkins.idle()
    assert build.result == "ABORTED"


@pytest.mark.parametrize(
    ("form", "status"),
    [
        ({}, 400),
        ({"json": "{"}, 500),
        ({"json": '{"parameter": {"name": "NOPE", "value": "1"}}'}, 500),
        ({"json": '{"parameter": {"name": "ENV", "value": "moon"}}'}, 500),
    ],
)
async def test_malformed_submission_is_refused(jenkins, form, status):
    build = await asking(jenkins, Ask("Where?", "go", parameters=(choice("ENV", "a", "b"),)))
    assert (await post(jenkins, f"{HERE}/input/Go/proceed", **form))[0] == status
    assert build.asks is not None


@pytest.mark.parametrize(
    ("submitter", "way", "said"),
    [
        ("", "proceedEmpty", "You need to have Job/Build permissions to submit this."),
        ("", "abort", "You need to have Job/Cancel permissions to cancel this."),
        ("carol, ops", "proceedEmpty", "You need to be carol, ops to submit this."),
        (
            "carol",
            "abort",
            "You need to be 'carol' (or have Job/Cancel permissions) to cancel this.",
        ),
    ],
)
async def test_who_may_not_answer_is_told_so_with_a_400(jenkins, submitter, way, said):
    build = await asking(jenkins, Ask("Go?", "go", submitter=submitter))
    status, headers = await post(jenkins, f"{HERE}/input/Go/{way}", "bob")
    assert (status, headers["X-Error"]) == (400, said)
    assert "X-Required-Permission" not in headers
    assert build.asks is not None


async def test_submitters_may_answer_without_any_other_permission(jenkins):
    await asking(jenkins, Ask("Go?", "go", submitter="ops, BOB"))
    assert (await post(jenkins, f"{HERE}/input/Go/proceedEmpty"))[0] == 400  # though she may build
    assert (await post(jenkins, f"{HERE}/input/Go/proceedEmpty", "bob"))[0] == 200


async def test_administrators_may_answer_for_submitters(jenkins):
    jenkins.allow("alice", "", ADMINISTER)
    await asking(jenkins, Ask("Go?", "go", submitter="bob"))
    assert (await post(jenkins, f"{HERE}/wfapi/inputSubmit?inputId=Go", json="{}"))[0] == 200


async def test_what_the_plugin_wraps_is_a_500(jenkins):
    await asking(jenkins, Ask("Go?", "go", submitter="bob"))
    assert (await post(jenkins, f"{HERE}/wfapi/inputSubmit?inputId=Go", json="{}"))[0] == 500
