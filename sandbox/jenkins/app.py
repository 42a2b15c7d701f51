"""The stand-in itself: started in code, on loopback, on a free port."""

from __future__ import annotations

import ssl
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web
from aiohttp.typedefs import Handler

from sandbox.jenkins.access import VERSION, Refusal
from sandbox.jenkins.site import Site
from sandbox.jenkins.world import (
    OVERALL_READ,
    Build,
    Folder,
    Item,
    Job,
    Parameter,
    QueueItem,
    User,
    parent_of,
)
from sandbox.stand_in import StandIn


@dataclass(frozen=True)
class Seen:
    """A request as it came in: for what must, or must not, be in it."""

    method: str
    raw_path: str
    headers: dict[str, str] = field(repr=False)
    body: str = field(repr=False)


class JenkinsStandIn(StandIn):
    """A Jenkins that checks tokens and permissions as the real one does.

    ::

        async with JenkinsStandIn() as jenkins:
            token = jenkins.add_user("alice", "Alice Liddell")
            jenkins.add_job("deploy-prod", parameters=[choice("ENV", "dev", "prod")])
            jenkins.allow("alice", "deploy-prod", READ, BUILD)

    ``quiet_period`` (seconds) is Jenkins' own; a request's ``delay`` overrides it.
    """

    def __init__(self) -> None:
        super().__init__()
        self._site = Site()
        self.requests: list[Seen] = []

    async def start(self, tls: ssl.SSLContext | None = None) -> None:
        """Listen on a free port of 127.0.0.1."""
        app = web.Application(middlewares=[self._see], client_max_size=16 * 1024**2)
        app.router.add_route("*", "/{path:.*}", self._answer)
        await self._listen(app, tls)
        self._site.root = f"{self.url}/"

    async def stop(self) -> None:
        """Stop listening, and drop all that runs."""
        await self._site.queue.stop()
        await super().stop()

    def add_user(self, name: str, full_name: str = "", *, overall_read: bool = True) -> str:
        """Register a user and return a new API token of theirs."""
        user = self._site.users.setdefault(name, User(name, full_name or name))
        if overall_read:
            user.permissions.setdefault("", set()).add(OVERALL_READ)
        return user.new_token()

    def revoke_tokens(self, name: str) -> None:
        """Revoke every API token of a user."""
        self._site.users[name].hashes.clear()

    def allow(self, name: str, scope: str, *permissions: str) -> None:
        """Give permissions on an item, on all that is in a folder, or ("") everywhere."""
        self._site.users[name].permissions.setdefault(scope, set()).update(permissions)

    def add_folder(self, full_name: str, **more: Any) -> Folder:
        """Register a folder; ``more`` as in :class:`~sandbox.jenkins.world.Folder`."""
        folder = Folder(full_name, **more)
        self._add(folder)
        return folder

    def add_job(self, full_name: str, parameters: Iterable[Parameter] = (), **more: Any) -> Job:
        """Register a job, its folder first; ``more`` as in :class:`~sandbox.jenkins.world.Job`."""
        job = Job(full_name, tuple(parameters), **more)
        self._add(job)
        return job

    def builds(self, full_name: str) -> list[Build]:
        """The builds of a job, oldest first, with who started them."""
        return list(self._job(full_name).builds)

    async def started(self, full_name: str, number: int = 1) -> Build:
        """Wait until a job's build of this number is there."""
        return await self._site.queue.started(self._job(full_name), number)

    async def finish(self, full_name: str) -> None:
        """End the build that runs, of a job whose ``seconds`` are None."""
        await self._site.queue.release(self._job(full_name))

    @property
    def queued(self) -> list[QueueItem]:
        """What waits in the queue."""
        return [item for item in self._site.queue.items.values() if item.waiting]

    @property
    def quiet_period(self) -> float:
        """Seconds that a build waits for others like it."""
        return self._site.queue.quiet_period

    @quiet_period.setter
    def quiet_period(self, seconds: float) -> None:
        self._site.queue.quiet_period = seconds

    async def hold(self, held: bool = True) -> None:
        """Keep every executor busy, or let them go."""
        await self._site.queue.hold(held)

    async def cancel(self, item: QueueItem) -> None:
        """Cancel what waits, as somebody might on Jenkins' page."""
        await self._site.queue.cancel(item)

    def forget_left_items(self) -> None:
        """Forget the queue items that became builds, as Jenkins does after five minutes."""
        self._site.queue.forget()

    async def idle(self) -> None:
        """Wait until all that was queued has been built."""
        await self._site.queue.idle()

    def _job(self, full_name: str) -> Job:
        item = self._site.items[full_name]
        if not isinstance(item, Job):
            raise TypeError(f"{full_name} is a folder")
        return item

    def _add(self, item: Item) -> None:
        parent = parent_of(item.full_name)
        if parent and not isinstance(self._site.items.get(parent), Folder):
            raise ValueError(f"no folder {parent}")
        self._site.items[item.full_name] = item

    @web.middleware
    async def _see(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        body = (await request.read()).decode(errors="replace")
        self.requests.append(Seen(request.method, request.raw_path, dict(request.headers), body))
        return await handler(request)

    async def _answer(self, request: web.Request) -> web.Response:
        try:
            response = await self._site.answer(request)
        except Refusal as refusal:
            response = refusal.response
        response.headers.update(VERSION)
        return response
