"""Runs of workflows: to find, to watch, to run again, to cancel.

https://docs.github.com/rest/actions/workflow-runs
"""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from aiohttp import web

from sandbox.github.dates import within
from sandbox.github.gate import Route
from sandbox.github.paging import paged
from sandbox.github.refusals import Refusal, not_found
from sandbox.github.repo import Repo
from sandbox.github.rest.workflows import workflow_of
from sandbox.github.run import Attempt, JobRun, Run, again
from sandbox.github.run_shapes import run_shape
from sandbox.github.visit import Visit

_PAGE: Final = "actions/workflow-runs"
_BASE: Final = "/repos/{owner}/{repo}/actions"


def routes() -> list[Route]:
    """The routes."""
    one = _BASE + "/runs/{run}"
    of_workflow = _BASE + "/workflows/{workflow}/runs"
    failed = f"{_PAGE}#re-run-failed-jobs-from-a-workflow-run"
    return [
        Route("GET", _BASE + "/runs", listed, f"{_PAGE}#list-workflow-runs-for-a-repository"),
        Route("GET", of_workflow, listed, f"{_PAGE}#list-workflow-runs-for-a-workflow"),
        Route("GET", one, get, f"{_PAGE}#get-a-workflow-run"),
        Route("POST", one + "/rerun", rerun, f"{_PAGE}#re-run-a-workflow"),
        Route("POST", one + "/rerun-failed-jobs", rerun, failed),
        Route("POST", one + "/cancel", cancel, f"{_PAGE}#cancel-a-workflow-run"),
    ]


def run_of(visit: Visit, repo: Repo) -> Run:
    """The run in the path.

    Raises:
        Refusal: 404.
    """
    wanted = visit.number("run")
    for run in repo.runs:
        if run.id == wanted:
            return run
    raise not_found()


async def listed(visit: Visit) -> web.Response:
    """The runs of a repository, or of one workflow; the newest first."""
    repo, world = visit.repo("actions"), visit.world
    runs = repo.runs
    if "workflow" in visit.request.match_info:
        workflow = workflow_of(visit, repo)
        runs = [run for run in runs if run.workflow is workflow]
    shown_before = world.now() - timedelta(seconds=world.listed_after)
    found = [run for run in runs if run.created <= shown_before and _matches(visit, run)]
    found.sort(key=lambda run: (run.created, run.id), reverse=True)
    return paged(visit, found, lambda run: run_shape(world, repo, run), "workflow_runs")


def _matches(visit: Visit, run: Run) -> bool:
    query = visit.request.query
    whole = run.last.whole(visit.world.now())
    return (
        query.get("actor", run.actor.login).casefold() == run.actor.login.casefold()
        and query.get("branch", run.branch) == run.branch
        and query.get("event", run.event) == run.event
        and query.get("head_sha", run.sha) == run.sha
        and query.get("status", whole.status) in (whole.status, whole.conclusion)
        and ("created" not in query or within(run.created, query["created"]))
    )


async def get(visit: Visit) -> web.Response:
    """One run."""
    repo = visit.repo("actions")
    return web.json_response(run_shape(visit.world, repo, run_of(visit, repo)))


async def rerun(visit: Visit) -> web.Response:
    """Run it again, as who asks: all of it, or the jobs that failed."""
    repo = visit.repo("actions", level="write", role="write")
    run, world, now = run_of(visit, repo), visit.world, visit.world.now()
    whole = run.last.whole(now)
    if whole.conclusion is None:
        raise Refusal(403, "This workflow is already running")
    if now - run.created > timedelta(days=30):
        old = "Unable to re-run this workflow run because it was created over a month ago"
        raise Refusal(403, old)
    failed_only = visit.request.path.endswith("/rerun-failed-jobs")
    if failed_only and whole.conclusion == "success":
        raise Refusal(403, "This workflow run has no failed jobs")
    jobs = [
        JobRun(world.new_id(), job, kept)
        for job, kept in again(run.last, now, failed_only=failed_only)
    ]
    attempt = Attempt(run.last.number + 1, visit.me, now, run.workflow.queued, jobs)
    run.attempts.append(attempt)
    return web.json_response({}, status=201)


async def cancel(visit: Visit) -> web.Response:
    """Cancel it."""
    repo = visit.repo("actions", level="write", role="write")
    run, now = run_of(visit, repo), visit.world.now()
    if run.last.whole(now).conclusion:
        raise Refusal(409, "Cannot cancel a workflow run that is completed.")
    run.last.cancelled = now
    return web.json_response({}, status=202)
