"""One person's way to one service, and nowhere else."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any, Final

from aiohttp import (
    ClientConnectorCertificateError,
    ClientConnectorSSLError,
    ClientError,
    ClientHandlerType,
    ClientOSError,
    ClientRequest,
    ClientResponse,
    ClientSession,
    ClientTimeout,
    DummyCookieJar,
    ServerDisconnectedError,
    TraceConfig,
)

from bot.errors import Unavailable
from bot.model import Credential
from bot.services.http.faults import refusal
from bot.services.http.site import Site

_MOST: Final = 2 * 1024 * 1024  # bytes of an answer
_CHUNK: Final = 64 * 1024
_HEADERS: Final = {
    "Accept": "application/json",
    "Accept-Encoding": "identity",  # what is packed small can be large
    "User-Agent": "actas",
}


@dataclass(frozen=True, slots=True)
class Request:
    """What is sent: ``path`` (with its query) is encoded, and below the service's address.

    ``safe``: it may be sent twice. ``what`` it is about, and which ``permission`` it needs, is for
    errors. ``body`` is JSON; None sends none.
    """

    method: str
    path: str = field(repr=False)
    safe: bool
    body: Any = field(default=None, repr=False)
    what: str = "such address"
    permission: str = ""


class HttpApi:
    """Sends requests with one person's token.

    No redirect is followed, no cookie kept, nothing taken from the environment.
    """

    __slots__ = ("_credential", "_session", "_stands", "site")

    def __init__(self, site: Site, credential: Credential) -> None:
        self.site, self._credential = site, credential
        self._session: ClientSession | None = None
        self._stands = False

    async def send(self, request: Request) -> bytes:
        """The body of what the service answers.

        Raises:
            ServiceError: it refuses, fails, or cannot be reached.
        """
        headers = self.site.sending.headers(self._credential)
        if request.body is not None:
            headers["Content-Type"] = "application/json"
        self._stands = False
        failure: Exception
        try:
            return await self._answer(request, headers)
        except (ClientError, OSError, ValueError, _Failed) as error:  # TimeoutError is an OSError
            failure = error.error if isinstance(error, _Failed) else error
        reason = self._reason(failure)  # raised here: no context holds the request, with its token
        raise Unavailable(reason, retryable=request.safe or not self._stands)

    async def close(self) -> None:
        """Close all connections."""
        if self._session is not None:
            await self._session.close()

    def _reason(self, error: Exception) -> str:
        if isinstance(error, ClientConnectorCertificateError | ClientConnectorSSLError):
            return "its certificate is not trusted here"
        if isinstance(error, TimeoutError):
            return f"no answer within {self.site.timeout:g} seconds"
        return "the connection broke" if self._stands else "no connection"

    async def _answer(self, request: Request, headers: dict[str, str]) -> bytes:
        session = self._opened()
        body = None if request.body is None else json.dumps(request.body, allow_nan=False)
        async with session.request(
            request.method,
            f"{self.site.url}/{request.path}",
            headers=headers,
            data=body,
            allow_redirects=False,
        ) as answer:
            if not 200 <= answer.status < 300:
                raise refusal(
                    answer.status,
                    answer.headers.get("Retry-After", ""),
                    what=request.what,
                    permission=request.permission,
                    retryable=request.safe,
                )
            return await self._whole(answer, request)

    async def _whole(self, answer: ClientResponse, request: Request) -> bytes:
        body = bytearray()
        async for chunk in answer.content.iter_chunked(_CHUNK):
            body += chunk
            if len(body) > _MOST:
                reason = f"its answer is larger than {_MOST // 1024**2} MiB"
                raise Unavailable(reason, retryable=request.safe)
        return bytes(body)

    def _opened(self) -> ClientSession:
        if self._session is None:
            trace = TraceConfig()
            trace.on_connection_create_end.append(self._connected)
            self._session = ClientSession(
                connector=self.site.connector(),
                timeout=ClientTimeout(total=self.site.timeout),
                headers=_HEADERS,
                cookie_jar=DummyCookieJar(),
                trust_env=False,
                auto_decompress=False,
                trace_configs=[trace],
                middlewares=[_once],
            )
        return self._session

    async def _connected(self, _: ClientSession, context: SimpleNamespace, params: Any) -> None:
        """From here on a request may arrive."""
        del context, params
        self._stands = True


class _Failed(Exception):  # never leaves this module
    """A connection failed: aiohttp does not know this error, and so does nothing about it."""

    def __init__(self, error: Exception) -> None:
        super().__init__()
        self.error = error


async def _once(request: ClientRequest, handler: ClientHandlerType) -> ClientResponse:
    """Send a request once: aiohttp would send a PUT or DELETE again whose answer was lost.

    RFC 9112, section 9.3.1, allows that. Here nothing that was asked once is done twice.
    """
    try:
        return await handler(request)
    except (ClientOSError, ServerDisconnectedError) as error:
        failure = _Failed(error)
    raise failure
