"""Starting workflows, as oneself."""

from __future__ import annotations

import asyncio
from collections.abc import Collection
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any, Final

from pydantic import ValidationError

from bot.errors import Forbidden, NotFound, ServiceError, UserError
from bot.plugin import Call, Effect, Flag, Question, Ready, command
from bot.reply import Follow, Link, Reply, Strong, Typed, line
from bot.services.github import definitions
from bot.services.github.action_beans import Content, Dispatched, Run, Runs, Workflow
from bot.services.github.api import GitHubApi
from bot.services.github.asking import Answers, in_full, settle
from bot.services.github.definitions import Definition
from bot.services.github.faults import NotOffered
from bot.services.github.inputs import Inputs
from bot.services.github.live import follow_run, topic_of
from bot.services.github.run_replies import run_link
from bot.services.github.settings import PUBLIC
from bot.services.github.site import REPO, Place
from bot.services.github.workflow_names import Ref, WorkflowRef
from bot.services.github.workflows import OF_ONE, WORKFLOW, find, look

_DISPATCH: Final = WORKFLOW + "/dispatches"
_FILE: Final = REPO + "/contents/{+path}{?ref}"
_EVENT: Final = "workflow_dispatch"
_RECENT: Final = 20


async def _prepare_run(
    call: Call[GitHubApi],
    answers: Answers,
    *,
    workflow: WorkflowRef,
    ref: Ref = Ref(),
    inputs: Inputs = Inputs(),
    **others: Any,
) -> Ready | Question | Reply:
    """Find the workflow, and have everything that it needs."""
    place = call.api.site.place(workflow.repository)
    found = await find(call.api, place, workflow.name)
    full = WorkflowRef(f"{place} {found.file}")  # which has a name that can be shown
    if found.state != "active":
        raise UserError(f"{found.file} is disabled in {place}.", "It is switched on on its page.")
    branch = ref if ref.name else Ref((await call.api.repository(place)).default_branch)
    declared = await _declared(call.api, place, found, branch)
    settled = inputs if declared is None else settle(declared, inputs, answers)
    if isinstance(settled, Question):
        return settled
    arguments = {**others, "workflow": full, "ref": branch, "inputs": settled}
    whole = in_full(declared or (), settled)
    plain = [f"{name}={value.strip()}" for name, value in whole.pairs]  # without quotes, and alone
    forms = dict.fromkeys((str(settled), str(whole), " ".join(plain), *plain))
    also = tuple(
        f"run {name} {branch} {form}".rstrip() for name in (found.file, full) for form in forms
    )
    return Ready(arguments, also=also)  # with which the command says all that is to be seen


@command(
    "run",
    aliases=("workflow run", "dispatch"),
    effect=Effect.WRITE,
    examples=("run deploy.yml", "run deploy.yml main ENV=prod", "run acme/site deploy.yml"),
    prepare=_prepare_run,
    follow=follow_run,
)
async def run(
    call: Call[GitHubApi],
    workflow: WorkflowRef,
    ref: Ref = Ref(),
    inputs: Inputs = Inputs(),
    no_follow: Flag = False,
) -> Reply:
    """Start a workflow, as yourself.

    The answer goes on to show how it goes, to the end; with ``--no-follow`` only that it has begun.
    What the workflow needs and you have not given is asked for.
    """
    place = call.api.site.place(workflow.repository)
    branch = ref.name or (await call.api.repository(place)).default_branch
    start = Start(place, workflow.name, branch, call.account)
    before = await start.known(call.api)
    number = await _dispatch(call.api, start, inputs)
    if number is None:
        return await _guessed(call, start, before, follow=not no_follow)
    return await _started(call, start, number, follow=not no_follow)


