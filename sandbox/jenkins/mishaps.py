"""What can go wrong on the way: answers that no Jenkins should give, and none at all.

A mishap answers a request in Jenkins' place. Tests queue them with
:meth:`~sandbox.jenkins.app.JenkinsStandIn.fail`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass

from aiohttp import web

Mishap = Callable[[web.Request], Awaitable[web.StreamResponse]]

OOPS = "<!DOCTYPE html><html><head><title>Jenkins - Error</title></head><body>Oops!</body></html>"


@dataclass
class Planned:
    """A mishap that waits for its request. ``after``: Jenkins does what was asked first."""

    mishap: Mishap
    method: str
    path: str
    times: int
    after: bool

    def meets(self, request: web.Request) -> bool:
        """Whether it is this request's turn."""
        method = self.method in ("*", request.method)
        return bool(self.times and method and self.path in request.raw_path)


def answer(
    status: int, body: str = OOPS, content_type: str = "text/html", **headers: str
) -> Mishap:
    """A plain answer; ``Retry_After="3"`` is the header Retry-After."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}

    async def mishap(_: web.Request) -> web.StreamResponse:
        return web.Response(status=status, text=body, content_type=content_type, headers=named)

    return mishap


def json(body: str) -> Mishap:
    """200 with this as JSON, whatever it is."""
    return answer(200, body, "application/json")


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


async def drip_head(request: web.Request) -> web.StreamResponse:
    """A header that never ends, a byte at a time: each one resets a timeout per read."""
    await _drip(request, b"HTTP/1.1 200 OK\r\nX-Slow: ")
    return web.Response()


async def drip_body(request: web.Request) -> web.StreamResponse:
    """A body that never ends, a byte at a time."""
    await _drip(request, b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n")
    return web.Response()


async def flood(request: web.Request) -> web.StreamResponse:
    """A body without end, as fast as it is read."""
    response = web.StreamResponse()
    with suppress(ConnectionError):  # the other side has had enough
        await response.prepare(request)
        while True:
            await response.write(b" " * 65536)
    return response


async def _drip(request: web.Request, head: bytes) -> None:
    transport = request.transport
    if transport is None:
        return
    transport.write(head)
    while not transport.is_closing():
        transport.write(b"x")
        await asyncio.sleep(0.05)
