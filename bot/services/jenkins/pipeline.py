"""Pipelines: their stages, and the questions that they wait with.

Both come from the plugin "Pipeline: Stage View" (``wfapi``), which a Jenkins may not have:
https://github.com/jenkinsci/pipeline-stage-view-plugin/tree/master/rest-api.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Annotated, Any, Final

from pydantic import AfterValidator, Field, TypeAdapter

from bot.errors import Forbidden, Invalid, NotFound, UserError
from bot.services.jenkins.api import JenkinsApi
from bot.services.jenkins.arguments import Value, plain
from bot.services.jenkins.beans import Bean, Default, Definition, Many, Text
from bot.services.jenkins.names import JobPath

_RUNNING: Final = ("IN_PROGRESS", "PAUSED_PENDING_INPUT")
_BROKEN: Final = ("FAILED", "ABORTED", "UNSTABLE")  # worst first


class Stage(Bean):
    """A part of a pipeline."""

    name: Text = ""
    status: Text = ""


class Pipeline(Bean):
    """How far a run of a pipeline is."""

    status: Text = ""
    stages: Many[Stage] = ()

    @property
    def asks(self) -> bool:
        """Whether it waits with a question."""
        return self.status == "PAUSED_PENDING_INPUT"

    @property
    def running(self) -> str:
        """The stage that runs, the last one where several do; "" for none."""
        found = [stage.name for stage in self.stages if stage.status in _RUNNING]
        return found[-1] if found else ""

    @property
    def broken(self) -> str:
        """The stage in which it went wrong; "" for none."""
        for status in _BROKEN:
            for stage in self.stages:
                if stage.status == status:
                    return stage.name
        return ""


class InputDefinition(Bean):
    """What a question's parameter may be."""

    default: Any = Field(None, alias="defaultVal")
    choices: Many[str] = ()


class InputParameter(Bean):
    """A parameter of a question."""

    name: str
    type: Text = ""
    description: Text = ""
    definition: InputDefinition | None = None


def _segment(text: str) -> str:
    if text in ("", ".", "..") or "/" in text or not text.isprintable():
        raise ValueError("is no part of an address")
    return text


class Pending(Bean):
    """A question that a build waits with; ``id`` stands in its address."""

    id: Annotated[str, AfterValidator(_segment)]
    message: Text = ""
    proceed: Text = Field("", alias="proceedText")
    inputs: Many[InputParameter] = ()

    @property
    def definitions(self) -> tuple[Definition, ...]:
        """Its parameters, as those of a job."""
        return tuple(_definition(each) for each in self.inputs)


_PIPELINE: Final = TypeAdapter(Pipeline)
_PENDING: Final = TypeAdapter(tuple[Pending, ...])


async def pipeline(api: JenkinsApi, path: JobPath, number: int) -> Pipeline | None:
    """How far a run is; None where this Jenkins does not say."""
    what = f"build {path} #{number}"
    try:
        return await api.fetch(_PIPELINE, f"{path.item}/{number}/wfapi/describe", what)
    except (NotFound, Forbidden, Invalid):
        return None


async def pending(api: JenkinsApi, path: JobPath, number: int) -> tuple[Pending, ...]:
    """The questions that a run waits with."""
    what = f"build {path} #{number}"
    return await api.fetch(_PENDING, f"{path.item}/{number}/wfapi/pendingInputActions", what)


async def proceed(
    api: JenkinsApi,
    path: JobPath,
    number: int,
    question: Pending,
    pairs: Sequence[tuple[str, Value]],
) -> None:
    """Let it go on, with values for all of its parameters. Never asked twice.

    Raises:
        UserError: the question does not wait any more, or is for others to answer.
    """
    if not question.inputs:
        await _answer(api, path, number, f"{question.id}/proceedEmpty", ())
        return
    form = (
        ("json", json.dumps({"parameter": _filled(question.definitions, pairs)})),
        ("proceed", question.proceed or "Proceed"),
    )
    await _answer(api, path, number, f"{question.id}/submit", form)


async def abort(api: JenkinsApi, path: JobPath, number: int, question: Pending) -> None:
    """Have it end there. Never asked twice.

    Raises:
        UserError: as :func:`proceed`.
    """
    await _answer(api, path, number, f"{question.id}/abort", ())


async def _answer(
    api: JenkinsApi, path: JobPath, number: int, to: str, form: Sequence[tuple[str, str]]
) -> None:
    what = f"build {path} #{number}"
    try:
        await api.ask(lambda client: client.post(f"{path.item}/{number}/input/{to}", form), what)
        return
    except NotFound:
        reason = "That question does not wait any more; nothing was changed."
    except Invalid:  # Jenkins names no permission here
        reason = "You are not among those who may answer that question; nothing was changed."
    raise UserError(reason)


def _filled(
    definitions: Sequence[Definition], pairs: Sequence[tuple[str, Value]]
) -> list[dict[str, str | bool]]:
    """Jenkins takes what is not in the form for not there, whatever its default is."""
    values = {d.name: d.default for d in definitions if d.default is not None}
    values |= {name: plain(value) for name, value in pairs}
    boolean = {definition.name for definition in definitions if definition.kind == "Boolean"}
    return [
        {"name": name, "value": value == "true" if name in boolean else value}
        for name, value in values.items()
    ]


def _definition(parameter: InputParameter) -> Definition:
    given = parameter.definition
    default = None if given is None or given.default is None else Default(value=given.default)
    return Definition(
        name=parameter.name,
        type=parameter.type,
        description=parameter.description,
        choices=given.choices if given else (),
        defaultParameterValue=default,
    )
