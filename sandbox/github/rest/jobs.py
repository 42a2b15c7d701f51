"""The jobs of a run, and what they print.

https://docs.github.com/rest/actions/workflow-jobs
"""

from __future__ import annotations

from typing import Final

from aiohttp import web

from sandbox.github.gate import Route
from sandbox.github.paging import paged
from sandbox.github.refusals import not_found
from sandbox.github.repo import Repo
from sandbox.github.rest.runs import run_of
from sandbox.github.run import Attempt, JobRun, Run
from sandbox.github.run_shapes import job_shape
from sandbox.github.visit import Visit

_PAGE: Final = "actions/workflow-jobs"
_BASE: Final = "/repos/{owner}/{repo}/actions"


def routes() -> list[Route]:
    """The routes."""
    one = _BASE + "/jobs/{job}"
    logs = f"{_PAGE}#download-job-logs-for-a-workflow-run"
    return [
        Route("GET", _BASE + "/runs/{run}/jobs", listed, f"{_PAGE}#list-jobs-for-a-workflow-run"),
        Route("GET", one, get, f"{_PAGE}#get-a-job-for-a-workflow-run"),
        Route("GET", one + "/logs", log, logs),
    ]


async def listed(visit: Visit) -> web.Response:
    """The jobs of the latest attempt, or with ``filter=all`` of every one."""
    repo = visit.repo("actions")
    run = run_of(visit, repo)
    every = visit.request.query.get("filter") == "all"
    attempts = run.attempts if every else [run.last]
    found = [(attempt, job) for attempt in attempts for job in attempt.jobs]
    return paged(visit, found, lambda pair: job_shape(visit.world, repo, run, *pair), "jobs")


async def get(visit: Visit) -> web.Response:
    """One job."""
    repo = visit.repo("actions")
    return web.json_response(job_shape(visit.world, repo, *_job_of(visit, repo)))


async def log(visit: Visit) -> web.Response:
    """302 to where a completed job's log is, for a minute and without a token."""
    repo = visit.repo("actions")
    run, attempt, job = _job_of(visit, repo)
    if visit.user is None or attempt.spans(visit.world.now())[job.job.name].conclusion is None:
        raise not_found()
    place = f"{visit.world.root}/_logs/{run.id}/{job.id}"
    return web.Response(status=302, headers={"Location": place})


def _job_of(visit: Visit, repo: Repo) -> tuple[Run, Attempt, JobRun]:
    wanted = visit.number("job")
    for run in repo.runs:
        found = run.job(wanted)
        if found:
            return run, *found
    raise not_found()
