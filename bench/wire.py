"""An account's connection to the homeserver, as lean as it gets: what measures must not cost."""

from __future__ import annotations

import json
from typing import Any

import aiohttp

from sandbox.synapse import Login

Json = dict[str, Any]


class Wire:
    """Requests of one login over the run's connections. Paths follow ``/_matrix/client/v3``."""

    def __init__(self, http: aiohttp.ClientSession, url: str, login: Login) -> None:
        self._http, self._base = http, f"{url}/_matrix/client/v3"
        self._headers = {
            "Authorization": f"Bearer {login.token}",
            "Content-Type": "application/json",
        }

    async def call(self, method: str, path: str, body: Json | None = None) -> Json:
        """Make a request.

        Raises:
            RuntimeError: the homeserver answered anything but 200.
        """
        return await self.send(method, path, None if body is None else json.dumps(body).encode())

    async def send(self, method: str, path: str, body: bytes | None) -> Json:
        """Make a request whose body is written already; see :meth:`call`."""
        url = self._base + path
        async with self._http.request(method, url, data=body, headers=self._headers) as response:
            data = await response.read()
        if response.status != 200:
            raise RuntimeError(f"{method} {path}: {response.status} {data.decode()}")
        answer: Json = json.loads(data)
        return answer

    async def poll(self, query: dict[str, str]) -> bytes:
        """Wait for the next sync response and return it unread.

        Raises:
            RuntimeError: the homeserver answered anything but 200.
        """
        url = f"{self._base}/sync"
        async with self._http.get(url, params=query, headers=self._headers) as response:
            data = await response.read()
        if response.status != 200:
            raise RuntimeError(f"sync: {response.status} {data.decode()}")
        return data
