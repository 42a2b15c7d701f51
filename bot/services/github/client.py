"""gidgethub over a carrier. Imported when it is first needed.

The library makes requests and reads answers; how they travel is up to this. As shipped its errors
hold what the server said, and it would send the token wherever an address leads.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Final

from gidgethub.abc import GitHubAPI
from yarl import URL

from bot.errors import Unavailable
from bot.secret import Secret
from bot.services.github.faults import refused
from bot.services.github.settings import API_VERSION
from bot.wire import Carrier

_JSON: Final = "application/json"


class Client(GitHubAPI):
    """One user's way to the API at ``base`` (without a slash at the end), and nowhere else.

    It raises :class:`~bot.services.github.faults.Refused`, and :class:`~bot.errors.Unavailable`.
    """

    def __init__(self, base: str, token: Secret, carrier: Carrier) -> None:
        super().__init__("actas", base_url=f"{base}/")  # the library is not told the token
        self._token, self._carrier = token, carrier
        self.expires = ""

    async def close(self) -> None:
        """Hang up."""
        await self._carrier.close()

    async def sleep(self, seconds: float) -> None:
        """See :meth:`gidgethub.abc.GitHubAPI.sleep`."""
        await asyncio.sleep(seconds)

    async def _request(
        self, method: str, url: str, headers: Mapping[str, str], body: bytes = b""
    ) -> tuple[int, Mapping[str, str], bytes]:
        """Send a request; only good answers come back."""
        if not url.startswith(self.base_url):
            raise Unavailable("it sends us to another address")
        answer = await self._carrier.send(
            method, URL(url, encoded=True), headers={**headers, **self._own()}, body=body
        )
        found = answer.headers
        self.expires = found.get("github-authentication-token-expiration", self.expires)
        if not answer.good:
            raise refused(answer.status, found, answer.body, datetime.now(UTC))
        status = 204 if answer.status == 205 else answer.status  # new to the library
        kind = found.get("content-type", "").partition(";")[0].strip().lower()
        # without the charset, which may be one that takes hours; the library reads nothing else
        return status, {"content-type": _JSON} if kind == _JSON else {}, answer.body

    def _own(self) -> dict[str, str]:
        token = f"Bearer {self._token.reveal()}"
        return {"authorization": token, "x-github-api-version": API_VERSION}
