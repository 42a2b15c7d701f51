"""Ten thousand jobs are found, listed and paged quickly; names are Jenkins' own."""

from __future__ import annotations

import pytest

from sandbox.jenkins import MULTIBRANCH, READ, JenkinsStandIn
from tests.contracts.jenkins.conftest import furnish
from tests.contracts.jenkins.direct import begin, get, read

MANY = 10_000


@pytest.fixture
async def large():
    """A Jenkins with ten thousand jobs in one folder, and as many in a thousand folders."""
    async with JenkinsStandIn() as jenkins:
        jenkins.tokens = furnish(jenkins)
        jenkins.add_folder("flat")
        for number in range(MANY):
            jenkins.add_job(f"flat/job-{number:05}")
        for number in range(1000):
            jenkins.add_folder(f"team-{number}")
            for name in range(10):
                jenkins.add_job(f"team-{number}/job-{name}")
        yield jenkins


async def test_page_of_a_large_folder_is_what_was_asked_for(large):
    tree = "jobs[name,url,color]{5000,5050}"
    page = await read(large, f"/job/flat/api/json?tree={tree}")
    assert len(page["jobs"]) == 50
    assert [job["name"] for job in page["jobs"]][::49] == ["job-05000", "job-05049"]


async def test_everything_at_once_is_given(large):
    whole = await read(large, "/api/json?tree=jobs[name,color,jobs[name,color]]")
    assert sum(len(job.get("jobs", ())) for job in whole["jobs"]) == 2 * MANY + 2


async def test_job_among_many_is_found_in_any_case(large):
    found = await read(large, "/job/FLAT/job/Job-09999/api/json")
    assert found["fullName"] == "flat/job-09999"


async def test_who_sees_one_of_many_gets_that_one(large):
    large.allow("carol", "flat", READ)
    assert len((await read(large, "/job/flat/api/json?tree=jobs[name]", "carol"))["jobs"]) == MANY
    large.allow("carol", "team-7/job-3", READ)
    page = await read(large, "/api/json?tree=jobs[name]", "carol")
    assert [job["name"] for job in page["jobs"]] == ["flat", "website"]


async def test_branches_are_jobs_with_quoted_names(jenkins):
    path = "/job/team/job/app/job/feature%252Fx"
    job = await read(jenkins, f"{path}/api/json")
    assert (job["name"], job["fullName"]) == ("feature%2Fx", "team/app/feature%2Fx")
    assert job["url"] == f"{jenkins.url}{path}/"
    assert (await get(jenkins, "/job/team/job/app/job/feature%2Fx/api/json"))[0] == 404
    folder = await read(jenkins, "/job/team/job/app/api/json")
    assert folder["_class"] == MULTIBRANCH
    assert "color" not in folder
    await begin(jenkins, "team/app/feature%2Fx")
    await jenkins.idle()
    build = await read(jenkins, f"{path}/1/api/json")
    assert build["fullDisplayName"] == "team » app » feature%2Fx #1"


async def test_folders_come_before_what_is_in_them(jenkins):
    with pytest.raises(ValueError, match="no folder nowhere"):
        jenkins.add_job("nowhere/job")


async def test_job_replaces_another_of_its_name_in_any_case(jenkins):
    jenkins.add_job("WEBSITE")
    names = [job["name"] for job in (await read(jenkins, "/api/json"))["jobs"]]
    assert [name for name in names if name.lower() == "website"] == ["WEBSITE"]
