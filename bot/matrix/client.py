"""The homeserver over HTTP: requests in, JSON or a typed error out.

Paths are those of the Client-Server API (https://spec.matrix.org/v1.18/client-server-api/),
without ``/_matrix/client``. Nothing here retries by itself except :meth:`Homeserver.persist`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Final
from urllib.parse import quote

import aiohttp
import stamina

from bot.errors import ActasError
from bot.matrix.ids import is_id
from bot.secret import Secret

JsonObject = dict[str, Any]
_CLIENT: Final = "/_matrix/client"
_CODE: Final = re.compile(r"[A-Za-z0-9_.]{1,100}")  # an errcode; it is shown to operators
_WAITS: Final = (200, 300_000)  # ms that a homeserver may have us wait, at least and at most
_LARGEST: Final = 256 * 1024 * 1024  # bytes of one answer; a first sync of many rooms is large


class MatrixError(ActasError):
    """The homeserver answered with an error.

    ``errcode`` is the spec's (``M_FORBIDDEN``), or "" where the answer was not Matrix at all;
    ``retry_after`` is in seconds, where the server says.
    """

    def __init__(
        self, status: int, errcode: str, retry_after: float | None, data: JsonObject
    ) -> None:
        super().__init__(f"HTTP {status} {errcode}".rstrip())
        self.status, self.errcode, self.retry_after, self.data = status, errcode, retry_after, data

    @property
    def dead_token(self) -> bool:
        """The access token will never work again."""
        return self.errcode in ("M_UNKNOWN_TOKEN", "M_MISSING_TOKEN", "M_USER_DEACTIVATED")


class Unreachable(ActasError):
    """No answer from the homeserver: refused, timed out, cut off, or not HTTP."""


@dataclass(frozen=True, slots=True)
class Session:
    """A login: who, on which device, with which token."""

    user_id: str
    device_id: str
    access_token: Secret


def path(template: str, *parts: str) -> str:
    """Fill ``{}`` of a path with percent-encoded parts."""
    return template.format(*(quote(part, safe="") for part in parts))


class Homeserver:
    """One account's connection. ``url`` is the base address, ``timeout`` seconds a request."""

    def __init__(self, url: str, *, timeout: float = 30.0) -> None:
        self.url = url.rstrip("/")
        self._timeout = timeout
        self._token: Secret | None = None
        self._http: aiohttp.ClientSession | None = None

    def use(self, token: Secret | None) -> None:
        """Authenticate the following requests, or none of them."""
        self._token = token

    async def close(self) -> None:
        """Close the connections."""
        if self._http is not None:
            await self._http.close()
            self._http = None

    async def request(
        self,
        method: str,
        where: str,
        body: Any = None,
        *,
        query: Mapping[str, str] | None = None,
        timeout: float | None = None,  # noqa: ASYNC109  # the deadline of the whole exchange
    ) -> JsonObject:
        """Make one request; ``where`` begins with a version (``/v3/sync``) or ``/versions``.

        Raises:
            MatrixError: an answer with another status than 2xx.
            Unreachable: no answer, or one that is not a JSON object.
        """
        raw = None if body is None else json.dumps(body, separators=(",", ":")).encode()
        status, data = await self._exchange(
            method, _CLIENT + where, raw, query=query, seconds=timeout or self._timeout
        )
        try:
            found = json.loads(data)
        except (ValueError, RecursionError):
            found = None
        if status // 100 != 2:
            answer = found if isinstance(found, dict) else {}
            errcode, wait = answer.get("errcode"), answer.get("retry_after_ms")
            raise MatrixError(
                status,
                errcode if isinstance(errcode, str) and _CODE.fullmatch(errcode) else "",
                _seconds(wait),
                answer,
            )
        if not isinstance(found, dict):
            raise Unreachable("the homeserver's answer is not a JSON object")
        return found

    async def upload(self, data: bytes, content_type: str) -> str:
        """Store a file; returns its ``mxc://`` address.

        Raises:
            MatrixError, Unreachable: see :meth:`request`.
        """
        status, answer = await self._exchange(
            "POST", "/_matrix/media/v3/upload", data, content_type=content_type, seconds=120
        )
        try:
            return str(json.loads(answer)["content_uri"])
        except (ValueError, KeyError, TypeError):
            raise MatrixError(status, "", None, {}) from None

    async def persist(
        self,
        method: str,
        where: str,
        body: Any = None,
        *,
        patience: float = 60.0,
        timeout: float | None = None,  # noqa: ASYNC109  # as for request
    ) -> JsonObject:
        """Make a request that may be repeated until it goes through, for ``patience`` seconds.

        ``timeout`` is that of one try, which may be under way when patience runs out.

        For idempotent requests only: those with a transaction id, and reads.

        Raises:
            MatrixError: refused, or patience ran out.
            Unreachable: patience ran out.
        """
        async for attempt in stamina.retry_context(
            on=_repeat, attempts=None, timeout=patience, wait_initial=0.2, wait_max=10.0
        ):
            with attempt:
                return await self.request(method, where, body, timeout=timeout)
        raise AssertionError("unreachable")  # retry_context returns or raises

    async def _exchange(
        self,
        method: str,
        where: str,
        body: bytes | None,
        *,
        seconds: float,
        content_type: str = "application/json",
        query: Mapping[str, str] | None = None,
    ) -> tuple[int, bytes]:
        headers = {} if body is None else {"Content-Type": content_type}
        if self._token is not None:
            headers["Authorization"] = f"Bearer {self._token.reveal()}"
        try:
            async with self._session().request(
                method,
                self.url + where,
                data=body,
                params=query,
                headers=headers,
                timeout=aiohttp.ClientTimeout(total=seconds),
                allow_redirects=False,
            ) as response:
                data = await response.content.read(_LARGEST)
                while not response.content.at_eof() and len(data) < _LARGEST:
                    data += await response.content.read(_LARGEST - len(data))
                return response.status, data
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            reason = "no answer in time" if isinstance(error, TimeoutError) else "no connection"
            raise Unreachable(f"{reason} ({type(error).__name__})") from None

    def _session(self) -> aiohttp.ClientSession:
        if self._http is None:
            self._http = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(limit=64, keepalive_timeout=60),
                cookie_jar=aiohttp.DummyCookieJar(),
            )
        return self._http


