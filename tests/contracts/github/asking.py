"""Asks the stand-in's API as a plain client would."""

from __future__ import annotations

from contextlib import asynccontextmanager

import aiohttp


@asynccontextmanager
async def asking(github):
    """A function that answers with the status, the JSON and the headers of a request."""
    async with aiohttp.ClientSession() as session:

        async def ask(method, path, token="", body=None, **headers):
            if token:
                headers["Authorization"] = f"Bearer {token}"
            address = path if path.startswith("http") else github.api + path
            async with session.request(method, address, json=body, headers=headers) as answer:
                text = await answer.text()
                return answer.status, (await answer.json()) if text else None, answer.headers

        yield ask
