"""The ways in which X goes wrong, on demand."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Protocol

from aiohttp import web

from sandbox.x.problems import OVER_CAPACITY


class Fault(Protocol):
    """An answer other than the right one."""

    async def play(self, request: web.Request, stopping: asyncio.Event, /) -> web.StreamResponse:
        """Answer ``request``; give up as soon as ``stopping`` is set."""


@dataclass(frozen=True, slots=True)
class Answer:
    """A fixed answer. ``body``: text as it stands (HTML by default), anything else as JSON."""

    status: int = 200
    body: Any = OVER_CAPACITY
    headers: Mapping[str, str] = field(default_factory=dict)
    content_type: str = "text/html"

    async def play(self, _request: web.Request, _stopping: asyncio.Event) -> web.StreamResponse:
        if isinstance(self.body, str):
            return web.Response(
                status=self.status,
                text=self.body,
                headers=self.headers,
                content_type=self.content_type,
            )
        return web.json_response(self.body, status=self.status, headers=self.headers)


@dataclass(frozen=True, slots=True)
class Hang:
    """No answer at all."""

    async def play(self, _request: web.Request, stopping: asyncio.Event) -> web.StreamResponse:
        await stopping.wait()
        return web.Response(status=503)


@dataclass(frozen=True, slots=True)
class Drip:
    """An answer that never ends, a byte every ``interval`` seconds: its head, or its body."""

    head: bool = False
    interval: float = 0.02

    async def play(self, request: web.Request, stopping: asyncio.Event) -> web.StreamResponse:
        transport = request.transport
        if transport is None:
            return web.Response(status=503)
        transport.write(b"HTTP/1.1 200 OK\r\nX-Drip: ")
        if not self.head:
            transport.write(b"1\r\nContent-Type: application/json\r\n\r\n")
        while not (stopping.is_set() or transport.is_closing()):
            transport.write(b" ")
            await asyncio.sleep(self.interval)
        transport.abort()
        return web.Response(status=503)


@dataclass(frozen=True, slots=True)
class Flood:
    """An answer that never ends, as fast as the connection takes it."""

    async def play(self, request: web.Request, stopping: asyncio.Event) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        with suppress(ConnectionError):  # the client has had enough
            while not stopping.is_set():
                await response.write(b" " * 65_536)
        return response


@dataclass(frozen=True, slots=True)
class Drop:
    """The connection is cut before an answer."""

    async def play(self, request: web.Request, _stopping: asyncio.Event) -> web.StreamResponse:
        if request.transport is not None:
            request.transport.abort()
        return web.Response(status=503)


@dataclass(frozen=True, slots=True)
class _Planned:
    fault: Fault
    path: str
    carried_out: bool


@dataclass(slots=True)
class Faults:
    """What goes wrong next, in order. A middleware asks it about every request.

    ``under_way`` is set as soon as something goes wrong, ``stopping`` when it all ends.
    """

    under_way: asyncio.Event = field(default_factory=asyncio.Event)
    stopping: asyncio.Event = field(default_factory=asyncio.Event)
    _planned: deque[_Planned] = field(default_factory=deque)

    def plan(self, fault: Fault, *, path: str = "/", carried_out: bool = False) -> None:
        """Let the next request to a path that starts with ``path`` go wrong.

        With ``carried_out`` the request is carried out before.
        """
        self._planned.append(_Planned(fault, path, carried_out))

    def _next(self, path: str) -> _Planned | None:
        if self._planned and path.startswith(self._planned[0].path):
            return self._planned.popleft()
        return None

    @property
    def middleware(self) -> Any:
        """The aiohttp middleware that plays them."""

        @web.middleware
        async def play(request: web.Request, handler: Any) -> web.StreamResponse:
            planned = self._next(request.path)
            if planned is None:
                answer: web.StreamResponse = await handler(request)
                return answer
            if planned.carried_out:
                await handler(request)
            self.under_way.set()
            return await planned.fault.play(request, self.stopping)

        return play
