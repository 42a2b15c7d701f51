"""Looking around: which jobs there are, and what is known of one."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from bot.errors import UserError
from bot.plugin import Call, Question, Ready, command
from bot.reply import Reply, Strong, say
from bot.services.jenkins import replies
from bot.services.jenkins.api import JenkinsApi
from bot.services.jenkins.finding import Answers, arguments, find, find_folder, prepare_job
from bot.services.jenkins.names import Filter, FolderPath, JobPath, Page
from bot.services.jenkins.rows import Entry


@command("list", examples=("list", "list deploy"))
async def list_jobs(
    call: Call[JenkinsApi],
    filter: Filter = Filter(),  # noqa: A002 - the word that users know
    page: Page = Page(),
) -> Reply:
    """List jobs with their state and a number; with words, search all folders for them."""
    if not filter.words:
        return _listing("Jobs", (await call.api.rows(FolderPath())).level(), page)
    entries = (await call.api.all_rows()).deep()
    found = [entry for entry in entries if filter.fits(entry[0])]
    if not found:
        return say("No job that you can see has that in its name.")
    return _listing(f"Jobs with {' '.join(filter.words)}", found, page)


@command("ls", examples=("ls", "ls /team/backend"))
async def ls(
    call: Call[JenkinsApi],
    folder: FolderPath = FolderPath(),
    page: Page = Page(),
) -> Reply:
    """List what is in a folder."""
    found = await find_folder(call.api, folder)
    if isinstance(found, Reply):
        return found
    path, rows = found
    return _listing(f"/{path}", rows.level(), page)


async def _prepare_describe(
    call: Call[JenkinsApi],
    answers: Answers,  # noqa: ARG001 - it asks nothing
    *,
    job: JobPath,
    **others: Any,
) -> Ready | Question | Reply:
    found = await find(call.api, job, folders=True)
    return found if isinstance(found, Reply) else Ready(arguments(found, others))


@command("describe", examples=("describe deploy-prod", "describe 3"), prepare=_prepare_describe)
async def describe(call: Call[JenkinsApi], job: JobPath) -> Reply:
    """Show a job: state, health, parameters, last build."""
    return replies.described(call.api.site, job, await call.api.seen(job))


@command("last", examples=("last deploy-prod", "last 3"), prepare=prepare_job)
async def last(call: Call[JenkinsApi], job: JobPath) -> Reply:
    """Show the last build of a job."""
    found = await call.api.seen(job)
    return replies.last(call.api.site, job, found.last_build)


@command("whoami")
async def whoami(call: Call[JenkinsApi]) -> Reply:
    """Show who you are on Jenkins."""
    me = await call.api.me()
    known_as = f" ({me.full_name})" if me.full_name not in ("", me.id) else ""
    return say("You are ", Strong(me.id), f"{known_as}.")


def _listing(title: str, entries: Iterable[Entry], page: Page) -> Reply:
    found = list(entries)
    if not found:
        return say(f"{title}: nothing that you can see.")
    pages = -(-len(found) // replies.PER_PAGE)
    if page.number > pages:
        raise UserError(f"There is no page {page.number}.", f"The last one is page {pages}.")
    return replies.listing(title, found, page.number)
