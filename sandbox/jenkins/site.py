"""The addresses of Jenkins: from a request's path to an answer."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from urllib.parse import unquote

from aiohttp import web

from sandbox.jenkins.access import html, missing, page, require, who
from sandbox.jenkins.asking import Form, given, schedule
from sandbox.jenkins.export import SHALLOW, Exporter
from sandbox.jenkins.queue import Queue
from sandbox.jenkins.tree import parse
from sandbox.jenkins.world import (
    ADMINISTER,
    BUILD,
    CANCEL,
    OVERALL_READ,
    READ,
    Build,
    Folder,
    Item,
    Job,
    QueueItem,
    User,
    parent_of,
)


class Site:
    """Everything that Jenkins answers, for one world of users, items and a queue."""

    def __init__(self) -> None:
        self.users: dict[str, User] = {}
        self.items: dict[str, Item] = {}
        self.queue = Queue()
        self.root = ""

    async def answer(self, request: web.Request) -> web.Response:
        """Answer as the request's user.

        Raises:
            Refusal: with the answer that says no.
        """
        user = who(request, self.users)
        match segments(request.raw_path):
            case ["whoAmI", "api", "json"]:
                return self._who_am_i(request, user)
            case ["me", "api", "json"]:
                user = require(user, OVERALL_READ)
                return self._json(request, self._exporter.user(user))
            case ["queue", *rest]:
                return await self._queue(request, require(user, OVERALL_READ), rest)
            case ["script" | "scriptText" | "manage", *_]:
                require(user, ADMINISTER)
                return html(200, page("Script Console", ""))
            case path:
                return await self._item(request, require(user, OVERALL_READ), path)

    @property
    def _exporter(self) -> Exporter:
        return Exporter(self.root)

    def _who_am_i(self, request: web.Request, user: User | None) -> web.Response:
        name = "anonymous" if user is None else user.id
        bean = {
            "_class": "hudson.security.WhoAmI",
            "anonymous": user is None,
            "authenticated": True,
            "authorities": [] if user is None else ["authenticated"],
            "name": name,
        }
        return self._json(request, bean)

    async def _queue(self, request: web.Request, user: User, rest: list[str]) -> web.Response:
        match rest:
            case ["item", number, "api", "json"]:
                item = self._queued(user, number)
                return self._json(request, self._exporter.queue_item(item, *self.queue.state(item)))
            case ["cancelItem"] if request.method == "POST":
                item = self._queued(user, _one(given(request, await request.post()), "id"))
                require(user, CANCEL, item.job.full_name)
                await self.queue.cancel(item)
                return web.Response(status=204)
        raise missing()

    def _queued(self, user: User, number: str) -> QueueItem:
        item = self.queue.items.get(int(number)) if number.isdecimal() else None
        if item is None or not user.may(READ, item.job.full_name):
            raise missing()
        return item

    async def _item(self, request: web.Request, user: User, path: Sequence[str]) -> web.Response:
        name, rest = "", list(path)
        while len(rest) > 1 and rest[0] == "job":
            name = self._spelled(f"{name}/{rest[1]}" if name else rest[1])
            if not user.may(READ, name):
                raise missing()
            del rest[:2]
        item = self.items.get(name)
        match rest:
            case []:
                return html(200, page(name or "Dashboard", ""))
            case ["api", "json"]:
                return self._json(request, self._bean(user, item))
        if isinstance(item, Job):
            return await self._job(request, user, item, rest)
        raise missing()

    def _spelled(self, name: str) -> str:
        """The full name of an item as it was given; Jenkins finds it in upper and lower case."""
        for known in self.items:
            if _folded(known) == _folded(name):
                return known
        raise missing()

    async def _job(
        self, request: web.Request, user: User, job: Job, rest: list[str]
    ) -> web.Response:
        match rest:
            case ["build" | "buildWithParameters" as way]:
                if request.method != "POST":
                    return html(405, page("Method Not Allowed", "Form post required"))
                require(user, BUILD, job.full_name)
                form = given(request, await request.post())
                made = schedule(self.queue, job, user, form, parameters=way != "build")
                return made.response(self.root)
            case [number, "api", "json"]:
                return self._json(request, self._exporter.build(_build(job, number)))
            case [number, "consoleText"]:
                return web.Response(text=_build(job, number).log)
            case [number, "logText", "progressiveText"]:
                return _progressive(_build(job, number), given(request, {}))
        raise missing()

    def _bean(self, user: User, item: Item | None) -> Any:
        def children(folder: str) -> list[Item]:
            inside = (i for i in self.items.values() if parent_of(i.full_name) == folder)
            seen = (i for i in inside if user.may(READ, i.full_name))
            return sorted(seen, key=lambda i: i.full_name.casefold())

        if item is None:
            return self._exporter.root(children)
        return self._exporter.item(item, children if isinstance(item, Folder) else _nothing)

    def _json(self, request: web.Request, bean: Any) -> web.Response:
        try:
            wanted = parse(request.query.get("tree") or SHALLOW)
        except ValueError:
            return html(500, page("Oops!", "java.lang.IllegalArgumentException"))
        return web.json_response(wanted.pick(bean))


def segments(raw_path: str) -> list[str]:
    """The decoded parts of a path; ``..`` climbs, as in every servlet container."""
    found: list[str] = []
    for part in raw_path.partition("?")[0].split("/"):
        if part == "..":
            del found[-1:]
        elif part not in ("", "."):
            found.append(unquote(part))
    return found


def _one(form: Form, name: str) -> str:
    return form[name][0] if name in form else ""


def _folded(name: str) -> str:
    """As Java's ``CASE_INSENSITIVE_ORDER`` sees it, for which a dotless i is an i, too."""
    return "".join(char.upper().lower() for char in name)


def _nothing(_: str) -> list[Item]:
    return []


def _build(job: Job, number: str) -> Build:
    if number == "lastBuild" and job.builds:
        return job.builds[-1]
    for build in job.builds:
        if str(build.number) == number:
            return build
    raise missing()


def _progressive(build: Build, form: Form) -> web.Response:
    log = build.log.encode()
    start = min(int(_one(form, "start") or 0), len(log))
    headers = {"X-Text-Size": str(len(log))}
    if build.result is None:
        headers["X-More-Data"] = "true"
    return web.Response(body=log[start:], content_type="text/plain", headers=headers)
