"""Jenkins as a plant: what waits, what runs and on what, and the switches of its jobs."""

from __future__ import annotations

from typing import Final

from bot.errors import Forbidden, Invalid, NotFound, ServiceError, Unavailable, UserError
from bot.plugin import Call, Effect, command
from bot.reply import Reply
from bot.services.jenkins import change_replies, plant_replies
from bot.services.jenkins.aborting import Ticket, abort
from bot.services.jenkins.api import JenkinsApi
from bot.services.jenkins.beans import Bean, Text
from bot.services.jenkins.finding import must_be_no_folder, must_be_spelled, prepare_change
from bot.services.jenkins.machines import NODES, RUNNING, Nodes
from bot.services.jenkins.names import JobPath, Page
from bot.services.jenkins.orders import order
from bot.services.jenkins.waiting import QUEUE, Queue, QueueItem

_NODES: Final = "list of nodes"
_SWITCH: Final = "fullName,color,disabled,queueItem[id]"
_CANCEL: Final = "hudson.model.Item.Cancel"  # which Jenkins does not name by itself here
_LATEST: Final = 10**18  # queue items have 64 bits


class Switch(Bean):
    """Whether a job is off. ``disabled`` is not told by every kind of job, a color is."""

    full_name: Text = ""
    color: str | None = None
    disabled: bool | None = None
    queue_item: Ticket | None = None

    @property
    def off(self) -> bool:
        """Whether it is not built, whoever asks."""
        return (self.color or "").startswith("disabled") if self.disabled is None else self.disabled


@command("queue", examples=("queue", "queue page 2"))
async def queue(
    call: Call[JenkinsApi],
    page: Page = Page(),
) -> Reply:
    """Show what waits to be built: since when, why, and who asked for it."""
    found = await call.api.read(Queue, "queue", QUEUE, "queue")
    return plant_replies.queue(call.api.site, found.items, page.number, call.api.now * 1000)


@command("running", examples=("running",))
async def running(
    call: Call[JenkinsApi],
    page: Page = Page(),
) -> Reply:
    """Show what is being built: where, for how long, and who started it."""
    found = await call.api.read(Nodes, "computer", RUNNING, _NODES)
    return plant_replies.running(call.api.site, found, page.number, call.api.now * 1000)


@command("nodes", examples=("nodes",))
async def nodes(
    call: Call[JenkinsApi],
    page: Page = Page(),
) -> Reply:
    """Show the machines that build: whether they are online, and how busy."""
    return plant_replies.nodes(await call.api.read(Nodes, "computer", NODES, _NODES), page.number)


@command("cancel", effect=Effect.WRITE, examples=("cancel 41",))
async def cancel(call: Call[JenkinsApi], item: int) -> Reply:
    """Take something out of the queue, by the number that the queue shows."""
    if not 0 < item < _LATEST:
        raise UserError("That is not the number of something in the queue.", "`queue` shows them.")
    try:
        found = await call.api.queue_item(item)
        if (said := _left(call.api, item, found)) is not None:
            return said
        said = await _take_out(call, item)
    except NotFound:
        return change_replies.gone(item)
    return said or change_replies.cancelled(call.api.site, item, found.task, call.account)


@command("enable", effect=Effect.WRITE, examples=("enable deploy-prod",), prepare=prepare_change)
async def enable(call: Call[JenkinsApi], job: JobPath) -> Reply:
    """Let a disabled job be built again."""
    return await _switch(call, job, on=True)


@command("disable", effect=Effect.WRITE, examples=("disable deploy-prod",), prepare=prepare_change)
async def disable(call: Call[JenkinsApi], job: JobPath) -> Reply:
    """Let a job not be built until somebody enables it."""
    return await _switch(call, job, on=False)


UPKEEP: Final = (queue, running, abort, cancel, enable, disable, nodes)


def _left(api: JenkinsApi, item: int, found: QueueItem) -> Reply | None:
    """What to say of an item that does not wait."""
    if found.cancelled:
        return change_replies.cancelled_before(item)
    if found.executable is None:
        return None
    place = found.task.place if found.task else None
    return change_replies.left(api.site, item, place, found.executable.number)


async def _take_out(call: Call[JenkinsApi], item: int) -> Reply | None:
    """Cancel it; what to say where it was faster."""
    form = (("id", str(item)),)
    what = f"queue item {item}"
    status = await order(call.api, "queue/cancelItem", what, form, expected=(422, 500))
    if status == 422:
        raise Forbidden(_CANCEL, call.account)
    if status == 204:
        return None
    # 500: it has left; old ones redirect, whatever came of it
    after = await call.api.queue_item(item)
    if after.cancelled:
        return None
    said = _left(call.api, item, after)
    if said is None:
        raise Unavailable(f"status {status}, and it still waits", retryable=False)
    return said


async def _switch(call: Call[JenkinsApi], job: JobPath, *, on: bool) -> Reply:
    api, way = call.api, "enable" if on else "disable"
    before = await _state(api, job)
    must_be_no_folder(job, before.color)
    must_be_spelled(job, before.full_name)
    if before.off is not on:
        return change_replies.switched_before(api.site, job, on=on)
    refusal = Invalid(f"job '{job}' is of a kind that cannot be {way}d")
    try:
        await order(api, f"{job.item}/{way}", f"job '{job}'")
    except NotFound:
        raise refusal from None
    try:
        after = await _state(api, job)
    except ServiceError:
        return change_replies.unseen_switch(api.site, job, on=on)
    if after.off is on:
        raise refusal
    emptied = before.queue_item is not None and after.queue_item is None
    return change_replies.switched(api.site, job, call.account, on=on, emptied=emptied)


async def _state(api: JenkinsApi, job: JobPath) -> Switch:
    return await api.read(Switch, job.item, _SWITCH, f"job '{job}'")
