"""How Jenkins' things look in an answer. What comes from Jenkins is text in it, never markup."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from bot.prose import short
from bot.reply import (
    Block,
    Inline,
    Line,
    Mono,
    Reply,
    Strong,
    Table,
    bullets,
    line,
    numbered,
    say,
)
from bot.services.jenkins.beans import Build, Definition, Job
from bot.services.jenkins.definitions import choices
from bot.services.jenkins.names import JobPath
from bot.services.jenkins.rows import Entry, Row, state
from bot.services.jenkins.site import Site
from bot.services.jenkins.spans import span

PER_PAGE: Final = 50


def listing(title: str, entries: Sequence[Entry], page: int) -> Reply:
    """One page of a list; numbers go on over the pages, and each keeps its meaning."""
    first = (page - 1) * PER_PAGE
    shown = entries[first : first + PER_PAGE]
    blocks: list[Block] = [line(title)]
    if shown:
        blocks.append(numbered([_entry(*entry) for entry in shown], start=first + 1))
    rest = len(entries) - first - len(shown)
    if rest > 0:
        blocks.append(line(f"{rest} more: say the same with ", Mono(f"page {page + 1}"), "."))
    return Reply(tuple(blocks), listing=tuple(name for name, _ in entries))


def described(site: Site, path: JobPath, job: Job) -> Reply:
    """Everything about a job that fits into an answer."""
    folder = job.color is None
    status = short(state(job.color))
    if not (folder or job.buildable or status == "DISABLED"):
        status = f"{status}, cannot be built"
    blocks: list[Block] = [line(site.link(path), f": {status}")]
    if job.description:
        blocks.append(line(short(job.description)))
    if job.health:
        blocks.append(bullets([line(short(each.description)) for each in job.health]))
    if job.definitions:
        blocks.append(parameters(job.definitions))
    if not folder:
        never = line("It has never been built.")
        blocks.append(_last_line(site, path, job.last_build) if job.last_build else never)
    return Reply(tuple(blocks))


def last(site: Site, path: JobPath, build: Build | None) -> Reply:
    """The last build, with why it was started."""
    if build is None:
        return say(site.link(path), " has never been built.")
    blocks: list[Block] = [_last_line(site, path, build)]
    if build.causes:
        blocks.append(bullets([line(short(cause)) for cause in build.causes]))
    if build.description:
        blocks.append(line(short(build.description)))
    return Reply(tuple(blocks))


def waiting(site: Site, path: JobPath, item: int | None, why: str, *, twin: bool) -> Reply:
    """The build is in the queue."""
    begin = "An equal build was waiting already: " if twin else "Queued: "
    place: Inline = site.queue_link(item) if item else "the queue"
    parts: list[Inline] = [begin, site.link(path), " is in ", place, "."]
    if why:
        parts.append(f" {short(why)}")
    return Reply((line(*parts),), about=site.link(path))


def cancelled(path: JobPath) -> Reply:
    """Somebody took it out of the queue."""
    return Reply((line(Mono(path.name), " was cancelled in the queue before it started."),))


def lost(path: JobPath) -> Reply:
    """It left the queue, and nobody knows as what."""
    return say(Mono(path.name), " is in the queue no more, and none of its last builds was it.")


def parameters(definitions: Sequence[Definition]) -> Table:
    """What a job or a question takes."""
    rows = tuple(
        (
            Mono(short(definition.name)),
            short(", ".join(choices(definition)) or definition.kind),
            short(definition.default or ""),
            short(definition.description),
        )
        for definition in definitions
    )
    return Table(("Parameter", "Values", "Default", "Description"), rows)


def _entry(name: str, row: Row) -> Line:
    shown = short(name if row.color is not None else f"{name}/")
    return line(f"{short(state(row.color))} ", Mono(shown))


def _last_line(site: Site, path: JobPath, build: Build) -> Line:
    link = site.build_link(path, build.number)
    when = f"started {build.started:%Y-%m-%d %H:%M} UTC"
    if build.building or build.result is None:
        return line("Last build: ", link, f" is running, {when}.")
    told = f", {when}, took {span(build.duration)}."
    return line("Last build: ", link, " ", Strong(short(build.result)), told)