@dataclass(frozen=True, slots=True)
class Start:
    """What is started: a workflow by its file, on a branch, by somebody."""

    place: Place
    file: str
    branch: str
    account: str

    async def runs(self, api: GitHubApi) -> tuple[Run, ...]:
        """The last runs that they have started of it there."""
        wanted = {"event": _EVENT, "actor": self.account, "branch": self.branch}
        path = {**self.place.variables, "workflow": self.file, "per_page": _RECENT, **wanted}
        return (await api.read(Runs, OF_ONE, path, f"workflow {self.file}")).workflow_runs

    async def known(self, api: GitHubApi) -> Collection[int] | None:
        """Those that are there before, where GitHub may not say which one is new."""
        if api.site.settings.url == PUBLIC:
            return None
        return {run.id for run in await self.runs(api)}


async def _dispatch(api: GitHubApi, start: Start, inputs: Inputs) -> int | None:
    """Start it, once; the run that it becomes, or None where GitHub does not say."""
    variables = {**start.place.variables, "workflow": start.file}
    data = {"ref": start.branch, "inputs": dict(inputs.pairs)}
    what = f"workflow {start.file} in {start.place}"
    try:
        found = await api.change(
            "POST", _DISPATCH, variables, what, data={**data, "return_run_details": True}
        )
    except NotOffered:  # nothing was started
        found = await api.change("POST", _DISPATCH, variables, what, data=data)
    try:
        return Dispatched.model_validate(found).workflow_run_id
    except ValidationError:
        return None


async def _guessed(
    call: Call[GitHubApi], start: Start, before: Collection[int] | None, *, follow: bool
) -> Reply:
    """Look which runs are new; only where there is one can it be the one that was started."""
    new: list[int] = []
    for moment in call.api.site.moments if before is not None else ():
        await asyncio.sleep(moment)
        with suppress(ServiceError):  # it has been started, whatever goes wrong from here on
            new = [run.id for run in await start.runs(call.api) if run.id not in (before or ())]
        if new:
            break
    if len(new) == 1:
        reply = await _started(call, start, new[0], follow=follow)
        said = line("GitHub does not say which run it is; this is the only new one of yours.")
        return replace(reply, blocks=(*reply.blocks, said))
    page = call.api.site.link(start.place, f"actions/workflows/{start.file}", start.file)
    seen = f"{len(new)} of yours are new" if new else "it is not there yet"
    said = line("Started ", page, f" on {start.branch} as ", Strong(start.account), ".")
    return Reply((said, line(f"GitHub does not say which run it is, and {seen}.")), about=page)


async def _started(call: Call[GitHubApi], start: Start, number: int, *, follow: bool) -> Reply:
    link = await _link_to(call.api, start, number)
    said = line("Started ", link, f" on {start.branch} as ", Strong(start.account), ".")
    if not follow:
        how = line("To see how it goes: ", Typed(f"watch {start.place} {number}"), ".")
        return Reply((said, how), about=link)
    state = {"place": start.place.name, "run": number, "called": link.text, "mine": True}
    return Reply((said,), about=link, follow=Follow(topic_of(start.place, number), state))


async def _link_to(api: GitHubApi, start: Start, number: int) -> Link:
    """Its page, by its name if it can be seen already."""
    with suppress(ServiceError):  # it has been started, whatever goes wrong from here on
        return run_link(api.site, start.place, await look(api, start.place, number))
    return api.site.link(start.place, f"actions/runs/{number}", f"{start.file}, run {number}")


async def _declared(
    api: GitHubApi, place: Place, workflow: Workflow, ref: Ref
) -> tuple[Definition, ...] | None:
    """What its file on that branch takes; None where that cannot be told.

    Raises:
        UserError: it cannot be started by hand, or is not there.
    """
    variables = {**place.variables, "path": workflow.path, "ref": ref.name}
    try:
        content = await api.read(Content, _FILE, variables, f"{workflow.path} on {ref}")
        return definitions.read(content)
    except Forbidden:  # its token may start it without reading what is in the repository
        return None
    except NotFound:
        failure = UserError(
            f"{place} has no branch or tag {ref}, or no {workflow.file} on it.",
            "Inputs are said as name=value.",
        )
    except LookupError:
        failure = UserError(
            f"{workflow.file} cannot be started by hand: on {ref} it has no workflow_dispatch."
        )
    raise failure
