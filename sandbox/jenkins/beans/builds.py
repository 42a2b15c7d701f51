"""Builds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from sandbox.jenkins.beans import parameters
from sandbox.jenkins.builds import Build
from sandbox.jenkins.items import Job, path_of
from sandbox.jenkins.parameters import Parameter, Value
from sandbox.jenkins.pipeline import Ask
from sandbox.jenkins.reports import counts
from sandbox.jenkins.users import User

Bean = dict[str, Any]
FREESTYLE_BUILD = "hudson.model.FreeStyleBuild"
PIPELINE_BUILD = "org.jenkinsci.plugins.workflow.job.WorkflowRun"
_INPUT = "org.jenkinsci.plugins.workflow.support.steps.input"


def build(run: Build, root: str) -> Bean:
    """A build, with the cause that names its user."""
    job = run.job
    pipeline: Bean = {"_class": PIPELINE_BUILD, "changeSets": []}
    freestyle: Bean = {"_class": FREESTYLE_BUILD, "builtOn": "", "changeSet": {"items": []}}
    return {
        **(pipeline if job.pipeline else freestyle),
        "actions": partial(_actions, run),
        "artifacts": partial(_artifacts, run),
        "building": run.ended is None,
        "culprits": [],
        "description": run.description,
        "displayName": f"#{run.number}",
        "duration": 0 if run.ended is None else int((run.ended - run.started) * 1000),
        "estimatedDuration": lambda: estimated(job),
        "fullDisplayName": run.name,
        "id": str(run.number),
        "inProgress": run.ended is None,
        "keepLog": False,
        "number": run.number,
        "previousBuild": partial(_previous, run, root),
        "queueId": run.queue_id,
        "result": run.result,
        "timestamp": int(run.started * 1000),
        "url": url(run, root),
    }


def url(run: Build, root: str) -> str:
    """Where a build stands."""
    return f"{root}{path_of(run.job.full_name)}{run.number}/"


def estimated(job: Job) -> int:
    """How long a build will take, or -1."""
    return int(job.estimated * 1000) if job.estimated > 0 else -1


def cause(user: User, trigger: str = "") -> Bean:
    """The action that says who started it, or what: "Started by timer"."""
    said = {
        "_class": "hudson.model.Cause$UserIdCause",
        "shortDescription": f"Started by user {user.full_name}",
        "userId": user.id,
        "userName": user.full_name,
    }
    if trigger:
        kind = "hudson.triggers.TimerTrigger$TimerTriggerCause"
        said = {"_class": kind, "shortDescription": trigger}
    return {"_class": "hudson.model.CauseAction", "causes": [said]}


def told(known: Sequence[Parameter], given: Mapping[str, Value]) -> list[Bean]:
    """The action with the parameters, if there are any."""
    if not given:
        return []
    values = parameters.values(known, given)
    return [{"_class": "hudson.model.ParametersAction", "parameters": values}]


def _actions(run: Build) -> list[Bean]:
    found = [cause(run.user, run.trigger), *told(run.definitions, run.parameters)]
    if run.tests:
        failed, skipped = counts(run.tests)
        report = {"failCount": failed, "skipCount": skipped, "totalCount": len(run.tests)}
        kind = "hudson.tasks.junit.TestResultAction"
        found.append({"_class": kind, **report, "urlName": "testReport"})
    if run.asks is not None:
        found.append(_asks(run.asks))
    return [*found, {}]


def _asks(ask: Ask) -> Bean:
    step = {
        "_class": f"{_INPUT}.InputStep",
        "id": ask.name,
        "message": ask.message,
        "ok": ask.ok,
        "parameters": [parameters.definition(parameter) for parameter in ask.parameters],
        "submitter": ask.submitter or None,
        "submitterParameter": None,
    }
    name = ask.message if len(ask.message) < 32 else f"{ask.message[:32]}..."
    execution = {"displayName": name, "id": ask.name, "input": step, "settled": False}
    return {
        "_class": f"{_INPUT}.InputAction",
        "displayName": "Paused for Input",
        "executions": [execution],
        "waitingForInput": True,
    }


def _artifacts(run: Build) -> list[Bean]:
    names = [(path.rpartition("/")[2], path) for path in sorted(run.artifacts)]
    return [{"displayPath": name, "fileName": name, "relativePath": p} for name, p in names]


def _previous(run: Build, root: str) -> Bean | None:
    older = run.job.newest(lambda build: build.number < run.number)
    return None if older is None else build(older, root)
