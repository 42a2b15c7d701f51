"""A server on loopback that stands in for a service, and goes wrong on demand."""

from __future__ import annotations

import asyncio
import ssl
from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Self

from aiohttp import web
from aiohttp.typedefs import Handler

from sandbox.mishaps import Mishap


@dataclass(slots=True)
class _Planned:
    """A mishap that waits for its requests."""

    mishap: Mishap
    path: str
    method: str
    times: int
    after: bool

    def meets(self, request: web.Request) -> bool:
        """Whether it is this request's turn."""
        method = self.method in ("*", request.method)
        return bool(self.times and method and self.path in request.raw_path)


class StandIn(ABC):
    """Base of the stand-ins; ``async with`` starts and stops one.

    ``url`` says where it listens, without a slash at the end, as soon as it does.
    """

    def __init__(self) -> None:
        self.url = ""
        self._planned: list[_Planned] = []
        self._failing = asyncio.Event()
        self._runner: web.AppRunner | None = None

    @abstractmethod
    async def start(self) -> None:
        """Listen on a free port of 127.0.0.1."""

    async def stop(self) -> None:
        """Stop listening, and drop all that runs."""
        if self._runner is not None:
            await self._runner.cleanup()

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    def fail(
        self,
        mishap: Mishap,
        *,
        path: str = "",
        method: str = "*",
        times: int = 1,
        after: bool = False,
    ) -> None:
        """Let the next requests whose path holds ``path`` meet with a mishap.

        ``after``: what was asked is done all the same; only its answer is lost.
        """
        self._planned.append(_Planned(mishap, path, method, times, after))

    async def failing(self) -> None:
        """Wait until one of the mishaps is under way."""
        await self._failing.wait()

    async def _listen(
        self,
        app: web.Application,
        tls: ssl.SSLContext | None = None,
        *,
        handler_cancellation: bool = False,
    ) -> None:
        app.middlewares.append(self._meet)
        self._runner = web.AppRunner(
            app,
            access_log=None,
            shutdown_timeout=0.1,
            handler_cancellation=handler_cancellation,
        )
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0, ssl_context=tls).start()
        port = self._runner.addresses[0][1]
        self.url = f"http{'s' if tls else ''}://127.0.0.1:{port}"

    @web.middleware
    async def _meet(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        planned = next((plan for plan in self._planned if plan.meets(request)), None)
        if planned is None:
            return await handler(request)
        planned.times -= 1
        if planned.after:
            await handler(request)
        self._failing.set()
        return await planned.mishap(request)
