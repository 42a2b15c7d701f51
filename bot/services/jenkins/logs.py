"""The log of a build: its end in a message, all of it as a file, or as it grows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from bot.plugin import Call, Flag, Step, command
from bot.prose import short
from bot.reply import Block, Follow, Inline, Pre, Reply, Strong, line
from bot.services.jenkins.api import JenkinsApi
from bot.services.jenkins.console import MOST, Log, ending
from bot.services.jenkins.finding import prepare_job
from bot.services.jenkins.live import running_number
from bot.services.jenkins.names import JobPath
from bot.services.jenkins.numbers import BuildNumber, BuiltJob
from bot.services.jenkins.status import Run

_LINES: Final = 40
_LIVE_LINES: Final = 20
_LIVE_MOST: Final = 16 * 1024  # bytes that are looked at for those
_WAITS: Final = (3.0, 15.0)  # seconds: after something new, and at most


async def follow_log(call: Call[JenkinsApi], state: Mapping[str, Any]) -> Step:
    """The end of a log as it is now; ``size`` is how long it was last time."""
    run = Run(call.api.site, JobPath(state["job"]), int(state["number"]))
    log = await ending(call.api, run.path, run.number, _LIVE_MOST)
    if not log.more:
        build = await call.api.run(run.path, run.number)
        if not build.building:
            title = line("The log of ", run.link, ": ", Strong(short(build.result or "ended")), ".")
            return Step(_shown(run, title, log, _LIVE_LINES), None)
    shortest, longest = _WAITS
    wait = shortest
    if log.size == state.get("size"):
        wait = min(longest, float(state.get("wait", shortest)) * 1.5)
    title = line("The log of ", run.link, ", as it comes:")
    state = {"job": run.path.name, "number": run.number, "size": log.size, "wait": wait}
    return Step(_shown(run, title, log, _LIVE_LINES), state, wait)


@command(
    "log",
    examples=("log deploy-prod", "log deploy-prod 12", "log 3 12", "log deploy-prod --follow"),
    prepare=prepare_job,
    follow=follow_log,
)
async def log(
    call: Call[JenkinsApi],
    job: BuiltJob,
    number: BuildNumber = BuildNumber(),
    follow: Flag = False,
) -> Reply:
    """Show the end of a build's log; all of it as a file, where it is longer.

    Without a number it is the build that runs, or the last one. With ``--follow`` the answer shows
    the end as it grows.
    """
    run = Run(call.api.site, job, number.number or await running_number(call.api, job))
    if follow:
        step = await follow_log(call, {"job": job.name, "number": run.number})
        if step.state is None:
            return step.reply
        return replace(step.reply, follow=Follow(job.name, step.state))
    found = await ending(call.api, job, run.number)
    reply = _shown(run, line(*_title(run, found)), found, _LINES)
    if found.fits(_LINES):
        return reply
    return replace(reply, file=found.file(job, run.number))


def _title(run: Run, log: Log) -> tuple[Inline, ...]:
    still = " so far" if log.more else ""
    if not log.text.strip():
        return (f"The log{still} of ", run.link, " is empty.")
    if log.fits(_LINES):
        return (f"The log{still} of ", run.link, ":")
    if log.whole:
        return (f"The end of the log{still} of ", run.link, "; all of it is in the file.")
    most = MOST // 1024**2
    return (f"The end of the log{still} of ", run.link, f"; its last {most} MiB are in the file.")


def _shown(run: Run, title: Block, log: Log, lines: int) -> Reply:
    end = log.end(lines)
    return Reply((title, Pre(end)) if end else (title,), about=run.link)
