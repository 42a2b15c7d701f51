"""What botocore sends its requests with, in place of its own: nothing from the environment.

A redirect is an answer like others (aiohttp would follow it, with the session's token among the
headers), and answers have a bound. Imported when AWS is first used.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, Self

import aiohttp
from aiobotocore.awsrequest import AioAWSResponse
from multidict import CIMultiDict
from yarl import URL

MOST: Final = 8 * 1024**2  # bytes of one answer; a page of 1,000 instances is about half of it


class Lost(Exception):
    """There is no answer, for ``reason``. ``sent``: the request may have arrived."""

    def __init__(self, reason: str, *, sent: bool) -> None:
        super().__init__(reason)
        self.reason, self.sent = reason, sent


class Transport:
    """The connections of one client. The arguments are botocore's; most of them are not wanted."""

    def __init__(self, *, timeout: Sequence[float], **_: object) -> None:
        self._timeout = aiohttp.ClientTimeout(total=max(timeout))
        self._session: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> Self:
        """Be ready; nothing is connected yet."""
        self._session = aiohttp.ClientSession(
            timeout=self._timeout,
            trust_env=False,
            cookie_jar=aiohttp.DummyCookieJar(),
            auto_decompress=False,
            skip_auto_headers=("Content-Type",),
        )
        return self

    async def __aexit__(self, *_: object) -> None:
        """Close all connections."""
        await self.close()

    async def close(self) -> None:
        """Close all connections."""
        if self._session is not None:
            await self._session.close()

    async def send(self, request: Any) -> AioAWSResponse:
        """Send a prepared request and read the answer.

        Raises:
            Lost: there is none that can be used.
        """
        try:
            return await self._send(request)
        except TimeoutError:
            lost = Lost(f"no answer within {self._timeout.total:g} seconds", sent=True)
        except aiohttp.ClientConnectorCertificateError:
            lost = Lost("its certificate is not trusted here", sent=False)
        except aiohttp.ClientConnectorError:
            lost = Lost("no connection", sent=False)
        except (aiohttp.ClientError, OSError):
            lost = Lost("the connection broke", sent=True)
        raise lost  # here: no context holds the request

    async def _send(self, request: Any) -> AioAWSResponse:
        assert self._session is not None  # noqa: S101 - botocore enters what it sends with
        headers = CIMultiDict((name, _text(value)) for name, value in request.headers.items())
        headers["Accept-Encoding"] = "identity"
        async with self._session.request(
            request.method,
            URL(request.url, encoded=True),
            headers=headers,
            data=request.body or None,
            allow_redirects=False,
        ) as answer:
            body = _Body(await _bounded(answer))
            found = {name.lower(): value for name, value in answer.headers.items()}
            return AioAWSResponse(request.url, answer.status, found, body)


class _Body:
    """An answer's body that has been read already."""

    def __init__(self, data: bytes) -> None:
        self._data = data

    async def read(self) -> bytes:
        """All of it."""
        return self._data


async def _bounded(answer: aiohttp.ClientResponse) -> bytes:
    body = bytearray()
    async for chunk in answer.content.iter_any():
        body += chunk
        if len(body) > MOST:
            raise Lost(f"its answer is larger than {MOST // 1024**2} MiB", sent=True)
    return bytes(body)


def _text(value: str | bytes) -> str:
    return value.decode() if isinstance(value, bytes) else value
