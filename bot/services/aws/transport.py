"""What botocore sends its requests with, in place of its own: nothing from the environment.

A redirect is an answer like others, and answers have a bound. Imported when AWS is first used.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, Self

from aiobotocore.awsrequest import AioAWSResponse
from yarl import URL

from bot.wire import Carrier

MOST: Final = 8 * 1024**2  # bytes of one answer; a page of 1,000 instances is about half of it


class Transport:
    """The connections of one client. The arguments are botocore's; most of them are not wanted."""

    def __init__(self, *, timeout: Sequence[float], **_: object) -> None:
        self._carrier = Carrier(timeout=max(timeout), most=MOST)

    async def __aenter__(self) -> Self:
        """Be ready; nothing is connected yet."""
        return self

    async def __aexit__(self, *_: object) -> None:
        """Close all connections."""
        await self.close()

    async def close(self) -> None:
        """Close all connections."""
        await self._carrier.close()

    async def send(self, request: Any) -> AioAWSResponse:
        """Send a prepared request and read the answer.

        Raises:
            Unavailable: there is none that can be used; retryable where nothing has left.
        """
        answer = await self._carrier.send(
            request.method,
            URL(request.url, encoded=True),
            headers={name: _text(value) for name, value in request.headers.items()},
            body=request.body or b"",
            safe=False,
        )
        return AioAWSResponse(request.url, answer.status, answer.headers, _Body(answer.body))


class _Body:
    """An answer's body that has been read already."""

    def __init__(self, data: bytes) -> None:
        self._data = data

    async def read(self) -> bytes:
        """All of it."""
        return self._data


def _text(value: str | bytes) -> str:
    return value.decode() if isinstance(value, bytes) else value
