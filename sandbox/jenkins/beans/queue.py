"""The queue and its items."""

from __future__ import annotations

from functools import partial
from typing import Any

from sandbox.jenkins.beans import builds, parameters
from sandbox.jenkins.items import path_of
from sandbox.jenkins.queue_item import QueueItem
from sandbox.jenkins.users import READ, User
from sandbox.jenkins.world import World

Bean = dict[str, Any]
_PART = "org.jenkinsci.plugins.workflow.support.steps.ExecutorStepExecution$PlaceholderTask"


def queue(world: World, user: User) -> Bean:
    """What ``user`` sees of the queue: who waits out a quiet period, who is blocked, the others."""
    order = ("WaitingItem", "BlockedItem", "BuildableItem")
    seen = [i for i in world.queue.waiting if user.may(READ, i.job.full_name)]
    seen.sort(key=lambda item: (order.index(world.queue.state(item)[0]), -item.id))
    items = [partial(queue_item, world, item) for item in seen]
    return {"_class": "hudson.model.Queue", "discoverableItems": [], "items": items}


def queue_item(world: World, item: QueueItem) -> Bean:
    """One item: a WaitingItem, BlockedItem, BuildableItem or LeftItem."""
    state, why, stuck = world.queue.state(item)
    bean: Bean = {
        "_class": f"hudson.model.Queue${state}",
        "actions": partial(_actions, item),
        "blocked": state == "BlockedItem",
        "buildable": state == "BuildableItem",
        "id": item.id,
        "inQueueSince": int(item.since * 1000),
        "params": "".join(f"\n{ln}" for ln in parameters.lines(item.definitions, item.parameters)),
        "stuck": stuck,
        "task": partial(_task, world, item),
        "url": f"queue/item/{item.id}/",
        "why": why,
    }
    if state == "WaitingItem":
        bean["timestamp"] = int((item.since + item.delay) * 1000)
    elif state == "LeftItem":
        bean["cancelled"] = item.cancelled
        bean["executable"] = item.build and partial(builds.build, item.build, world.root)
    else:
        bean["buildableStartMilliseconds"] = int((item.since + item.delay) * 1000)
    return bean


def _task(world: World, item: QueueItem) -> Bean:
    from sandbox.jenkins.beans.items import color_of

    if item.part_of is not None:
        name = f"part of {item.part_of.name}"
        place = f"{path_of(item.job.full_name)}{item.part_of.number}/"
        return {"_class": _PART, "fullDisplayName": name, "name": name, "url": place}
    return {
        "_class": item.job.kind,
        "name": item.job.full_name.rpartition("/")[2],
        "url": world.root + path_of(item.job.full_name),
        "color": color_of(item.job),
        "fullName": item.job.full_name,
        "fullDisplayName": item.job.full_name.replace("/", " » "),
    }


def _actions(item: QueueItem) -> list[Bean]:
    if item.part_of is not None:
        return []
    return [builds.cause(item.user), *builds.told(item.definitions, item.parameters)]
