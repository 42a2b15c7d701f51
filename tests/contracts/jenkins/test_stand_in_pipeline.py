"""Pipelines have stages, which appear as they are reached, and end as they do."""

from __future__ import annotations

import pytest

from sandbox.jenkins import Stage
from tests.contracts.jenkins.direct import begin, get, read

HERE = "/job/pipe/1"


async def stages(jenkins):
    found = await read(jenkins, f"{HERE}/wfapi/describe")
    return found["status"], [(stage["name"], stage["status"]) for stage in found["stages"]]


async def test_stages_appear_as_they_are_reached(jenkins):
    jenkins.add_job("pipe", stages=[Stage("Build", None), Stage("Test", None, log="ok\n")])
    await begin(jenkins, "pipe")
    build = await jenkins.reached("pipe", "Build")
    assert await stages(jenkins) == ("IN_PROGRESS", [("Build", "IN_PROGRESS")])
    jenkins.next_stage("pipe")
    await jenkins.reached("pipe", "Test")
    assert (await stages(jenkins))[1] == [("Build", "SUCCESS"), ("Test", "IN_PROGRESS")]
    await jenkins.finish("pipe")
    assert await stages(jenkins) == ("SUCCESS", [("Build", "SUCCESS"), ("Test", "SUCCESS")])
    assert build.log.splitlines()[1:4] == [
        "[Pipeline] Start of Pipeline",
        "[Pipeline] stage",
        "[Pipeline] { (Build)",
    ]
    assert (await read(jenkins, f"{HERE}/api/json"))["_class"].endswith("WorkflowRun")


async def test_description_has_links_that_begin_at_the_host(jenkins):
    jenkins.add_job("team/ä pipe", stages=[Stage("Build")])
    await begin(jenkins, "team/ä pipe")
    await jenkins.idle()
    place = "/job/team/job/%C3%A4%20pipe/1/"
    found = await read(jenkins, f"{place}wfapi/describe")
    assert found["_links"] == {"self": {"href": f"{place}wfapi/describe"}}
    assert (found["id"], found["name"]) == ("1", "#1")
    (stage,) = found["stages"]
    assert stage["durationMillis"] > 0
    assert "error" not in stage


@pytest.mark.parametrize(
    ("declarative", "after"), [(False, []), (True, [("Deploy", "FAILED"), ("Tell", "FAILED")])]
)
async def test_failed_stage_ends_the_build_and_tells_its_error(jenkins, declarative, after):
    kinds = [Stage("Test", result="FAILURE", error="exit code 2"), Stage("Deploy"), Stage("Tell")]
    jenkins.add_job("pipe", stages=kinds, declarative=declarative)
    await begin(jenkins, "pipe")
    await jenkins.idle()
    assert await stages(jenkins) == ("FAILED", [("Test", "FAILED"), *after])
    first, *_ = (await read(jenkins, f"{HERE}/wfapi/describe"))["stages"]
    assert first["error"] == {"message": "exit code 2", "type": "hudson.AbortException"}
    assert "ERROR: exit code 2\nFinished: FAILURE\n" in jenkins.builds("pipe")[0].log


async def test_unstable_stage_does_not_end_the_build(jenkins):
    jenkins.add_job("pipe", stages=[Stage("Test", result="UNSTABLE"), Stage("Deploy")])
    await begin(jenkins, "pipe")
    await jenkins.idle()
    assert await stages(jenkins) == ("UNSTABLE", [("Test", "UNSTABLE"), ("Deploy", "SUCCESS")])


async def test_build_of_long_ago_has_stages_too(jenkins):
    jenkins.add_job("pipe", stages=[Stage("Build"), Stage("Deploy")])
    jenkins.add_build("pipe", "ABORTED", seconds=60)
    assert await stages(jenkins) == ("ABORTED", [("Build", "SUCCESS"), ("Deploy", "ABORTED")])
    last = (await read(jenkins, f"{HERE}/wfapi/describe"))["stages"][1]
    assert last["durationMillis"] == pytest.approx(30_000, abs=1)


async def test_other_jobs_have_no_stages(jenkins):
    await begin(jenkins, "website")
    await jenkins.idle()
    for page in ("describe", "pendingInputActions"):
        assert (await get(jenkins, f"/job/website/1/wfapi/{page}"))[0] == 404
