"""Ending a build that runs."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from dataclasses import replace
from typing import Any, Final

from bot.errors import ServiceError
from bot.plugin import Call, Effect, Question, Ready, command
from bot.reply import Reply
from bot.services.jenkins import change_replies as replies
from bot.services.jenkins.api import JenkinsApi
from bot.services.jenkins.beans import Bean, Build, Many
from bot.services.jenkins.durations import short_pauses
from bot.services.jenkins.finding import Answers, prepare_change
from bot.services.jenkins.names import JobPath
from bot.services.jenkins.numbers import BuildNumber, BuiltJob
from bot.services.jenkins.orders import order

_PATIENCE: Final = 3.0  # seconds until an answer, whether it has ended or not
_RECENT: Final = 50  # builds, of which some may run
_RUNS: Final = (
    "builds[number,building,timestamp,actions[causes[shortDescription]]]"
    f"{{0,{_RECENT}}},queueItem[id]"
)


class Ticket(Bean):
    """Where a job stands in the queue."""

    id: int


class Runs(Bean):
    """The last builds of a job, and the one that waits."""

    builds: Many[Build]
    queue_item: Ticket | None = None


async def _prepare_abort(
    call: Call[JenkinsApi], answers: Answers, *, job: JobPath, **others: Any
) -> Ready | Question | Reply:
    """Look which build is meant, so that a "yes" is for that one and no other."""
    outcome = await prepare_change(call, answers, job=job, **others)
    if not isinstance(outcome, Ready) or "number" in outcome.arguments:
        return outcome
    number = await _only(call.api, outcome.arguments["job"])
    if isinstance(number, Reply):
        return number
    return replace(outcome, arguments={**outcome.arguments, "number": BuildNumber(number)})


@command(
    "abort",
    effect=Effect.WRITE,
    examples=("abort deploy-prod", "abort deploy-prod 12"),
    prepare=_prepare_abort,
)
async def abort(
    call: Call[JenkinsApi],
    job: BuiltJob,
    number: BuildNumber = BuildNumber(),
) -> Reply:
    """Stop a build that runs; the number can be left out where only one does."""
    chosen = number.number or await _only(call.api, job)
    if isinstance(chosen, Reply):
        return chosen
    build = await call.api.run(job, chosen)
    if not build.building:
        return replies.ended(call.api.site, job, build)
    await order(call.api, f"{job.item}/{chosen}/stop", f"build {job} #{chosen}")
    try:
        build = await _settled(call.api, job, build)
    except ServiceError:  # it was told to stop, whatever goes wrong from here on
        return replies.unseen(call.api.site, job, chosen)
    return replies.aborted(call.api.site, job, build, call.account)


async def _only(api: JenkinsApi, job: JobPath) -> int | Reply:
    """The one build that runs, or what to say where there is not just one."""
    found = await api.read(Runs, job.item, _RUNS, f"job '{job}'")
    running = [build for build in found.builds if build.building]
    if len(running) == 1:
        return running[0].number
    if running:
        return replies.which(api.site, job, running, api.now * 1000)
    return replies.idle(api.site, job, found.queue_item.id if found.queue_item else 0)


async def _settled(api: JenkinsApi, job: JobPath, build: Build) -> Build:
    """The build when it has ended, or as it was last seen."""
    with suppress(TimeoutError):
        async with asyncio.timeout(min(_PATIENCE, api.site.patience)):
            for pause in short_pauses():
                build = await api.run(job, build.number)
                if not build.building:
                    break
                await asyncio.sleep(pause)
    return build
