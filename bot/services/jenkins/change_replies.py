"""What was done to Jenkins' builds, queue and jobs, in an answer."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from bot.prose import counted, short
from bot.reply import Inline, Link, Reply, Strong, Typed, bullets, line, say
from bot.services.jenkins.beans import Build
from bot.services.jenkins.causes import starter
from bot.services.jenkins.names import JobPath
from bot.services.jenkins.numbers import typed
from bot.services.jenkins.places import Place
from bot.services.jenkins.plant_replies import job_link
from bot.services.jenkins.site import Site
from bot.services.jenkins.spans import span
from bot.services.jenkins.waiting import Task

_NAME: Final = 200  # characters of a name


def idle(site: Site, job: JobPath, item: int) -> Reply:
    """Nothing runs that could be aborted; ``item`` waits in the queue, if it is not 0."""
    said: list[Inline] = [site.link(job), " is not running."]
    if item:
        said += [" It waits in the queue, and ", Typed(f"cancel {item}"), " takes it out."]
    return Reply((line(*said),), about=site.link(job))


def which(site: Site, job: JobPath, builds: Sequence[Build], now: float) -> Reply:
    """Several builds run."""
    entries = [
        line(
            Link(f"#{build.number}", site.build_link(job, build.number).url),
            f", for {span(now - build.timestamp)}",
            *_by(build.causes),
        )
        for build in builds
    ]
    return Reply(
        (
            line(f"{counted(len(builds), 'build')} of {job} are running. Which one?"),
            bullets(entries),
            line("Say ", _stop(job, builds[0].number), ", for example."),
        )
    )


def ended(site: Site, job: JobPath, build: Build) -> Reply:
    """It had ended before anybody asked for it."""
    link = site.build_link(job, build.number)
    result = Strong(short(build.result or "without a result"))
    return Reply((line(link, " is not running: it ended ", result, "."),), about=link)


def aborted(site: Site, job: JobPath, build: Build, account: str) -> Reply:
    """What became of a build that was to stop."""
    link = site.build_link(job, build.number)
    if build.building or build.result is None:
        said: tuple[Inline, ...] = ("Asked ", link, " to stop, as ", Strong(account), ".")
        later = (" It is still winding down: ", Typed(f"last {job}"), " tells how it ends.")
        return Reply((line(*said, *later),), about=link)
    took = span(build.duration)
    if build.result == "ABORTED":
        return Reply(
            (line("Aborted ", link, " as ", Strong(account), f", after {took}."),), about=link
        )
    result = Strong(short(build.result))
    return Reply(
        (line(link, " ended by itself, before it could be stopped: ", result, "."),), about=link
    )


def unseen(site: Site, job: JobPath, number: int) -> Reply:
    """It was asked for, and what came of it cannot be seen at the moment."""
    link = site.build_link(job, number)
    said = " to stop, but cannot see what became of it. Look before you say it again."
    return Reply((line("I asked ", link, said),), about=link)


def cancelled(site: Site, item: int, task: Task | None, account: str) -> Reply:
    """It does not wait any more."""
    what = job_link(site, task.place if task else None, task.name if task else "")
    return say("Took ", what, f" out of the queue (item {item}) as ", Strong(account), ".")


def gone(item: int) -> Reply:
    """It is not in the queue, whether it was there or not."""
    return say(f"There is no item {item} in the queue (any more).")


def cancelled_before(item: int) -> Reply:
    """Somebody else was faster."""
    return say(f"Item {item} is not in the queue any more: it was cancelled already.")


def left(site: Site, item: int, place: Place | None, number: int) -> Reply:
    """It has become a build."""
    said = f"Item {item} is not in the queue any more: it started as "
    if place is None:
        return say(said, f"#{number}.")
    link = site.build_link(place.job, number)
    stop = _stop(place.job, number)
    return Reply((line(said, link, ". ", stop, " would stop it."),), about=link)


def switched(site: Site, job: JobPath, account: str, *, on: bool, emptied: bool) -> Reply:
    """A job can be built now, or not. ``emptied``: what waited of it does not any more."""
    link = site.link(job)
    meaning = "it can be built again" if on else "it is not built until somebody enables it"
    begin = "Enabled " if on else "Disabled "
    more = " Jenkins took the build that waited out of its queue." if emptied and not on else ""
    return Reply((line(begin, link, " as ", Strong(account), f": {meaning}.{more}"),), about=link)


def switched_before(site: Site, job: JobPath, *, on: bool) -> Reply:
    """It was so already."""
    link, state = site.link(job), "enabled" if on else "disabled"
    return Reply((line(link, f" is {state} already: nothing was changed."),), about=link)


def unseen_switch(site: Site, job: JobPath, *, on: bool) -> Reply:
    """It was asked for, and whether it was done cannot be seen at the moment."""
    link, way = site.link(job), "enable" if on else "disable"
    said = ", but cannot see whether it did. Look before you say it again."
    return Reply((line(f"I asked Jenkins to {way} ", link, said),), about=link)


def _by(causes: Sequence[str]) -> tuple[str, ...]:
    return (f", started by {short(starter(causes), _NAME)}",) if causes else ()


def _stop(job: JobPath, number: int) -> Typed:
    return Typed(f"abort {typed(job, number)}")
