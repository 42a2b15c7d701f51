"""What GitHub makes of a dispatch: the inputs are checked, a run begins."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from sandbox.github.refusals import Refusal
from sandbox.github.repo import Repo
from sandbox.github.run import Attempt, JobRun, Run
from sandbox.github.users import User
from sandbox.github.workflow import Workflow
from sandbox.github.world import World


def checked(workflow: Workflow, ref: str, given: Mapping[str, Any]) -> dict[str, str]:
    """The inputs of a run, with the defaults of the file.

    Raises:
        Refusal: 422, the workflow cannot be dispatched, or not with these inputs.
    """
    known = workflow.inputs(ref)
    if known is None:
        raise Refusal(422, "Workflow does not have 'workflow_dispatch' trigger")
    if workflow.state != "active":
        raise Refusal(422, "Cannot trigger a 'workflow_dispatch' on a disabled workflow")
    unknown = [name for name in given if name not in known]
    if unknown:
        raise Refusal(422, f"Unexpected inputs provided: {json.dumps(unknown)}")
    return {name: _value(name, about, given) for name, about in known.items()}


def _value(name: str, about: Mapping[str, Any], given: Mapping[str, Any]) -> str:
    kind = about.get("type", "string")
    value = given.get(name, about.get("default"))
    if value is None or (value == "" and about.get("required")):
        if about.get("required"):
            raise Refusal(422, f"Required input '{name}' not provided")
        return "false" if kind == "boolean" else ""
    text = str(value).lower() if isinstance(value, bool) else str(value)
    options = {str(option) for option in about.get("options", ())}
    allowed = {"choice": options, "boolean": {"true", "false"}}.get(kind, {text})
    if text not in allowed:
        raise Refusal(
            422, f"Provided value '{text}' for input '{name}' not in the list of allowed values"
        )
    return text


def begin(
    world: World,
    repo: Repo,
    workflow: Workflow,
    user: User,
    *,
    branch: str,
    event: str = "workflow_dispatch",
    title: str = "",
    inputs: Mapping[str, str] | None = None,
) -> Run:
    """Begin a run, as somebody."""
    number = 1 + sum(run.workflow is workflow for run in repo.runs)
    run = Run(
        world.new_id(),
        number,
        workflow,
        branch,
        repo.branches.get(branch) or repo.push(branch),
        event,
        user,
        title or workflow.name,
        world.now(),
        dict(inputs or {}),
    )
    jobs = [JobRun(world.new_id(), job) for job in workflow.jobs]
    run.attempts.append(Attempt(1, user, run.created, workflow.queued, jobs))
    repo.runs.append(run)
    return run
