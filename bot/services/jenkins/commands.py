"""What can be said to Jenkins. The words are those of the original scripts."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Iterator
from typing import Final

from bot.errors import Invalid, NotFound, ServiceError, UserError
from bot.plugin import Call, Effect, command
from bot.reply import Line, Mono, Reply, Strong, line, say
from bot.services.jenkins import replies
from bot.services.jenkins.api import JenkinsApi, Queued
from bot.services.jenkins.arguments import Params
from bot.services.jenkins.beans import Job, Jobs
from bot.services.jenkins.definitions import check
from bot.services.jenkins.names import Filter, FolderPath, JobPath, Page

_PAUSES: Final = (0.1, 0.2, 0.4, 0.8)  # seconds between looks at the queue; the last one repeats


@command("list", examples=("list", "list deploy"))
async def list_jobs(
    call: Call[JenkinsApi],
    filter: Filter = Filter(),  # noqa: A002, B008 - the word that users know; frozen
    page: Page = Page(),  # noqa: B008 - frozen
) -> Reply:
    """List jobs with their state and a number; with words, search all folders for them."""
    if not filter.words:
        return _listing("Jobs", _level(await call.api.rows(FolderPath())), page)
    found = [entry for entry in _deep(await call.api.all_rows()) if filter.fits(entry[0])]
    if not found:
        return say("No job that you can see has that in its name.")
    return _listing(f"Jobs with {' '.join(filter.words)}", found, page)


@command("ls", examples=("ls", "ls /team/backend"))
async def ls(
    call: Call[JenkinsApi],
    folder: FolderPath = FolderPath(),  # noqa: B008 - frozen
    page: Page = Page(),  # noqa: B008 - frozen
) -> Reply:
    """List what is in a folder."""
    return _listing(f"/{folder}", _level(await call.api.rows(folder)), page)


@command("describe", examples=("describe deploy-prod", "describe 3"))
async def describe(call: Call[JenkinsApi], job: JobPath) -> Reply:
    """Show a job: state, health, parameters, last build."""
    return replies.described(call.api.site, job, await call.api.job(job))


@command("last", examples=("last deploy-prod", "last 3"))
async def last(call: Call[JenkinsApi], job: JobPath) -> Reply:
    """Show the last build of a job."""
    found = await call.api.last(job)
    _must_be_job(job, found)
    return replies.last(call.api.site, job, found.last_build)


@command(
    "build",
    effect=Effect.WRITE,
    aliases=("b",),
    examples=("build deploy-prod", 'build team/deploy ENV=prod NOTE="two words"', "b 3, ENV=prod"),
)
async def build(
    call: Call[JenkinsApi],
    job: JobPath,
    params: Params = Params(),  # noqa: B008 - frozen
) -> Reply:
    """Start a build, as yourself."""
    found = await call.api.job(job)
    _must_be_job(job, found)
    if found.full_name not in ("", job.name):  # what is asked and confirmed is what is built
        raise UserError("No job is spelled quite like that.", f"Did you mean {found.full_name}?")
    if not found.buildable:
        raise Invalid(f"job '{job}' is disabled, or cannot be built")
    pairs = check(found.definitions, params)
    queued = await call.api.start(job, found, pairs)
    return replies.with_note(await _follow(call, job, queued), _note(call, found, params))


@command("whoami")
async def whoami(call: Call[JenkinsApi]) -> Reply:
    """Show who you are on Jenkins."""
    me = await call.api.me()
    known_as = f" ({me.full_name})" if me.full_name not in ("", me.id) else ""
    return say("You are ", Strong(me.id), f"{known_as}.")


COMMANDS: Final = (list_jobs, ls, describe, last, build, whoami)


async def _follow(call: Call[JenkinsApi], job: JobPath, queued: Queued) -> Reply:
    """Wait until the queue item has become a build, as long as the site has patience.

    The build has been asked for: whatever goes wrong from here on does not make it undone.
    """
    site, why = call.api.site, ""
    if queued.item is None:
        return replies.waiting(site, job, None, why, twin=queued.twin)
    until = site.clock() + site.patience
    for pause in _pauses():
        try:
            item = await call.api.queue_item(queued.item)
        except NotFound:
            return await _lost(call, job, queued)
        except ServiceError:
            break
        if item.cancelled:
            return replies.cancelled(job)
        if item.executable is not None:
            return replies.started(site, job, item.executable.number, call.account)
        if site.clock() + pause > until:
            break
        if item.why != why:
            why = item.why
            state = replies.waiting(site, job, queued.item, why, twin=queued.twin)
            await call.progress.update(state)
        await asyncio.sleep(pause)
    return replies.waiting(site, job, queued.item, why, twin=queued.twin)


async def _lost(call: Call[JenkinsApi], job: JobPath, queued: Queued) -> Reply:
    """Jenkins forgets items five minutes after they left; its builds still know theirs."""
    site, item = call.api.site, queued.item or 0
    try:
        found = await call.api.build_of(job, item)
    except ServiceError:
        found = None
    if found is None:
        return replies.waiting(site, job, item, "", twin=queued.twin)
    return replies.started(site, job, found.number, call.account)


def _pauses() -> Iterator[float]:
    yield from _PAUSES
    while True:
        yield _PAUSES[-1]


def _note(call: Call[JenkinsApi], job: Job, params: Params) -> Line | None:
    """A word to those who say a password where others read it."""
    hidden = {d.name for d in job.definitions if d.kind == "Password"}
    shown = [name for name, _ in params.pairs if name in hidden]
    if not shown or call.actor.private:
        return None
    return line(
        *("Everybody in this room can read what you gave as ", Mono(", ".join(shown)), ": "),
        "delete your message, and say such a thing to me directly.",
    )


def _must_be_job(path: JobPath, job: Job) -> None:
    if job.color is None:
        raise UserError(f"{path} is a folder.", f"`ls {path}` shows what is in it.")


def _listing(title: str, entries: Iterable[replies.Entry], page: Page) -> Reply:
    found = list(entries)
    if not found:
        return say(f"{title}: nothing that you can see.")
    pages = -(-len(found) // replies.PER_PAGE)
    if page.number > pages:
        raise UserError(f"There is no page {page.number}.", f"The last one is page {pages}.")
    return replies.listing(title, found, page.number)


def _level(found: Jobs) -> Iterator[replies.Entry]:
    for row in found.jobs or ():
        yield f"{found.full_name}/{row.name}" if found.full_name else row.name, row


def _deep(found: Jobs) -> Iterator[replies.Entry]:
    for name, row in _level(found):
        yield name, row
        yield from _deep(Jobs.model_construct(full_name=name, jobs=row.jobs))
