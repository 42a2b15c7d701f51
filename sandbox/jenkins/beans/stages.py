"""What the plugin "Pipeline: REST API" says below ``wfapi``; its addresses begin at the host."""

from __future__ import annotations

import time
from typing import Any

from sandbox.jenkins.builds import Build
from sandbox.jenkins.items import path_of
from sandbox.jenkins.parameters import Parameter
from sandbox.jenkins.pipeline import STATUS, Ask, StageRun

Bean = dict[str, Any]


def describe(run: Build) -> Bean:
    """A build with the stages that it has reached."""
    place = _place(run)
    links = {"self": _link(f"{place}wfapi/describe")}
    if run.asks is not None:
        links["pendingInputActions"] = _link(f"{place}wfapi/pendingInputActions")
        links["nextPendingInputAction"] = _link(f"{place}wfapi/nextPendingInputAction")
    if run.artifacts:
        links["artifacts"] = _link(f"{place}wfapi/artifacts")
    end = run.ended or time.time()
    going = "IN_PROGRESS" if run.asks is None else "PAUSED_PENDING_INPUT"
    return {
        "_links": links,
        "id": str(run.number),
        "name": f"#{run.number}",
        "status": STATUS[run.result] if run.result else going,
        "startTimeMillis": int(run.started * 1000),
        "endTimeMillis": int(end * 1000),
        "durationMillis": int((end - run.started) * 1000),
        "queueDurationMillis": 1,
        "pauseDurationMillis": 0,
        "stages": [_stage(place, 6 + 7 * n, reached) for n, reached in enumerate(run.stages)],
    }


def pending(run: Build) -> list[Bean]:
    """The questions at which it waits."""
    return [] if run.asks is None else [_pending(_place(run), run.asks)]


def _stage(place: str, node: int, reached: StageRun) -> Bean:
    bean: Bean = {
        "_links": {"self": _link(f"{place}execution/node/{node}/wfapi/describe")},
        "id": str(node),
        "name": reached.stage.name,
        "execNode": "",
        "status": reached.status,
    }
    if reached.status == "FAILED" and reached.stage.result == "FAILURE":
        bean["error"] = {"message": reached.stage.error, "type": "hudson.AbortException"}
    elif reached.status == "ABORTED":
        kind = "org.jenkinsci.plugins.workflow.steps.FlowInterruptedException"
        bean["error"] = {"message": None, "type": kind}
    return {
        **bean,
        "startTimeMillis": int(reached.started * 1000),
        "durationMillis": int(reached.seconds * 1000),
        "pauseDurationMillis": int(reached.paused * 1000),
    }


def _pending(place: str, ask: Ask) -> Bean:
    return {
        "id": ask.name,
        "proceedText": ask.ok,
        "message": ask.message,
        "inputs": [_input(parameter) for parameter in ask.parameters],
        "proceedUrl": f"{place}wfapi/inputSubmit?inputId={ask.name}",
        "abortUrl": f"{place}input/{ask.name}/abort",
        "redirectApprovalUrl": f"{place}input/",
    }


def _input(parameter: Parameter) -> Bean:
    definition: Bean = {"defaultVal": parameter.default}
    if parameter.type == "Choice":
        definition["choices"] = list(parameter.choices)
    elif parameter.type not in ("Boolean", "String", "Password", "Text"):
        definition = {}
    return {
        "type": f"{parameter.type}ParameterDefinition",
        "name": parameter.name,
        "description": parameter.description,
        "definition": definition,
    }


def _place(run: Build) -> str:
    return f"/{path_of(run.job.full_name)}{run.number}/"


def _link(href: str) -> Bean:
    return {"href": href}
