"""Following a run to its end. All that is known of it between two looks is a small state."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, Final

from bot.errors import NotFound, UserError
from bot.plugin import Call, Flag, Step, command
from bot.reply import Follow, Reply, say
from bot.services.github import run_replies as replies
from bot.services.github.action_beans import Run
from bot.services.github.api import GitHubApi
from bot.services.github.site import Place
from bot.services.github.spans import pause
from bot.services.github.workflow_names import RunRef
from bot.services.github.workflows import jobs_of, look, meant

State = Mapping[str, Any]
"""``place`` and ``run``. ``mine``: it was just started by who follows it. ``after``: the attempt
before the one that is followed. ``called``: its name. ``looks``: how often it was not there yet."""

_PATIENCE: Final = 20  # looks at what is not there yet


async def follow_run(call: Call[GitHubApi], state: State) -> Step:
    """Look how far a run is."""
    place, number = Place(state["place"]), int(state["run"])
    try:
        run = await look(call.api, place, number)
    except NotFound:
        if (later := _later(state)) is None:
            raise
        return Step(_soon(call, state), later)
    later = _later(state)
    if run.run_attempt <= int(state.get("after", 0)) and later is not None:
        return Step(_soon(call, state), later)
    watched = replies.Watched(call.api.site, place, run, call.account if state.get("mine") else "")
    jobs = (
        await jobs_of(call.api, place, number) if run.ended or run.status == "in_progress" else ()
    )
    if run.ended:
        return Step(replies.ended(watched, jobs), None, more=replies.over(watched))
    elapsed = _elapsed(run)
    return Step(replies.running(watched, jobs, elapsed), state, pause(elapsed))


@command(
    "watch",
    aliases=("run watch", "run show", "run view"),
    examples=("watch 16543210987", "watch acme/site 16543210987"),
    follow=follow_run,
)
async def watch(
    call: Call[GitHubApi],
    run: RunRef | None = None,
    stop: Flag = False,
) -> Reply:
    """Show a run, and follow it to its end; or stop following.

    ``watch --stop`` ends everything that you follow in this room, with a run only that.
    """
    if stop:
        topic = topic_of(*meant(call.api, run)) if run else ""
        return _stopped(await call.following.stop(topic))
    if run is None:
        raise UserError("Which run?", "`runs` lists them.")
    place, number = meant(call.api, run)
    step = await follow_run(call, {"place": place.name, "run": number})
    if step.state is None:
        return step.reply
    return replace(step.reply, follow=Follow(topic_of(place, number), step.state))


def topic_of(place: Place, run: int) -> str:
    """What a run is called where it is followed."""
    return f"{place} {run}"


def _later(state: State) -> State | None:
    looks = int(state.get("looks", 0)) + 1
    return {**state, "looks": looks} if looks <= _PATIENCE and _is_new(state) else None


def _is_new(state: State) -> bool:
    return bool(state.get("mine") or state.get("after"))


def _soon(call: Call[GitHubApi], state: State) -> Reply:
    path, called = f"actions/runs/{state['run']}", state.get("called") or f"run {state['run']}"
    link = call.api.site.link(Place(state["place"]), path, called)
    return Reply(say(link, " is about to begin.").blocks, about=link)


def _elapsed(run: Run) -> float:
    return (datetime.now(UTC) - (run.run_started_at or run.created_at)).total_seconds()


def _stopped(topics: tuple[str, ...]) -> Reply:
    if not topics:
        return say("You follow nothing here that I could stop.")
    names = tuple(dict.fromkeys(topics))
    rest = "it goes on" if len(names) == 1 else "they go on"
    return say(f"I no longer follow {', '.join(names)}; {rest}.")
