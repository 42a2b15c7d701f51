"""Workflows: to list, and to dispatch.

https://docs.github.com/rest/actions/workflows
"""

from __future__ import annotations

from typing import Final

from aiohttp import web

from sandbox.github.dispatch import begin, checked
from sandbox.github.gate import Route
from sandbox.github.paging import paged
from sandbox.github.refusals import Refusal, not_found
from sandbox.github.repo import Repo
from sandbox.github.run import Run
from sandbox.github.run_shapes import workflow_shape
from sandbox.github.visit import Visit
from sandbox.github.workflow import Workflow
from sandbox.github.world import API, World

_PAGE: Final = "actions/workflows"
_BASE: Final = "/repos/{owner}/{repo}/actions/workflows"


def routes() -> list[Route]:
    """The routes."""
    one = _BASE + "/{workflow}"
    return [
        Route("GET", _BASE, listed, f"{_PAGE}#list-repository-workflows"),
        Route("GET", one, get, f"{_PAGE}#get-a-workflow"),
        Route("POST", one + "/dispatches", dispatch, f"{_PAGE}#create-a-workflow-dispatch-event"),
    ]


def workflow_of(visit: Visit, repo: Repo) -> Workflow:
    """The workflow in the path, by its id or the name of its file.

    Raises:
        Refusal: 404.
    """
    wanted = visit.path("workflow")
    for workflow in repo.workflows:
        if wanted in (str(workflow.id), workflow.file):
            return workflow
    raise not_found()


async def listed(visit: Visit) -> web.Response:
    """The workflows of a repository."""
    repo = visit.repo("actions")
    shape = workflow_shape
    return paged(visit, repo.workflows, lambda w: shape(visit.world, repo, w), "workflows")


async def get(visit: Visit) -> web.Response:
    """One workflow."""
    repo = visit.repo("actions")
    return web.json_response(workflow_shape(visit.world, repo, workflow_of(visit, repo)))


async def dispatch(visit: Visit) -> web.Response:
    """Begin a run, as who asks. 204; with ``return_run_details`` 200, and what it has become."""
    repo = visit.repo("actions", level="write", role="write")
    workflow, body = workflow_of(visit, repo), await visit.body()
    known = {"ref", "inputs", *_options(visit.world)}
    for name in body:
        if name not in known:
            raise Refusal(422, f'Invalid request.\n\n"{name}" is not a permitted key.')
    ref = body.get("ref")
    if not isinstance(ref, str):
        raise Refusal(422, 'Invalid request.\n\n"ref" wasn\'t supplied.')
    branch = ref.removeprefix("refs/heads/")
    if branch not in repo.branches:
        raise Refusal(422, f"No ref found for: {ref}")
    inputs = checked(workflow, branch, body.get("inputs") or {})
    run = begin(visit.world, repo, workflow, visit.me, branch=branch, inputs=inputs)
    newer = visit.headers["X-GitHub-Api-Version-Selected"] >= "2026-03-10"
    if visit.world.dispatch_details and body.get("return_run_details", newer):
        return web.json_response(_details(visit.world, repo, run))
    return web.Response(status=204)


def _options(world: World) -> set[str]:
    return {"return_run_details"} if world.dispatch_details else set()


def _details(world: World, repo: Repo, run: Run) -> dict[str, object]:
    return {
        "workflow_run_id": run.id,
        "run_url": f"{world.root}{API}/repos/{repo.full_name}/actions/runs/{run.id}",
        "html_url": f"{world.root}/{repo.full_name}/actions/runs/{run.id}",
    }
