"""One person's way to one service, and nowhere else."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

from bot.model import Credential
from bot.services.http.faults import refusal
from bot.services.http.site import Site


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
    """Sends requests with one person's token."""

    __slots__ = ("_carrier", "_credential", "site")

    def __init__(self, site: Site, credential: Credential) -> None:
        self.site, self._credential = site, credential
        self._carrier = site.carrier()

    async def send(self, request: Request) -> bytes:
        """The body of what the service answers.

        Raises:
            ServiceError: it refuses, fails, or cannot be reached.
        """
        has_body = request.body is not None
        answer = await self._carrier.send(
            request.method,
            f"{self.site.url}/{request.path}",
            headers=self._headers(has_body=has_body),
            body=json.dumps(request.body, allow_nan=False).encode() if has_body else b"",
            safe=request.safe,
        )
        if answer.good:
            return answer.body
        raise refusal(
            answer.status,
            answer.headers.get("retry-after", ""),
            what=request.what,
            permission=request.permission,
            retryable=request.safe,
        )

    async def close(self) -> None:
        """Close all connections."""
        await self._carrier.close()

    def _headers(self, *, has_body: bool) -> dict[str, str]:
        kind = {"Content-Type": "application/json"} if has_body else {}
        own = self.site.sending.headers(self._credential)
        return {"Accept": "application/json", **kind, **own}
