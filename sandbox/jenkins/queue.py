"""The queue: asks turn into items, items into builds, and builds end."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from itertools import count

from sandbox.jenkins.builds import Build
from sandbox.jenkins.items import Job
from sandbox.jenkins.nodes import Node, Nodes
from sandbox.jenkins.parameters import Value
from sandbox.jenkins.queue_item import QueueItem
from sandbox.jenkins.running import run
from sandbox.jenkins.spans import span
from sandbox.jenkins.users import User


class Queue:
    """Items wait out their quiet period, then for their own job, then for a free executor.

    ``quiet_period`` is in seconds, for those who do not ask for another. A pipeline starts at once,
    and waits for an executor with a second item ("part of website #1").
    """

    def __init__(self, nodes: Nodes) -> None:
        self.quiet_period = 5.0
        self._nodes = nodes
        self._items: dict[int, QueueItem] = {}
        self._numbers = count(1)
        self._held = False
        self._tasks: set[asyncio.Task[None]] = set()
        self._changed = asyncio.Condition()

    @property
    def waiting(self) -> list[QueueItem]:
        """What is in the queue, oldest first."""
        return [item for item in self._items.values() if item.waiting]

    def find(self, number: int) -> QueueItem | None:
        """The item of this id, if it waits or has left within five minutes."""
        item = self._items.get(number)
        return None if item is None or item.forgotten else item

    def of(self, job: Job) -> QueueItem | None:
        """What waits of a job."""
        return next((i for i in self.waiting if i.job is job and i.part_of is None), None)

    def schedule(
        self, job: Job, user: User, parameters: Mapping[str, Value], delay: float
    ) -> tuple[QueueItem, bool]:
        """Queue a build; an equal one that still waits is given back instead (False)."""
        for item in self.waiting:
            if item.job is job and item.part_of is None and item.parameters == parameters:
                return item, False
        item = self._enter(QueueItem(next(self._numbers), job, user, dict(parameters), delay))
        task = asyncio.create_task(self._run(item))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return item, True

    def state(self, item: QueueItem) -> tuple[str, str | None, bool]:
        """Jenkins' words for where an item is, and why it waits; and whether it is stuck."""
        if not item.waiting:
            return "LeftItem", None, False
        if item.quiet > 0:
            return "WaitingItem", f"In the quiet period. Expires in {span(item.quiet)}", False
        running = item.job.running
        if running and not item.job.concurrent and item.part_of is None:
            left = running.job.estimated + running.started - time.time()
            eta = span(left) if left > 0 else "N/A"
            why = f"Build #{running.number} is already in progress (ETA: {eta})"
            return "BlockedItem", why, False
        return ("BuildableItem", *self._nodes.why_not(item.job))

    async def hold(self, held: bool) -> None:
        """Keep every executor busy, or let them go."""
        self._held = held
        await self.notify()

    async def cancel(self, item: QueueItem, who: User | None = None) -> None:
        """Take an item out of the queue; a pipeline that waits with it ends."""
        item.cancel()
        if item.part_of is not None:
            item.part_of.interrupt(who or item.user)
        await self.notify()

    def forget(self) -> None:
        """Forget what has left, as Jenkins does after five minutes."""
        self._items = {number: item for number, item in self._items.items() if item.waiting}

    async def notify(self) -> None:
        """Look again at what waits."""
        async with self._changed:
            self._changed.notify_all()

    async def until(self, true: Callable[[], bool]) -> None:
        """Wait until something is so."""
        async with self._changed:
            await self._changed.wait_for(true)

    async def idle(self) -> None:
        """Wait until nothing waits and nothing runs."""
        while self._tasks:
            await asyncio.wait(self._tasks)

    async def stop(self) -> None:
        """Drop everything that is under way."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    @asynccontextmanager
    async def place(self, build: Build) -> AsyncIterator[None]:
        """Hold an executor for a part of a pipeline."""
        await self.notify()
        job = build.job
        if self._room(job) is None:
            item = QueueItem(next(self._numbers), job, build.user, {}, part_of=build)
            self._enter(item)
            await self.until(lambda: bool(build.interrupted or self._room(job)))
            if item.waiting:
                item.leave(build)
        node = self._room(job)
        if build.interrupted or node is None:
            yield
            return
        node.busy.append(build)
        try:
            yield
        finally:
            node.busy.remove(build)
            await self.notify()

    def _enter(self, item: QueueItem) -> QueueItem:
        self._items[item.id] = item
        return item

    async def _run(self, item: QueueItem) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(item.quiet):
                await self.until(lambda: not item.waiting)
        job = item.job
        await self.until(lambda: not item.waiting or self._ready(job))
        if not item.waiting:
            return
        node = self._nodes.built_in if job.pipeline else self._nodes.place_for(job)
        if node is None:
            raise RuntimeError("the place was free a moment ago")
        build = Build(job, job.next_number, item.id, item.user, item.parameters)
        job.add(build)
        item.leave(build)
        used = node.one_off if job.pipeline else node.busy
        used.append(build)
        await self.notify()
        try:
            await run(build, self)
        finally:
            used.remove(build)
        await self.notify()

    def _ready(self, job: Job) -> bool:
        if job.running is not None and not job.concurrent:
            return False
        return job.pipeline or self._room(job) is not None

    def _room(self, job: Job) -> Node | None:
        return None if self._held else self._nodes.place_for(job)
