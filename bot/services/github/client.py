"""gidgethub with its holes closed. Imported when it is first needed.

The library makes requests and reads answers; how they travel is up to this. As shipped it knows no
time limit and no bound for an answer, its errors hold what the server said, and it would send the
token wherever an address leads.
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Mapping
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any, Final

import aiohttp
from gidgethub.abc import GitHubAPI
from yarl import URL

from bot.errors import ServiceError, Unavailable
from bot.secret import Secret
from bot.services.github.faults import Refused, refused, stranger
from bot.services.github.settings import API_VERSION

MOST: Final = 4 * 1024**2  # bytes of one answer; a hundred long issues have a quarter of it

_REFUSAL: Final = 64 * 1024  # the same of one that is not 2xx
_CHUNK: Final = 64 * 1024
_OWN: Final = {"x-github-api-version": API_VERSION, "accept-encoding": "identity"}
_JSON: Final = "application/json"


class Client(GitHubAPI):
    """One user's way to the API at ``base`` (without a slash at the end), and nowhere else.

    It follows no redirects, keeps no cookies and takes nothing from the environment. ``timeout``
    (seconds) bounds a request as a whole. It raises
    :class:`~bot.services.github.faults.Refused`, and :class:`~bot.errors.Unavailable`.
    """

    def __init__(
        self, base: str, token: Secret, *, timeout: float, trusted: ssl.SSLContext | None
    ) -> None:
        super().__init__("actas", base_url=f"{base}/")  # the library is not told the token
        self._token, self._timeout = token, timeout
        self._session: aiohttp.ClientSession | None = None
        self._trusted = trusted
        self.expires = ""

    async def close(self) -> None:
        """Hang up."""
        if self._session is not None:
            await self._session.close()

    async def sleep(self, seconds: float) -> None:
        """See :meth:`gidgethub.abc.GitHubAPI.sleep`."""
        await asyncio.sleep(seconds)

    async def _request(
        self, method: str, url: str, headers: Mapping[str, str], body: bytes = b""
    ) -> tuple[int, Mapping[str, str], bytes]:
        """Send a request; only good answers come back."""
        if not url.startswith(self.base_url):
            raise Unavailable("it sends us to another address")
        sent = SimpleNamespace(at_all=False)
        failure: ServiceError | Refused
        try:
            async with asyncio.timeout(self._timeout):
                answer = await self._exchange(method, url, headers, body, sent)
        except TimeoutError:
            reason = f"no answer within {self._timeout:g} seconds"
        except aiohttp.ClientConnectorCertificateError:
            reason = "its certificate is not trusted here; the operator should check ca_file"
        except (aiohttp.ClientError, OSError, ValueError):
            reason = "the connection broke" if sent.at_all else "no connection"
        else:
            if 200 <= answer[0] < 300:
                return answer
            raise refused(*answer, datetime.now(UTC))
        failure = Unavailable(reason, retryable=method == "GET" or not sent.at_all)
        raise failure  # here: no context holds the request

    async def _exchange(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str],
        body: bytes,
        sent: SimpleNamespace,
    ) -> tuple[int, Mapping[str, str], bytes]:
        async with self._open().request(
            method,
            URL(url, encoded=True),
            headers={**headers, **_OWN, "authorization": f"Bearer {self._token.reveal()}"},
            data=body or None,
            allow_redirects=False,
            trace_request_ctx=sent,
        ) as response:
            good = 200 <= response.status < 300
            data = await _read(response, MOST if good else _REFUSAL, whole=good, method=method)
            found = {name.lower(): value for name, value in response.headers.items()}
        self.expires = found.get("github-authentication-token-expiration", self.expires)
        if not good:
            return response.status, found, data
        status = 204 if response.status == 205 else response.status  # new to the library
        kind = found.get("content-type", "").partition(";")[0].strip().lower()
        # without the charset, which may be one that takes hours; the library reads nothing else
        return status, {"content-type": _JSON} if kind == _JSON else {}, data

    def _open(self) -> aiohttp.ClientSession:
        if self._session is None:
            trace = aiohttp.TraceConfig()
            trace.on_request_headers_sent.append(_note)
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(
                    force_close=True,  # one that is used again may have been closed meanwhile
                    ssl=self._trusted or True,
                ),
                middlewares=(_once,),
                cookie_jar=aiohttp.DummyCookieJar(),
                trust_env=False,
                trace_configs=[trace],
            )
        return self._session


class _Broken(aiohttp.ClientError):
    """The connection broke after it had stood."""


async def _once(
    request: aiohttp.ClientRequest, handler: aiohttp.ClientHandlerType
) -> aiohttp.ClientResponse:
    """Send a request once: aiohttp would send PUT and DELETE again where the connection breaks."""
    try:
        return await handler(request)
    except aiohttp.ClientConnectorError:
        raise
    except (aiohttp.ClientOSError, aiohttp.ServerDisconnectedError):
        pass
    raise _Broken


async def _note(_: aiohttp.ClientSession, context: SimpleNamespace, __: Any) -> None:
    context.trace_request_ctx.at_all = True


async def _read(response: aiohttp.ClientResponse, most: int, *, whole: bool, method: str) -> bytes:
    """The body; of what does not have to be ``whole``, no more than ``most`` bytes."""
    body = bytearray()
    async for chunk in response.content.iter_chunked(_CHUNK):
        body += chunk
        if len(body) <= most:
            continue
        if whole:
            raise stranger(retryable=method == "GET")
        break
    return bytes(body[:most])
