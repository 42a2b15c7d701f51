"""One thing after the other for each key, everything else side by side."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Hashable

Job = Callable[[], Awaitable[None]]


class Lanes:
    """Runs jobs: those of one key in order, those of different keys concurrently.

    A job must not raise; what it has to say about errors it says itself.
    """

    def __init__(self) -> None:
        self._queues: dict[Hashable, deque[Job]] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._closed = False

    def put(self, key: Hashable, job: Job) -> None:
        """Have ``job`` run after those that were put under ``key`` before."""
        if self._closed:
            return
        if key in self._queues:
            self._queues[key].append(job)
            return
        self._queues[key] = deque([job])
        task = asyncio.create_task(self._run(key))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def close(self, patience: float) -> None:
        """Start nothing new; wait ``patience`` seconds for what runs, then cancel it."""
        self._closed = True
        for queue in self._queues.values():
            queue.clear()
        if self._tasks:
            _, running = await asyncio.wait(self._tasks, timeout=patience)
            for task in running:
                task.cancel()
            await asyncio.gather(*running, return_exceptions=True)

    async def _run(self, key: Hashable) -> None:
        queue = self._queues[key]
        try:
            while queue:
                await queue.popleft()()
        finally:
            del self._queues[key]
