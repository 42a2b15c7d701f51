"""The queue: asks turn into items, items into builds, and builds end."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping

from sandbox.jenkins.world import Build, Job, QueueItem, User


class Queue:
    """Items wait out their quiet period, then for a free executor, then for their own job.

    ``quiet_period`` is in seconds, for those who do not ask for another.
    """

    def __init__(self) -> None:
        self.items: dict[int, QueueItem] = {}
        self.quiet_period = 5.0
        self._held = False
        self._next = 1
        self._tasks: set[asyncio.Task[None]] = set()
        self._changed = asyncio.Condition()

    def schedule(
        self, job: Job, user: User, parameters: Mapping[str, str | bool], delay: float
    ) -> tuple[QueueItem, bool]:
        """Queue a build; an equal one that still waits is given back instead (False)."""
        for item in self.items.values():
            if item.waiting and item.job is job and item.parameters == parameters:
                return item, False
        item = QueueItem(self._next, job, user, dict(parameters), time.monotonic() + delay)
        self._next += 1
        self.items[item.id] = item
        task = asyncio.create_task(self._run(item))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return item, True

    def state(self, item: QueueItem) -> tuple[str, str | None]:
        """Jenkins' words for where an item is, and why it waits."""
        if not item.waiting:
            return "LeftItem", None
        quiet = item.quiet_until - time.monotonic()
        if quiet > 0:
            return "WaitingItem", f"In the quiet period. Expires in {quiet:.1f} sec"
        running = item.job.running
        if running and not item.job.concurrent:
            return "BlockedItem", f"Build #{running.number} is already in progress (ETA: N/A)"
        return "BuildableItem", "Waiting for next available executor"

    async def hold(self, held: bool) -> None:
        """Keep items from being built, or let them."""
        self._held = held
        await self._notify()

    async def cancel(self, item: QueueItem) -> None:
        """Take an item out of the queue."""
        item.cancelled = True
        await self._notify()

    def forget(self) -> None:
        """Forget what has left, as Jenkins does after five minutes."""
        self.items = {number: item for number, item in self.items.items() if item.waiting}

    async def started(self, job: Job, number: int) -> Build:
        """Wait until a build is there."""
        async with self._changed:
            await self._changed.wait_for(lambda: len(job.builds) >= number)
        return job.builds[number - 1]

    async def release(self, job: Job) -> None:
        """Let the build that runs end."""
        if job.running is not None:
            job.running.released = True
        await self._notify()

    async def idle(self) -> None:
        """Wait until nothing waits and nothing runs."""
        while self._tasks:
            await asyncio.wait(self._tasks)

    async def stop(self) -> None:
        """Drop everything that is under way."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _run(self, item: QueueItem) -> None:
        await asyncio.sleep(max(0.0, item.quiet_until - time.monotonic()))
        async with self._changed:
            await self._changed.wait_for(lambda: item.cancelled or self._free(item.job))
        if item.cancelled:
            return
        job = item.job
        build = Build(job, len(job.builds) + 1, item.id, item.user, item.parameters)
        job.builds.append(build)
        item.build = build
        await self._notify()
        if job.seconds is None:
            async with self._changed:
                await self._changed.wait_for(lambda: build.released)
        else:
            await asyncio.sleep(job.seconds)
        build.ended, build.result = time.time(), job.result
        await self._notify()

    def _free(self, job: Job) -> bool:
        return not self._held and (job.concurrent or job.running is None)

    async def _notify(self) -> None:
        async with self._changed:
            self._changed.notify_all()
