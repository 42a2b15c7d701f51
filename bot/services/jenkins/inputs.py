"""The questions that pipelines wait with, answered as oneself."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from bot.errors import NotFound, UserError
from bot.plugin import Call, Effect, Question, Ready, command
from bot.prose import short
from bot.reply import Block, Reply, Strong, line, say
from bot.services.jenkins.api import JenkinsApi
from bot.services.jenkins.arguments import Params
from bot.services.jenkins.asking import settle
from bot.services.jenkins.definitions import check
from bot.services.jenkins.finding import Answers, Found, arguments, find, prepare_job
from bot.services.jenkins.forms import in_full
from bot.services.jenkins.names import JobPath
from bot.services.jenkins.numbers import BuildNumber, BuiltJob
from bot.services.jenkins.pipeline import Pending, abort, pending, proceed
from bot.services.jenkins.replies import parameters
from bot.services.jenkins.status import Run, asked

_WHICH = "which question"


async def _prepare_approve(
    call: Call[JenkinsApi],
    answers: Answers,
    *,
    job: BuiltJob,
    number: BuildNumber | None = None,
    params: Params = Params(),
    **others: Any,
) -> Ready | Question | Reply:
    """Find the question that waits, and have the values that it needs."""
    found = await find(call.api, job, number)
    if isinstance(found, Reply):
        return found
    run, waiting = await _waiting(call.api, found.path, found.number)
    question = _one(waiting, answers)
    if isinstance(question, Question):
        return question
    settled = settle(question.definitions, params, answers, private=call.actor.private)
    if isinstance(settled, Question):
        return settled
    if settled:
        others["params"] = settled
    heads = (f"approve {found.path}", f"approve {found.path} {run.number}")
    also = in_full(heads, question.definitions, settled)
    return replace(_ready(found, run, question, others), also=also)


async def _prepare_reject(
    call: Call[JenkinsApi],
    answers: Answers,
    *,
    job: BuiltJob,
    number: BuildNumber | None = None,
    **others: Any,
) -> Ready | Question | Reply:
    found = await find(call.api, job, number)
    if isinstance(found, Reply):
        return found
    run, waiting = await _waiting(call.api, found.path, found.number)
    question = _one(waiting, answers)
    return question if isinstance(question, Question) else _ready(found, run, question, others)


@command("input", examples=("input deploy-prod", "input deploy-prod 12"), prepare=prepare_job)
async def show_input(
    call: Call[JenkinsApi],
    job: BuiltJob,
    number: BuildNumber = BuildNumber(),
) -> Reply:
    """Show the question that a pipeline waits with, and how to answer it."""
    run, waiting = await _waiting(call.api, job, number)
    blocks: list[Block] = [line(run.link, " waits for an answer.")]
    for question in waiting:
        blocks.append(asked(run, question))
        if question.inputs:
            blocks.append(parameters(question.definitions))
    return Reply(tuple(blocks), about=run.link)


@command(
    "approve",
    effect=Effect.WRITE,
    examples=("approve deploy-prod", "approve deploy-prod 12", "approve deploy-prod 12 ENV=prod"),
    prepare=_prepare_approve,
)
async def approve(
    call: Call[JenkinsApi],
    job: BuiltJob,
    number: BuildNumber = BuildNumber(),
    params: Params = Params(),
) -> Reply:
    """Answer a pipeline's question with yes, as yourself; it goes on.

    What the question needs and you have not given is asked for.
    """
    run, question = await _meant(call.api, job, number)
    pairs = check(question.definitions, params)
    await proceed(call.api, job, run.number, question, pairs)
    return _said("Approved ", run, question, call.account)


@command(
    "reject",
    effect=Effect.WRITE,
    examples=("reject deploy-prod", "reject deploy-prod 12"),
    prepare=_prepare_reject,
)
async def reject(
    call: Call[JenkinsApi],
    job: BuiltJob,
    number: BuildNumber = BuildNumber(),
) -> Reply:
    """Answer a pipeline's question with no, as yourself; its build ends there."""
    run, question = await _meant(call.api, job, number)
    await abort(call.api, job, run.number, question)
    return _said("Rejected ", run, question, call.account)


async def _waiting(
    api: JenkinsApi, path: JobPath, number: BuildNumber
) -> tuple[Run, tuple[Pending, ...]]:
    """The build that waits, and its questions.

    Raises:
        NotFound: there is no build of that number.
        UserError: none waits, or several do.
    """
    if number:
        numbers = [(await api.run(path, number.number)).number]
    else:
        numbers = [build.number for build in await api.recent(path) if build.building]
    found = [(n, waiting) for n in numbers if (waiting := await _pending(api, path, n))]
    if not found:
        if number:
            raise UserError(f"{path} #{number} does not wait for an answer.")
        raise UserError(f"No build of {path} waits for an answer.")
    if len(found) > 1:
        several = ", ".join(f"#{n}" for n, _ in found)
        raise UserError(f"Several builds wait for an answer: {several}.", "Say the number, too.")
    return Run(api.site, path, found[0][0]), found[0][1]


async def _pending(api: JenkinsApi, path: JobPath, number: int) -> tuple[Pending, ...]:
    try:
        return await pending(api, path, number)
    except NotFound:  # no pipeline
        return ()


def _one(waiting: tuple[Pending, ...], answers: Answers) -> Pending | Question:
    """The question that is meant: the only one, or the one that was chosen."""
    if len(waiting) == 1:
        return waiting[0]
    choices = {f"{short(each.message, 80)} ({each.id})": each for each in waiting}
    answer = answers.get(_WHICH)
    if isinstance(answer, str) and answer in choices:
        return choices[answer]
    return Question(_WHICH, say("It asks several things at once. Which is it?"), tuple(choices))


async def _meant(api: JenkinsApi, path: JobPath, number: BuildNumber) -> tuple[Run, Pending]:
    """The very question that was looked at before, if it still waits."""
    run, waiting = await _waiting(api, path, number)
    for question in waiting:
        if number.question in ("", question.id):
            return run, question
    raise UserError("That question does not wait any more.", "Look at it again before you answer.")


def _ready(found: Found[BuiltJob], run: Run, question: Pending, others: dict[str, Any]) -> Ready:
    others["number"] = BuildNumber(run.number, question.id)
    preview = say(run.link, " asks: ", Strong(short(question.message) or "Go on?"))
    return Ready(arguments(found, others), preview, ask=not found.sure)


def _said(what: str, run: Run, question: Pending, account: str) -> Reply:
    message = Strong(short(question.message) or "Go on?")
    reply = say(what, run.link, " as ", Strong(account), ": ", message)
    return Reply(reply.blocks, about=run.link)
