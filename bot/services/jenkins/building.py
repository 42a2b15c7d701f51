"""Starting builds, as oneself."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from bot.errors import NotFound, ServiceError, UserError
from bot.plugin import Call, Effect, Flag, Question, Ready, command
from bot.reply import Follow, Reply
from bot.services.jenkins import replies, status
from bot.services.jenkins.api import JenkinsApi, Queued
from bot.services.jenkins.arguments import Params
from bot.services.jenkins.asking import settle
from bot.services.jenkins.beans import Job
from bot.services.jenkins.definitions import check
from bot.services.jenkins.durations import short_pauses
from bot.services.jenkins.finding import (
    Answers,
    arguments,
    find,
    must_be_no_folder,
    must_be_spelled,
)
from bot.services.jenkins.forms import in_full
from bot.services.jenkins.live import follow_build
from bot.services.jenkins.names import JobPath
from bot.services.jenkins.status import Run


async def _prepare_build(
    call: Call[JenkinsApi],
    answers: Answers,
    *,
    job: JobPath,
    params: Params = Params(),
    **others: Any,
) -> Ready | Question | Reply:
    """Find the job, and have everything that it needs."""
    found = await find(call.api, job)
    if isinstance(found, Reply):
        return found
    settled = settle(found.job.definitions, params, answers, private=call.actor.private)
    must_be_buildable(found.path, found.job)  # a password that others read is told of in any case
    if isinstance(settled, Question):
        return settled
    if settled:
        others["params"] = settled
    also = in_full((f"build {found.path}",), found.job.definitions, settled)
    return Ready(arguments(found, others), ask=not found.sure, also=also)


@command(
    "build",
    effect=Effect.WRITE,
    aliases=("b",),
    examples=("build deploy-prod", 'build team/deploy ENV=prod NOTE="two words"', "b 3, ENV=prod"),
    prepare=_prepare_build,
    follow=follow_build,
)
async def build(
    call: Call[JenkinsApi],
    job: JobPath,
    params: Params = Params(),
    no_follow: Flag = False,
) -> Reply:
    """Start a build, as yourself.

    The answer goes on to show how it goes, to the end; with ``--no-follow`` only that it has begun.

    What the job needs and you have not given is asked for. A password is never typed in a room:
    say ``NAME=`` with nothing behind it, and it is asked for in our direct message.
    """
    return await start(call, job, params, follow=not no_follow)


async def start(call: Call[JenkinsApi], job: JobPath, params: Params, *, follow: bool) -> Reply:
    """Start a build under exactly this name, with exactly these parameters."""
    found = await call.api.seen(job)
    must_be_spelled(job, found.full_name)
    must_be_buildable(job, found)
    pairs = check(found.definitions, params)
    queued = await call.api.start(job, found, pairs)
    patience = call.api.site.moment if follow else call.api.site.patience
    reply, state = await _wait(call, job, queued, patience)
    if state is None or not follow:
        return reply
    return replace(reply, follow=Follow(job.name, state))


def must_be_buildable(path: JobPath, job: Job) -> None:
    """Refuse what Jenkins would refuse.

    Raises:
        UserError: it is a folder, or disabled, or of a kind that is not built.
    """
    must_be_no_folder(path, job.color)
    if job.buildable:
        return
    if (job.color or "").startswith("disabled"):
        raise UserError(f"{path} is disabled.", f"`enable {path}` lets it be built again.")
    raise UserError(f"{path} cannot be built.")


async def _wait(
    call: Call[JenkinsApi], job: JobPath, queued: Queued, patience: float
) -> tuple[Reply, Mapping[str, Any] | None]:
    """Wait until the queue item has become a build; what there is to say, and what to follow.

    The build has been asked for: whatever goes wrong from here on does not make it undone.
    """
    site, why = call.api.site, ""
    if queued.item is None:
        return replies.waiting(site, job, None, why, twin=queued.twin), None
    state = {"job": job.name, "item": queued.item, "twin": queued.twin, "mine": not queued.twin}
    until = site.clock() + patience
    for pause in short_pauses():
        try:
            item = await call.api.queue_item(queued.item)
        except NotFound:
            return await _left(call, job, queued, state)
        except ServiceError:
            break
        if item.cancelled:
            return replies.cancelled(job), None
        if item.executable is not None:
            return _started(call, job, item.executable.number, twin=queued.twin)
        if site.clock() + pause > until:
            break
        if item.why != why:
            why = item.why
            shown = replies.waiting(site, job, queued.item, why, twin=queued.twin)
            await call.progress.update(shown)
        await asyncio.sleep(pause)
    return replies.waiting(site, job, queued.item, why, twin=queued.twin), state


async def _left(
    call: Call[JenkinsApi], job: JobPath, queued: Queued, state: Mapping[str, Any]
) -> tuple[Reply, Mapping[str, Any]]:
    """Jenkins forgets items five minutes after they left; its builds still know theirs."""
    site, item = call.api.site, queued.item or 0
    try:
        found = await call.api.build_of(job, item)
    except ServiceError:
        found = None
    if found is None:
        return replies.waiting(site, job, item, "", twin=queued.twin), state
    return _started(call, job, found.number, twin=queued.twin)


def _started(
    call: Call[JenkinsApi], job: JobPath, number: int, *, twin: bool
) -> tuple[Reply, Mapping[str, Any]]:
    run = Run(call.api.site, job, number, call.account)
    return status.started(run, twin=twin), {"job": job.name, "number": number, "mine": not twin}
