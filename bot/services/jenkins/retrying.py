"""Building once more what was built before."""

from __future__ import annotations

from typing import Any

from bot.plugin import Call, Effect, Flag, Question, Ready, command
from bot.reply import Block, Mono, Reply, line
from bot.services.jenkins.api import JenkinsApi
from bot.services.jenkins.arguments import Params, Value
from bot.services.jenkins.asking import settle
from bot.services.jenkins.beans import Build, Definition, Job
from bot.services.jenkins.building import must_be_buildable, start
from bot.services.jenkins.finding import Answers, arguments, find
from bot.services.jenkins.forms import in_full
from bot.services.jenkins.live import follow_build, last_of
from bot.services.jenkins.numbers import BuildNumber, BuiltJob
from bot.services.jenkins.status import Run


async def _prepare_retry(
    call: Call[JenkinsApi],
    answers: Answers,
    *,
    job: BuiltJob,
    number: BuildNumber | None = None,
    params: Params = Params(),
    **others: Any,
) -> Ready | Question | Reply:
    """Find the build, and take its parameters over; what is typed takes their place."""
    found = await find(call.api, job, number)
    if isinstance(found, Reply):
        return found
    path, definitions = found.path, found.job.definitions
    must_be_buildable(path, found.job)
    build = last_of(path, found.job)
    if found.number and found.number.number != build.number:
        build = await call.api.run(path, found.number.number)
    known, unknown = _taken_over(definitions, build, params)
    settled = settle(definitions, known, answers, private=call.actor.private, unknown=unknown)
    if isinstance(settled, Question):
        return settled
    others |= {"number": BuildNumber(build.number), **({"params": settled} if settled else {})}
    preview = _preview(Run(call.api.site, path, build.number), build, found.job, settled)
    heads = (f"build {path}", f"retry {path}", f"retry {path} {build.number}")
    also = in_full(heads, definitions, settled)
    return Ready(arguments(found, others), preview, ask=not found.sure, also=also)


@command(
    "retry",
    effect=Effect.WRITE,
    examples=("retry deploy-prod", "retry deploy-prod 12", "retry deploy-prod 12 ENV=staging"),
    prepare=_prepare_retry,
    follow=follow_build,
)
async def retry(
    call: Call[JenkinsApi],
    job: BuiltJob,
    number: BuildNumber = BuildNumber(),  # noqa: ARG001 - what is built stands in params
    params: Params = Params(),
    no_follow: Flag = False,
) -> Reply:
    """Start a build with the parameters of an earlier one, the last if you name none.

    Parameters that you type take the place of those. Passwords cannot be read back: I ask for them
    in our direct message. With ``--no-follow`` the answer shows only that it has begun.
    """
    return await start(call, job, params, follow=not no_follow)


def _taken_over(
    definitions: tuple[Definition, ...], build: Build, params: Params
) -> tuple[Params, frozenset[str]]:
    """What was typed, else what the build was given; and what that was but is not shown."""
    given, typed = build.parameters, dict(params.pairs)
    pairs: list[tuple[str, Value]] = list(params.pairs)
    unknown: set[str] = set()
    for definition in definitions:
        name = definition.name
        if name in typed or name not in given:
            continue
        value = given[name]
        if not definition.hidden and isinstance(value, str | bool | int | float):
            pairs.append((name, str(value).lower() if isinstance(value, bool) else str(value)))
        else:
            unknown.add(name)
    return Params(tuple(pairs)), frozenset(unknown)


def _preview(run: Run, build: Build, job: Job, params: Params) -> Reply:
    known = {definition.name for definition in job.definitions}
    gone = [name for name in build.parameters if name not in known]
    blocks: list[Block] = [line("As ", run.link, " was", *_with(params), ".")]
    if gone:
        blocks.append(line("The job does not take ", Mono(", ".join(gone)), " any more."))
    return Reply(tuple(blocks))


def _with(params: Params) -> tuple[str | Mono, ...]:
    return (": ", Mono(params.masked())) if params else ()
