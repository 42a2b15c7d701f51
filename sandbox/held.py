"""A request that is kept waiting at the other side until it is let go."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Self

from aiohttp import web

Answer = Callable[[web.Request], Awaitable[web.StreamResponse]]


async def _too_late(_: web.Request) -> web.StreamResponse:
    return web.Response(status=503)


class Held:
    """Stands in for the answer to a request, as a mishap of a stand-in's.

    ``answer`` is given in the end; 503 unless told otherwise. Leaving the ``with`` block lets go.
    """

    def __init__(self, answer: Answer = _too_late) -> None:
        self._answer = answer
        self._arrived, self._released = asyncio.Event(), asyncio.Event()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.release()

    async def __call__(self, request: web.Request) -> web.StreamResponse:
        """Keep a request waiting."""
        self._arrived.set()
        await self._released.wait()
        return await self._answer(request)

    async def arrives(self) -> None:
        """Wait until there is a request that waits."""
        async with asyncio.timeout(20):
            await self._arrived.wait()

    @property
    def waits(self) -> bool:
        """Whether a request is being kept waiting now."""
        return self._arrived.is_set() and not self._released.is_set()

    def release(self) -> None:
        """Let go of it."""
        self._released.set()
