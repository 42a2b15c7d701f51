"""Below ``queue/``."""

from __future__ import annotations

from aiohttp import web

from sandbox.jenkins.access import error, missing, require_post
from sandbox.jenkins.beans.queue import queue, queue_item
from sandbox.jenkins.queue_item import QueueItem
from sandbox.jenkins.users import CANCEL, READ
from sandbox.jenkins.visit import Visit, one


async def queue_page(visit: Visit, rest: list[str]) -> web.Response:
    """The queue, an item of it, or the end of one."""
    match rest:
        case ["api", "json"]:
            return visit.json(queue(visit.world, visit.user))
        case ["item", number, "api", "json"]:
            item = _item(visit, number)
            if item is None:
                raise missing()
            return visit.json(queue_item(visit.world, item))
        case ["cancelItem"]:
            require_post(visit.request)
            return await _cancel(visit, one(await visit.form(), "id"))
    raise missing()


async def _cancel(visit: Visit, number: str) -> web.Response:
    """204, or 404 unknown, 422 without the permission, 500 too late."""
    item = _item(visit, number)
    if item is None:
        raise error(404, f"Provided id ({number}) not found")
    if not visit.user.may(CANCEL, item.job.full_name):
        raise error(422, f"Item for id ({number}) is not cancellable")
    if not item.waiting:
        raise error(500, f"Could not cancel run for id {number}")
    await visit.world.queue.cancel(item, visit.user)
    return web.Response(status=204)


def _item(visit: Visit, number: str) -> QueueItem | None:
    item = visit.world.queue.find(int(number)) if number.isdecimal() else None
    return item if item is not None and visit.user.may(READ, item.job.full_name) else None
