"""The addresses of Jenkins: from a request's path to an answer."""

from __future__ import annotations

from urllib.parse import unquote

from aiohttp import web

from sandbox.jenkins.access import html, missing, page, require, who
from sandbox.jenkins.beans import people
from sandbox.jenkins.beans.items import ItemBeans
from sandbox.jenkins.beans.nodes import computers
from sandbox.jenkins.items import Job
from sandbox.jenkins.pages.job import job_page
from sandbox.jenkins.pages.queue import queue_page
from sandbox.jenkins.tree import SHALLOW
from sandbox.jenkins.users import ADMINISTER, OVERALL_READ, READ
from sandbox.jenkins.visit import Visit
from sandbox.jenkins.world import World


async def answer(world: World, request: web.Request) -> web.StreamResponse:
    """Answer as the request's user.

    Raises:
        Refusal: with the answer that says no.
    """
    user = who(request, world.users)
    path = segments(request.raw_path)
    if path == ["whoAmI", "api", "json"]:
        return web.json_response(SHALLOW.pick(people.who_am_i(user)))
    visit = Visit(world, request, require(user, OVERALL_READ))
    match path:
        case ["me", "api", "json"]:
            return visit.json(people.user(visit.user, world.root))
        case ["queue", *rest]:
            return await queue_page(visit, rest)
        case ["computer", "api", "json"]:
            return visit.json(computers(world, visit.user))
        case ["script" | "scriptText" | "manage", *_]:
            require(user, ADMINISTER)
            return html(200, page("Script Console", ""))
        case _:
            return await _item(visit, path)


async def _item(visit: Visit, path: list[str]) -> web.StreamResponse:
    name, rest, item = "", path, None
    while len(rest) > 1 and rest[0] == "job":
        item = visit.world.items.find(f"{name}/{rest[1]}" if name else rest[1])
        if item is None or not visit.user.may(READ, item.full_name):
            raise missing()
        name, rest = item.full_name, rest[2:]
    beans = ItemBeans(visit.world, visit.user)
    match rest:
        case []:
            return html(200, page(name or "Dashboard", ""))
        case ["api", "json"]:
            return visit.json(beans.root() if item is None else beans.item(item))
    if isinstance(item, Job):
        return await job_page(visit, item, rest)
    raise missing()


def segments(raw_path: str) -> list[str]:
    """The decoded parts of a path; ``..`` climbs, as in every servlet container."""
    found: list[str] = []
    for part in raw_path.partition("?")[0].split("/"):
        if part == "..":
            del found[-1:]
        elif part not in ("", "."):
            found.append(unquote(part))
    return found
