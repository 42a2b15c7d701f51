"""A hostile homeserver: a reverse proxy that can do to its clients whatever it likes.

Behind it is a real one, so that everything that is not tampered with is as it should be.
"""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from typing import Any, Final, Self

import aiohttp
from aiohttp import web
from yarl import URL

from sandbox.bot import Bot
from sandbox.held import Held
from sandbox.mishaps import Mishap
from sandbox.stand_in import StandIn

Json = dict[str, Any]
Change = Callable[[Json], Json]
"""Makes something else of what a client asks or is answered; see :mod:`sandbox.lies`."""

_PATIENCE: Final = 20.0  # seconds
_HOP_BY_HOP: Final = {"connection", "content-length", "content-encoding", "transfer-encoding"}


@dataclass(frozen=True, slots=True)
class Exchange:
    """A request as the client made it, and the answer that it was given."""

    method: str
    path: str
    sent: bytes
    status: int
    answered: bytes

    @property
    def body(self) -> Json:
        """What was asked."""
        return _object(self.sent)

    @property
    def answer(self) -> Json:
        """What was answered."""
        return _object(self.answered)


@dataclass(slots=True)
class Lie:
    """What is made of the requests and answers of a path; ``told`` counts those that differ."""

    path: str
    answer: Change | None
    request: Change | None
    told: int = 0

    def about(self, data: bytes, change: Change | None) -> bytes:
        """What is passed on instead of ``data``, if that is a JSON object."""
        truth = _object(data)
        if change is None or not truth:
            return data
        made_up = json.dumps(change(truth)).encode()
        if json.loads(made_up) == json.loads(data):
            return data
        self.told += 1
        return made_up


class Gateway(StandIn):
    """Stands between one client and its homeserver; ``url`` is what the client is told.

    :meth:`fail` and :meth:`refusing` answer in the homeserver's place, :meth:`hold` and
    :meth:`delay` keep a request waiting, :meth:`cut` breaks off in the middle of an
    answer, :meth:`forget` begins a sync anew, and :meth:`lying` changes what is said.
    ``exchanges`` are all that there have been.
    """

    def __init__(self, homeserver: str) -> None:
        super().__init__()
        self.exchanges: list[Exchange] = []
        self._homeserver = homeserver
        self._lies: list[Lie] = []
        self._forgetful = False
        self._exchanged = asyncio.Condition()
        self._http: aiohttp.ClientSession | None = None

    @classmethod
    @asynccontextmanager
    async def before(cls, bot: Bot) -> AsyncIterator[Self]:
        """One that a bot which is down is told of, until the end of the block."""
        address = bot.config["homeserver"]
        url = address["url"]
        async with cls(url) as gateway:
            address["url"] = gateway.url
            yield gateway
        address["url"] = url

    async def start(self) -> None:
        """Listen on a free port of 127.0.0.1."""
        self._http = aiohttp.ClientSession(auto_decompress=True)
        app = web.Application(client_max_size=64 * 1024**2)
        app.router.add_route("*", "/{path:.*}", self._pass)
        await self._listen(app, handler_cancellation=True)

    async def stop(self) -> None:
        """Stop listening, and drop all that runs."""
        await super().stop()
        if self._http is not None:
            await self._http.close()

    # misdeeds -------------------------------------------------------------------------------
    def hold(self, path: str, *, after: bool = False) -> Held:
        """Keep the next request whose path holds ``path`` waiting.

        ``after``: what it asks for is done before, and only its answer is kept.
        """
        held = Held()
        self.fail(held, path=path, after=after)
        return held

    def delay(self, path: str) -> Held:
        """Keep the next request whose path holds ``path`` waiting, and pass it on when let go."""
        held = Held(self._pass)
        self.fail(held, path=path)
        return held

    def cut(self, path: str, *, times: int = 1) -> None:
        """Break the connection in the middle of the next answers."""
        self.fail(self._half, path=path, times=times)

    def forget(self) -> None:
        """Answer the next sync as if it were the client's first."""
        self._forgetful = True

    @contextmanager
    def refusing(self, path: str, mishap: Mishap) -> Iterator[None]:
        """Answer all requests whose path holds ``path`` otherwise, until the end of the block."""
        self.fail(mishap, path=path, times=sys.maxsize)
        planned = self._planned[-1]
        try:
            yield
        finally:
            self._planned.remove(planned)

    @contextmanager
    def lying(
        self, path: str, answer: Change | None = None, *, request: Change | None = None
    ) -> Iterator[Lie]:
        """Change the answers of ``path``, or what is asked of it, until the end of the block."""
        lie = Lie(path, answer, request)
        self._lies.append(lie)
        try:
            yield lie
        finally:
            self._lies.remove(lie)

    # what is seen ---------------------------------------------------------------------------
    @property
    def position(self) -> int:
        """How many exchanges there have been, for ``after=``."""
        return len(self.exchanges)

    def seen(self, path: str, *, after: int = 0) -> list[Exchange]:
        """The exchanges after a position whose path holds ``path``."""
        return [exchange for exchange in self.exchanges[after:] if path in exchange.path]

    async def sees(
        self, path: str, wanted: Callable[[Exchange], bool] = bool, *, after: int = 0
    ) -> Exchange:
        """Wait for such an exchange, which is ``wanted``.

        Raises:
            TimeoutError: there was none in time.
        """

        def found() -> Exchange | None:
            return next((e for e in self.seen(path, after=after) if wanted(e)), None)

        async with asyncio.timeout(_PATIENCE), self._exchanged:
            await self._exchanged.wait_for(lambda: found() is not None)
        exchange = found()
        assert exchange is not None
        return exchange

    # passing on -----------------------------------------------------------------------------
    async def _pass(self, request: web.Request) -> web.StreamResponse:
        sent = await request.read()
        for lie in self._about(request):
            sent = lie.about(sent, lie.request)
        headers = _kept(request.headers)
        headers.pop("Host", None)
        address = URL(self._homeserver + request.raw_path, encoded=True)
        if self._forgetful and request.path.endswith("/sync"):
            self._forgetful, address = False, address.without_query_params("since")
        assert self._http is not None
        async with self._http.request(
            request.method, address, data=sent, headers=headers
        ) as answer:
            data = await answer.read()
        if answer.status == 200:
            for lie in self._about(request):
                data = lie.about(data, lie.answer)
        async with self._exchanged:
            self.exchanges.append(Exchange(request.method, request.path, sent, answer.status, data))
            self._exchanged.notify_all()
        return web.Response(status=answer.status, body=data, headers=_kept(answer.headers))

    async def _half(self, request: web.Request) -> web.StreamResponse:
        whole = await self._pass(request)
        assert isinstance(whole, web.Response)
        assert isinstance(whole.body, bytes)
        headers = {"Content-Type": whole.content_type, "Content-Length": str(len(whole.body))}
        response = web.StreamResponse(status=whole.status, headers=headers)
        await response.prepare(request)
        await response.write(whole.body[: len(whole.body) // 2])
        if request.transport is not None:
            request.transport.close()
        return response

    def _about(self, request: web.Request) -> list[Lie]:
        return [lie for lie in self._lies if lie.path in request.path]


def _kept(headers: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in headers.items() if name.lower() not in _HOP_BY_HOP}


def _object(data: bytes) -> Json:
    try:
        found = json.loads(data)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}
