"""Following a build to its end. All that is known of it between two looks is a small state."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from bot.errors import NotFound, ServiceError, UserError
from bot.plugin import Call, Flag, Question, Ready, Step, command
from bot.reply import Follow, Reply, say
from bot.services.jenkins import replies, status
from bot.services.jenkins.api import JenkinsApi
from bot.services.jenkins.beans import Build, Job
from bot.services.jenkins.console import ending
from bot.services.jenkins.durations import pause
from bot.services.jenkins.finding import Answers, arguments, find
from bot.services.jenkins.names import JobPath
from bot.services.jenkins.numbers import BuildNumber, BuiltJob
from bot.services.jenkins.pipeline import Pending, Pipeline, pending, pipeline
from bot.services.jenkins.status import Run

State = Mapping[str, Any]
"""``job`` and ``number``; before that is known, ``item`` and ``twin``. ``mine``: it was just
started by who follows it. ``plain``: there is nothing to know of its stages. ``told``: the ids of
the questions that its follower was told of."""

_LONG: Final = 60_000  # ms that a build takes
_ENOUGH: Final = 256 * 1024  # bytes of the log of a failed build


async def follow_build(call: Call[JenkinsApi], state: State) -> Step:
    """Look how far a build is, from the queue to its result."""
    path = JobPath(state["job"])
    number = state.get("number")
    if number is None:
        found = await _in_queue(call, path, state)
        if isinstance(found, Step):
            return found
        number = found
        state = {key: value for key, value in state.items() if key not in ("item", "twin")}
        state["number"] = number
    run = Run(call.api.site, path, number, call.account if state.get("mine") else "")
    build = await call.api.run(path, number)
    if build.building:
        return await _running(call, run, build, state)
    return await _ended(call, run, build)


async def _in_queue(call: Call[JenkinsApi], path: JobPath, state: State) -> Step | int:
    """The number of the build that the item became; or that it still waits, or never will be."""
    api, item = call.api, int(state["item"])
    try:
        found = await api.queue_item(item)
    except NotFound:  # five minutes after it left
        build = await api.build_of(path, item)
        return build.number if build else Step(replies.lost(path), None)
    if found.cancelled:
        return Step(replies.cancelled(path), None)
    if found.executable is not None:
        return found.executable.number
    shown = replies.waiting(api.site, path, item, found.why, twin=bool(state.get("twin")))
    since = found.in_queue_since / 1000
    return Step(shown, state, pause(api.now - since) if since else pause(0))


async def _running(call: Call[JenkinsApi], run: Run, build: Build, state: State) -> Step:
    api = call.api
    stages = await _stages(api, run, build) if not state.get("plain") else None
    if stages is None and build.is_pipeline:
        state = {**state, "plain": True}
    questions = await _questions(api, run) if stages and stages.asks else ()
    stage = stages.running if stages else ""
    elapsed = api.now - build.timestamp / 1000
    told, asked = state.get("told", []), [question.id for question in questions]
    new = [question for question in questions if question.id not in told]
    return Step(
        status.running(run, build, api.now, stage=stage, questions=questions),
        {**state, "told": asked} if new else state,
        pause(elapsed, build.estimated_duration / 1000),
        more=(status.asks(run, new),) if new else (),  # nobody is notified of an edit
    )


async def _ended(call: Call[JenkinsApi], run: Run, build: Build) -> Step:
    stage, more = "", None
    if build.result in status.LOOKED_INTO:
        stages = await _stages(call.api, run, build)
        stage = stages.broken if stages else ""
        try:
            log = await ending(call.api, run.path, run.number, _ENOUGH)
        except ServiceError:  # the result is known all the same
            pass
        else:
            more = status.why(run, log)
    if more is None and build.duration > _LONG:  # they have turned to something else meanwhile
        more = status.over(run, build)
    return Step(status.ended(run, build, stage), None, more=(more,) if more else ())


async def _stages(api: JenkinsApi, run: Run, build: Build) -> Pipeline | None:
    """What is told of them does not hold up what is known already."""
    if not build.is_pipeline:
        return None
    try:
        return await pipeline(api, run.path, run.number)
    except ServiceError:
        return Pipeline()


async def _questions(api: JenkinsApi, run: Run) -> tuple[Pending, ...]:
    try:
        return await pending(api, run.path, run.number)
    except ServiceError:
        return ()


async def _prepare_watch(
    call: Call[JenkinsApi],
    answers: Answers,  # noqa: ARG001 - it asks nothing
    *,
    job: BuiltJob | None = None,
    number: BuildNumber | None = None,
    **others: Any,
) -> Ready | Question | Reply:
    if job is None:
        return Ready(others)
    found = await find(call.api, job, number)
    return found if isinstance(found, Reply) else Ready(arguments(found, others))


@command(
    "watch",
    examples=("watch deploy-prod", "watch deploy-prod 12"),
    prepare=_prepare_watch,
    follow=follow_build,
)
async def watch(
    call: Call[JenkinsApi],
    job: BuiltJob | None = None,
    number: BuildNumber = BuildNumber(),
    stop: Flag = False,
) -> Reply:
    """Follow a build to its end: the one that runs, or the last; or stop it.

    ``watch --stop`` ends everything that you follow in this room, with a job only that.
    """
    if stop:
        return _stopped(await call.following.stop(job.name if job else ""))
    if job is None:
        raise UserError("Which job?", "Say for example `watch deploy-prod`.")
    at = number.number or await running_number(call.api, job)
    step = await follow_build(call, {"job": job.name, "number": at})
    if step.state is None:
        return step.reply
    return replace(step.reply, follow=Follow(job.name, step.state))


async def running_number(api: JenkinsApi, path: JobPath) -> int:
    """The newest build that runs, or else the last one.

    Raises:
        UserError: there is none.
    """
    last = last_of(path, await api.seen(path))
    if last.building:
        return last.number
    return next((b.number for b in await api.recent(path) if b.building), last.number)


def last_of(path: JobPath, job: Job) -> Build:
    """The last build of a job.

    Raises:
        UserError: there is none.
    """
    if job.last_build is None:
        raise UserError(f"{path} has never been built.")
    return job.last_build


def _stopped(topics: tuple[str, ...]) -> Reply:
    if not topics:
        return say("You follow nothing here that I could stop.")
    names = tuple(dict.fromkeys(topics))
    rest = "its build goes on" if len(names) == 1 else "their builds go on"
    return say(f"I no longer follow {', '.join(names)}; {rest}.")
