"""What can go wrong on the way: answers that nobody should give, and none at all.

A mishap answers a request in a service's place. Tests queue them with
:meth:`~sandbox.stand_in.StandIn.fail`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

Mishap = Callable[[web.Request], Awaitable[web.StreamResponse]]

OOPS = "<!DOCTYPE html><html><head><title>Error</title></head><body>Oops!</body></html>"


@dataclass(frozen=True, slots=True)
class Answer:
    """A fixed answer. ``body``: text as it stands (HTML by default), anything else as JSON."""

    status: int = 200
    body: Any = OOPS
    headers: Mapping[str, str] = field(default_factory=dict)
    content_type: str = "text/html"

    async def __call__(self, _: web.Request) -> web.StreamResponse:
        """Give it."""
        if not isinstance(self.body, str):
            return web.json_response(self.body, status=self.status, headers=self.headers)
        return web.Response(
            status=self.status,
            text=self.body,
            headers=self.headers,
            content_type=self.content_type,
        )


def slow(seconds: float) -> Mishap:
    """An answer that comes late."""

    async def mishap(_: web.Request) -> web.StreamResponse:
        await asyncio.sleep(seconds)
        return web.json_response({})

    return mishap


async def drop(request: web.Request) -> web.StreamResponse:
    """Hang up without a word."""
    if request.transport is not None:
        request.transport.abort()
    return web.Response()


async def cut(request: web.Request) -> web.StreamResponse:
    """Hang up in the middle of an answer."""
    if request.transport is not None:
        head = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 99\r\n\r\n"
        request.transport.write(head + b'{"number": ')
        request.transport.close()
    return web.Response()


async def hang(request: web.Request) -> web.StreamResponse:
    """No answer, for as long as somebody waits for one."""
    return await _drip(request, b"", b"")


async def drip_head(request: web.Request) -> web.StreamResponse:
    """A header that never ends, a byte at a time: each one resets a timeout per read."""
    return await _drip(request, b"HTTP/1.1 200 OK\r\nX-Drip: ")


async def drip_body(request: web.Request) -> web.StreamResponse:
    """A body that never ends, a byte at a time."""
    return await _drip(request, b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n")


async def flood(request: web.Request) -> web.StreamResponse:
    """A body without end, as fast as it is read."""
    response = web.StreamResponse()
    with suppress(ConnectionError):  # the other side has had enough
        await response.prepare(request)
        while True:
            await response.write(b" " * 65_536)
    return response


async def _drip(request: web.Request, head: bytes, byte: bytes = b" ") -> web.StreamResponse:
    transport = request.transport
    if transport is not None:
        transport.write(head)
        while not transport.is_closing():
            transport.write(byte)
            await asyncio.sleep(0.02)
    return web.Response()
