"""Running a run again, and ending one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from bot.plugin import Call, Effect, Flag, Ready, command
from bot.prose import short
from bot.reply import Follow, Reply, Strong, line, say
from bot.services.github import run_replies as replies
from bot.services.github.action_beans import Run
from bot.services.github.api import GitHubApi
from bot.services.github.live import follow_run, topic_of
from bot.services.github.site import Place
from bot.services.github.workflow_names import RunRef
from bot.services.github.workflows import RUN, at, look, meant

_RERUN: Final = RUN + "/rerun"
_FAILED: Final = RUN + "/rerun-failed-jobs"
_CANCEL: Final = RUN + "/cancel"


async def _show_rerun(
    call: Call[GitHubApi], _: Mapping[str, Any], run: RunRef, **flags: bool
) -> Ready | Reply:
    place, found = await _found(call, run)
    link = replies.run_link(call.api.site, place, found)
    if not found.ended:
        return say(link, f" has not ended yet: it is {found.standing}.")
    branch = f" on {short(found.head_branch, 100)}" if found.head_branch else ""
    shown = say(link, f"{branch}: {found.standing}.")
    file = found.path.partition("@")[0].rpartition("/")[2]
    also = tuple(f"run {name} {found.head_branch}" for name in (file, f"{place} {file}"))
    unknown = not (file and found.head_branch)  # so that no pattern could see what it is
    return Ready({**flags, "run": RunRef(f"{place} {found.id}")}, shown, ask=unknown, also=also)


@command(
    "rerun",
    aliases=("run rerun",),
    effect=Effect.WRITE,
    examples=("rerun 16543210987", "rerun acme/site 16543210987 --failed"),
    prepare=_show_rerun,
    follow=follow_run,
)
async def rerun(
    call: Call[GitHubApi], run: RunRef, failed: Flag = False, no_follow: Flag = False
) -> Reply:
    """Run a run again, as yourself: all of it, or only what has failed.

    With ``--failed`` only the jobs run again that have failed, and those that need them.
    """
    place, found = await _found(call, run)
    path = _FAILED if failed else _RERUN
    await call.api.change("POST", path, at(place, run.id), f"run {run.id} in {place}")
    link = replies.run_link(call.api.site, place, found)
    what = "the failed jobs of " if failed else ""
    said = line(f"Started {what}", link, " again as ", Strong(call.account), ".")
    state = {"place": place.name, "run": found.id, "called": link.text, "mine": True}
    state["after"] = found.run_attempt
    follow = None if no_follow else Follow(topic_of(place, found.id), state)
    return Reply((said,), about=link, follow=follow)


async def _show_cancel(call: Call[GitHubApi], _: Mapping[str, Any], run: RunRef) -> Ready | Reply:
    place, found = await _found(call, run)
    link = replies.run_link(call.api.site, place, found)
    if found.ended:
        return say(link, f" has ended already: {found.standing}.")
    shown = say(link, f", started by {found.triggering_actor.login}.")
    return Ready({"run": RunRef(f"{place} {found.id}", called=link.text)}, shown)


@command(
    "cancel",
    aliases=("run cancel",),
    effect=Effect.WRITE,
    examples=("cancel 16543210987", "cancel acme/site 16543210987"),
    prepare=_show_cancel,
    follow=follow_run,
)
async def cancel(call: Call[GitHubApi], run: RunRef) -> Reply:
    """End a run that goes on."""
    place, number = meant(call.api, run)
    await call.api.change("POST", _CANCEL, at(place, number), f"run {number} in {place}")
    link = call.api.site.link(place, f"actions/runs/{number}", run.called or f"run {number}")
    said = line("Told ", link, " to end, as ", Strong(call.account), ".")
    state = {"place": place.name, "run": number}
    return Reply((said,), about=link, follow=Follow(topic_of(place, number), state))


async def _found(call: Call[GitHubApi], run: RunRef) -> tuple[Place, Run]:
    place, number = meant(call.api, run)
    return place, await look(call.api, place, number)
