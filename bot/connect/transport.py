"""How a request to a token endpoint travels: by itself, over a connection of its own.

It follows no redirect, keeps no cookie, takes no proxy and no password from the environment, and
has one time limit for all of it. An answer that is longer than a token's can be is not read.
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Final

import aiohttp

from bot.errors import RateLimited, ServiceError, Unavailable
from bot.quiet import keep_quiet

LONGEST_ANSWER: Final = 16 * 1024  # bytes; a token answer has some hundreds
NONSENSE: Final = "its answer cannot be understood"


async def post(
    address: str,
    *,
    headers: Mapping[str, str],
    within: float,
    form: str = "",
    ca_file: Path | None = None,
) -> tuple[int, bytes] | ServiceError:
    """POST ``form`` (URL-encoded); return the status (200, or one of 4xx) and the answer's body.

    All of it may take ``within`` seconds; ``ca_file`` holds the certificates to trust, if not the
    system's. What goes wrong is returned: the caller raises it, where neither its context nor a
    local variable holds a secret.
    """
    try:
        async with asyncio.timeout(within):
            status, body = await _exchange(address, headers, form, ca_file)
    except TimeoutError:
        reason = f"no answer within {within:g} seconds"
    except aiohttp.ClientConnectorCertificateError:
        reason = "its certificate is not trusted here"
    except (aiohttp.ClientError, OSError):
        reason = "no connection"
    except ValueError:
        reason = NONSENSE
    else:
        return _usable(status, body)
    return Unavailable(reason)


def quiet_oauthlib() -> None:
    """Keep oauthlib from logging, which writes verifiers and tokens at DEBUG."""
    keep_quiet("oauthlib")


def _usable(status: int, body: bytes) -> tuple[int, bytes] | ServiceError:
    if status == 429:
        return RateLimited()
    if status == 200 or 400 <= status < 500:
        return status, body
    return Unavailable(f"status {status}")


@cache
def _trusted(ca_file: Path) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=ca_file)


async def _exchange(
    address: str, headers: Mapping[str, str], form: str, ca_file: Path | None
) -> tuple[int, bytes]:
    kind = {"Content-Type": "application/x-www-form-urlencoded"} if form else {}
    async with (
        aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(ssl=_trusted(ca_file) if ca_file else True),
            cookie_jar=aiohttp.DummyCookieJar(),
            headers={"Accept-Encoding": "identity", "User-Agent": "actas"},
            auto_decompress=False,
            trust_env=False,
        ) as session,
        session.post(
            address, headers={**headers, **kind}, data=form.encode() or None, allow_redirects=False
        ) as response,
    ):
        return response.status, await _read(response)


async def _read(response: aiohttp.ClientResponse) -> bytes:
    body = bytearray()
    async for chunk in response.content.iter_any():
        body += chunk
        if len(body) > LONGEST_ANSWER:
            raise ValueError("the answer is too long")
    return bytes(body)