def _seconds(wait: Any) -> float | None:
    """How long the homeserver asks for patience; what it says is taken within reason."""
    if not isinstance(wait, int | float) or isinstance(wait, bool):
        return None
    shortest, longest = _WAITS
    return min(max(shortest, wait), longest) / 1000  # in this order, NaN is the shortest


def _repeat(error: Exception) -> bool | float:
    """Whether to try again, or after how many seconds."""
    if isinstance(error, Unreachable):
        return True
    if isinstance(error, MatrixError):
        if error.status == HTTPStatus.TOO_MANY_REQUESTS:
            return True if error.retry_after is None else error.retry_after
        return error.status >= HTTPStatus.INTERNAL_SERVER_ERROR
    return False


async def log_in(
    homeserver: Homeserver, user: str, password: Secret, *, device_name: str
) -> Session:
    """Log in with a password (``m.login.password``).

    Raises:
        MatrixError: ``M_FORBIDDEN`` for a wrong password.
        Unreachable: no answer, or none that is one.
    """
    answer = await homeserver.request(
        "POST",
        "/v3/login",
        {
            "type": "m.login.password",
            "identifier": {"type": "m.id.user", "user": user},
            "password": password.reveal(),
            "initial_device_display_name": device_name,
        },
    )
    user_id, device_id, token = (answer.get(k) for k in ("user_id", "device_id", "access_token"))
    if not is_id(user_id) or not is_id(device_id) or not isinstance(token, str):
        raise Unreachable("the homeserver's answer is not a login")
    homeserver.use(Secret(token))
    return Session(user_id, device_id, Secret(token))


async def adopt(homeserver: Homeserver, token: Secret, device_id: str | None) -> Session:
    """Use an access token that was made elsewhere; the homeserver says whose it is.

    Raises:
        MatrixError: the token is not valid.
        Unreachable: no answer.
    """
    homeserver.use(token)
    answer = await homeserver.request("GET", "/v3/account/whoami")
    user_id, device_id = answer.get("user_id"), answer.get("device_id") or device_id or ""
    if not is_id(user_id) or not (device_id == "" or is_id(device_id)):
        raise Unreachable("the homeserver does not say whose the access token is")
    return Session(user_id, device_id, token)
