"""Looking at workflows and their runs, and finding the one that is meant."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final

from bot.errors import UserError
from bot.plugin import Call, command
from bot.prose import short
from bot.reply import Reply, line, numbered, say
from bot.services.github import run_replies as replies
from bot.services.github.action_beans import Job, Jobs, Run, Runs, Workflow, Workflows
from bot.services.github.api import GitHubApi, Variables
from bot.services.github.names import Repository
from bot.services.github.site import REPO, Place
from bot.services.github.workflow_names import RunRef, WorkflowRef

WORKFLOW: Final = REPO + "/actions/workflows/{workflow}"
RUN: Final = REPO + "/actions/runs/{run}"

_WORKFLOWS: Final = REPO + "/actions/workflows{?per_page}"
_RUNS: Final = REPO + "/actions/runs{?per_page}"
OF_ONE: Final = WORKFLOW + "/runs{?per_page,event,actor,branch}"
_JOBS: Final = RUN + "/jobs{?per_page}"
_MOST: Final = 100
_LISTED: Final = 15


@command("workflows", examples=("workflows", "workflows acme/site"))
async def workflows(call: Call[GitHubApi], repository: Repository = Repository()) -> Reply:
    """List the workflows of a repository, which can be run by their numbers."""
    place = call.api.site.place(repository)
    found = await all_of(call.api, place)
    if not found:
        return say(call.api.site.link(place), " has no workflows.")
    rows = numbered([replies.workflow_row(call.api.site, place, one) for one in found])
    names = tuple(f"{place} {one.file}" for one in found)
    return Reply((line("Workflows of ", call.api.site.link(place), ":"), rows), listing=names)


@command(
    "runs",
    aliases=("run list",),
    examples=("runs", "runs acme/site", "runs acme/site deploy.yml"),
)
async def runs(
    call: Call[GitHubApi],
    repository: Repository = Repository(),
    workflow: WorkflowRef | None = None,
) -> Reply:
    """List the last runs of a repository's workflows, or of one of them."""
    site = call.api.site
    if workflow is not None and workflow.repository.name:  # a number in a list
        repository = workflow.repository
    place = site.place(repository)
    one = await find(call.api, place, workflow.name) if workflow else None
    found = await recent(call.api, place, one)
    if not found.workflow_runs:
        return say(
            site.link(place),
            f" has no runs of {short(one.file, 100)}." if one else " has no runs yet.",
        )
    now = datetime.now(UTC)
    rows = numbered([replies.run_row(site, place, run, now) for run in found.workflow_runs])
    what = f"Runs of {short(one.file, 100)} in " if one else "Runs in "
    page = f"actions/workflows/{one.file}" if one else "actions"
    more = [line("There are more: ", site.link(place, page), ".")] if found.more else []
    listing = tuple(f"{place} {run.id}" for run in found.workflow_runs)
    return Reply((line(what, site.link(place), ":"), rows, *more), listing=listing)


async def all_of(api: GitHubApi, place: Place) -> tuple[Workflow, ...]:
    """The workflows of a repository; a hundred at most."""
    variables = {**place.variables, "per_page": _MOST}
    found = await api.read(Workflows, _WORKFLOWS, variables, f"repository {place}")
    return found.workflows


async def find(api: GitHubApi, place: Place, name: str) -> Workflow:
    """The workflow of this file or name, in any case; a file comes before a name.

    Raises:
        UserError: there is none.
    """
    found = await all_of(api, place)
    for names in (_exact, _loose):
        fits = [one for one in found if name.casefold() in map(str.casefold, names(one))]
        if len(fits) == 1:
            return fits[0]
    raise UserError(
        f"There is no workflow {short(name, 100)} in {place}.", f"`workflows {place}` lists them."
    )


async def recent(api: GitHubApi, place: Place, workflow: Workflow | None) -> Runs:
    """The last runs, newest first."""
    path = OF_ONE if workflow else _RUNS
    variables: Variables = {**place.variables, "per_page": _LISTED}
    if workflow is not None:
        variables["workflow"] = workflow.id
    return await api.read(Runs, path, variables, f"repository {place}")


async def look(api: GitHubApi, place: Place, run: int) -> Run:
    """One run."""
    return await api.read(Run, RUN, at(place, run), f"run {run} in {place}")


async def jobs_of(api: GitHubApi, place: Place, run: int) -> tuple[Job, ...]:
    """The jobs of its last attempt; a hundred at most."""
    variables = {**at(place, run), "per_page": _MOST}
    return (await api.read(Jobs, _JOBS, variables, f"run {run} in {place}")).jobs


def at(place: Place, run: int) -> dict[str, str]:
    """A run in the templates of addresses."""
    return {**place.variables, "run": str(run)}


def meant(api: GitHubApi, run: RunRef) -> tuple[Place, int]:
    """Which run is meant, for certain."""
    return api.site.place(run.repository), run.id


def _exact(workflow: Workflow) -> tuple[str, ...]:
    return workflow.file, workflow.path, str(workflow.id)


def _loose(workflow: Workflow) -> tuple[str, ...]:
    return workflow.name, workflow.file.rpartition(".")[0]
