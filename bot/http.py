"""``requests`` with its holes closed, for the libraries of services that are built on it.

As shipped it follows redirects, takes proxies, passwords and certificates from the environment,
reads answers of any size, and knows no time limit but one per read: a server that sends a byte a
second keeps a thread for ever. Its exceptions hold the request, with whatever authorises it.

Imported when a service is first used, as ``requests`` takes its time.
"""

from __future__ import annotations

import socket
from collections.abc import Callable
from contextlib import suppress
from functools import cache, partial
from http.cookiejar import DefaultCookiePolicy
from io import BytesIO
from threading import Lock
from typing import Any, Final, TypeVar

import requests
from requests.adapters import HTTPAdapter

from bot.errors import Unavailable
from bot.threads import Busy, Lane

T = TypeVar("T")

_CHUNK: Final = 64 * 1024  # bytes
_SAFE: Final = frozenset({"GET", "HEAD"})  # methods that change nothing: RFC 9110, section 9.2.1


class TooLarge(Unavailable):
    """An answer was longer than may be; what of it came is thrown away."""


class Wire:
    """The connections of one session, which can be cut while a thread blocks on them.

    ``used`` tells whether anything of the last request can have arrived: its connection (with TLS,
    where there is some) stood. ``repeatable`` is True until that holds for a request that changes
    something.
    """

    def __init__(self) -> None:
        self.used, self.repeatable, self.is_cut = False, True, False
        self._lock = Lock()
        self._handles: list[socket.socket] = []

    def hold(self, connected: socket.socket) -> None:
        """Take charge of a new socket; it is cut at once where the others were."""
        with self._lock:
            if self.is_cut:
                _hang_up(connected)
            else:  # TLS takes the descriptor out of the object itself
                self._handles.append(connected.dup())

    def use(self, *, safe: bool) -> None:
        """Tell that a connection stands and a request leaves; ``safe``: it changes nothing."""
        with self._lock:
            if not self.is_cut:  # nothing leaves through what is cut
                self.used, self.repeatable = True, self.repeatable and safe

    def cut(self) -> None:
        """Hang up, now and for everything to come. May be called from any thread."""
        with self._lock:
            self.is_cut = True
            for handle in self._handles:
                _hang_up(handle)

    def close(self) -> None:
        """Cut, and give the handles back."""
        self.cut()
        with self._lock:
            while self._handles:
                self._handles.pop().close()


class Session(requests.Session):
    """One user's way to the service at ``address``, and nowhere else; for one thread at a time.

    It follows no redirects, keeps no cookies and takes nothing from the environment. ``timeout``
    (seconds) bounds connecting and each read, and in :meth:`ask` the whole; ``most`` (bytes) bounds
    an answer, and may be another for each. ``verify`` is True or a file of certificates; ``advice``
    ends the sentence about one that is not trusted. What goes wrong is raised as
    :class:`~bot.errors.Unavailable`.
    """

    def __init__(
        self,
        address: str,
        *,
        timeout: float,
        most: int,
        verify: bool | str = True,
        advice: str = "",
    ) -> None:
        super().__init__()
        self.wire = Wire()
        self.timeout, self.verify, self.trust_env = timeout, verify, False
        self.most, self._advice = most, advice
        self.headers.update({"User-Agent": "actas", "Accept-Encoding": "identity"})
        self.cookies.set_policy(DefaultCookiePolicy(allowed_domains=()))
        self.adapters.clear()  # what is not below the address is not sent
        self.mount(_spelled(address), _WatchedAdapter(self.wire))

    @property
    def repeatable(self) -> bool:
        """Whether all that was asked here can be asked again: no change can have been made."""
        return self.wire.repeatable

    async def ask(self, lane: Lane, question: Callable[[], T]) -> T:
        """Let ``question`` use this session in a thread; the wire is cut if nobody waits any more.

        Raises:
            Unavailable: no place in the lane, or no answer, within the timeout.
        """
        try:
            return await lane.run(question, within=self.timeout, abort=self.wire.cut)
        except Busy:
            failure = Unavailable("too many requests wait for it already")
        except TimeoutError:
            failure = Unavailable(self._late, retryable=self.repeatable)
        raise failure

    def send(self, request: requests.PreparedRequest, **options: Any) -> requests.Response:
        """Send, and read all of the answer; of a refusal (not 2xx), no more than ``most``."""
        self.wire.used = False
        options |= {"timeout": self.timeout, "stream": True}
        try:
            with super().send(request, **options) as received:
                return self._whole(received)
        except (OSError, ValueError) as error:  # requests' own, and urllib3's of a host or a header
            reason = self._reason(error)
        raise Unavailable(reason, retryable=self.repeatable)  # here: no context holds the request

    def get_redirect_target(self, resp: requests.Response) -> None:
        """None: a redirect is an answer like others, and its body has the same bound."""

    def close(self) -> None:
        """Close all connections."""
        super().close()
        self.wire.close()

    def _whole(self, received: requests.Response) -> requests.Response:
        """The answer by itself, without the request that had a secret in it."""
        body = bytearray()
        for chunk in received.iter_content(_CHUNK):
            body += chunk
            if len(body) > self.most:
                break
        if len(body) > self.most and 200 <= received.status_code < 300:
            reason = f"larger than {self.most // 1024**2} MiB"
            raise TooLarge(
                f"its answer cannot be understood: it is {reason}", retryable=self.repeatable
            )
        answer = requests.Response()
        answer.status_code, answer.headers = received.status_code, received.headers
        answer.encoding = "utf-8"  # JSON is; guessing takes seconds on a large answer
        answer.raw = BytesIO(body)
        return answer

    @property
    def _late(self) -> str:
        return f"no answer within {self.timeout:g} seconds"

    def _reason(self, error: Exception) -> str:
        if isinstance(error, requests.Timeout):
            return self._late
        if self.wire.used:
            return "the connection broke"
        if isinstance(error, requests.exceptions.SSLError):
            return f"its certificate is not trusted here{self._advice}"
        return "no connection"


class _WatchedAdapter(HTTPAdapter):
    """Makes connections that report to a wire."""

    def __init__(self, wire: Wire) -> None:
        super().__init__()
        self._wire = wire

    def get_connection_with_tls_context(self, *args: Any, **options: Any) -> Any:
        """See :meth:`requests.adapters.HTTPAdapter.get_connection_with_tls_context`."""
        pool: Any = super().get_connection_with_tls_context(*args, **options)
        pool.ConnectionCls = partial(_watched(type(pool).ConnectionCls), wire=self._wire)
        return pool


@cache  # of the two classes that there are: with TLS and without
def _watched(kind: Any) -> Any:
    class Watched(kind):  # type: ignore[misc]  # the class is a value here
        def __init__(self, *args: Any, wire: Wire, **options: Any) -> None:
            super().__init__(*args, **options)
            self._wire = wire

        def _new_conn(self) -> socket.socket:
            connected: socket.socket = super()._new_conn()
            self._wire.hold(connected)
            return connected

        def request(self, method: str, *args: Any, **options: Any) -> None:
            if self.sock is None:
                self.connect()  # with TLS: has shaken hands
            self._wire.use(safe=method in _SAFE)
            super().request(method, *args, **options)

    return Watched


def _spelled(address: str) -> str:
    """The address as requests writes it: what every request below it begins with."""
    try:
        return str(requests.Request("GET", f"{address}/").prepare().url)
    except requests.RequestException:
        failure = Unavailable("its address cannot be used; the operator should check it")
    raise failure


def _hang_up(connected: socket.socket) -> None:
    with suppress(OSError):  # the other side was faster
        connected.shutdown(socket.SHUT_RDWR)
