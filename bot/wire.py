"""``aiohttp`` with its holes closed, for whoever speaks HTTP without a library of the service's.

As shipped it follows redirects, sends GET, PUT and DELETE again where a connection breaks, unpacks
what is packed, reads answers of any size, and waits five minutes for them. Its exceptions hold the
request, with whatever authorises it. For libraries that are built on ``requests`` there is
:mod:`bot.http`.

Like :mod:`bot.plugin` it is for services of other packages, too.
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, Final, Self

import aiohttp
from aiohttp.abc import AbstractResolver
from multidict import CIMultiDict
from yarl import URL

from bot.errors import Unavailable

_REFUSAL: Final = 64 * 1024  # bytes that are read of an answer that is not 2xx
_SAFE: Final = frozenset({"GET", "HEAD"})  # methods that change nothing: RFC 9110, section 9.2.1


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back: ``body`` as it was sent (cut, where it is a long refusal).

    ``headers`` have names in lower case.
    """

    status: int
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)

    @property
    def good(self) -> bool:
        """Whether it is 2xx."""
        return 200 <= self.status < 300


class Carrier:
    """Carries requests, each once and over a connection of its own; ``async with`` closes them.

    It follows no redirects, keeps no cookies, takes nothing from the environment, and unpacks
    nothing. ``timeout`` (seconds) bounds a request as a whole, ``most`` (bytes) an answer.
    ``ca_file`` holds the certificates to trust, if not the system's; ``advice`` ends the sentence
    about one that is not trusted. ``lookup`` makes what looks names up, for every connection.
    """

    def __init__(
        self,
        *,
        timeout: float,
        most: int,
        ca_file: Path | None = None,
        advice: str = "",
        lookup: Callable[[], AbstractResolver] | None = None,
    ) -> None:
        self._timeout, self._most = timeout, most
        self._ca_file, self._advice, self._lookup = ca_file, advice, lookup
        self._session: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def close(self) -> None:
        """Close all connections."""
        if self._session is not None:
            await self._session.close()

    async def send(
        self,
        method: str,
        address: str | URL,
        *,
        headers: Mapping[str, str],
        body: bytes = b"",
        safe: bool | None = None,
    ) -> Answer:
        """Send a request and read the answer, be it good or a refusal.

        ``safe``: it may be carried out twice; if not said, GET and HEAD may. What is raised holds
        neither headers nor body, as long as they are no local variables of the caller's.

        Raises:
            Unavailable: there is none; retryable where the request is safe, or nothing has left.
        """
        way = _Way()
        try:
            async with asyncio.timeout(self._timeout):
                answer = await self._exchange(method, address, headers, body, way)
        except TimeoutError:
            reason = f"no answer within {self._timeout:g} seconds"
        except aiohttp.ClientConnectorCertificateError:
            reason = f"its certificate is not trusted here{self._advice}"
        except (aiohttp.ClientError, OSError, ValueError):
            reason = "the connection broke" if way.stands else "no connection"
        except Unavailable as error:  # of what looks names up
            reason = error.what
        else:
            if not answer.good or len(answer.body) <= self._most:
                return answer
            reason = f"its answer cannot be understood: it is larger than {_size(self._most)}"
        del headers, body  # a traceback leads to local variables, and a context to more of them
        safe = method in _SAFE if safe is None else safe
        raise Unavailable(reason, retryable=safe or not way.stands)

    async def _exchange(
        self,
        method: str,
        address: str | URL,
        headers: Mapping[str, str],
        body: bytes,
        way: _Way,
    ) -> Answer:
        sent = CIMultiDict({"User-Agent": "actas"})
        sent.update(headers)
        sent["Accept-Encoding"] = "identity"
        async with self._opened().request(
            method,
            address,
            headers=sent,
            data=body or None,
            allow_redirects=False,
            trace_request_ctx=way,
        ) as response:
            good = 200 <= response.status < 300
            read = await _read(response, self._most if good else min(self._most, _REFUSAL))
            found = {name.lower(): value for name, value in response.headers.items()}
            return Answer(response.status, found, read)

    def _opened(self) -> aiohttp.ClientSession:
        if self._session is None:
            trace = aiohttp.TraceConfig()
            trace.on_connection_create_end.append(_connected)
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(
                    force_close=True,  # one that is used again may have been closed meanwhile
                    resolver=self._lookup() if self._lookup else None,
                    ssl=_trusted(self._ca_file) if self._ca_file else True,
                    use_dns_cache=False,
                ),
                auto_decompress=False,
                cookie_jar=aiohttp.DummyCookieJar(),
                middlewares=[_once],
                skip_auto_headers=("Content-Type",),
                timeout=aiohttp.ClientTimeout(total=None),  # there is one already
                trace_configs=[trace],
                trust_env=False,
            )
        return self._session


@dataclass(slots=True)
class _Way:
    """The way of one request; ``stands``: from now on it may arrive."""

    stands: bool = False


class _Broken(aiohttp.ClientError):
    """The connection broke after it had stood."""


async def _once(
    request: aiohttp.ClientRequest, handler: aiohttp.ClientHandlerType
) -> aiohttp.ClientResponse:
    """Send a request once: RFC 9112, section 9.3.1, would allow more, and aiohttp does it."""
    try:
        return await handler(request)
    except aiohttp.ClientConnectorError:
        raise
    except (aiohttp.ClientOSError, aiohttp.ServerDisconnectedError):
        pass
    raise _Broken


async def _connected(_: aiohttp.ClientSession, context: Any, __: Any) -> None:
    context.trace_request_ctx.stands = True


async def _read(response: aiohttp.ClientResponse, most: int) -> bytes:
    """The body, or so much of it that it is known to be longer than ``most``."""
    body = bytearray()
    async for chunk in response.content.iter_any():
        body += chunk
        if len(body) > most:
            break
    return bytes(body[: most + 1])


@cache
def _trusted(ca_file: Path) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=ca_file)


def _size(most: int) -> str:
    return f"{most // 1024**2} MiB" if most >= 1024**2 else f"{most // 1024} KiB"
