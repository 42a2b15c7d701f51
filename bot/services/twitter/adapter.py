"""Connections of requests that a :class:`~bot.services.twitter.wire.Wire` watches."""

from __future__ import annotations

import socket
from collections.abc import Mapping
from functools import partial
from typing import Any

from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import NewConnectionError

from bot.services.twitter.wire import Wire


class _Watched(HTTPConnection):
    def __init__(self, *args: Any, wire: Wire, **options: Any) -> None:
        super().__init__(*args, **options)
        self._wire = wire

    def _new_conn(self) -> socket.socket:
        connected = super()._new_conn()
        self._wire.hold(connected)
        return connected

    def connect(self) -> None:
        super().connect()
        if not self._wire.use():
            raise NewConnectionError(self, "the call was given up")


class _WatchedTls(_Watched, HTTPSConnection):
    """The same with TLS: connected is what has shaken hands."""


class WatchedAdapter(HTTPAdapter):
    """Makes the connections of a :class:`requests.Session` ones that ``wire`` watches."""

    def __init__(self, wire: Wire) -> None:
        super().__init__(max_retries=0)
        self._wire = wire

    def get_connection_with_tls_context(
        self,
        request: Any,
        verify: bool | str | None,
        proxies: Mapping[str, str] | None = None,
        cert: Any = None,
    ) -> Any:
        """See :meth:`requests.adapters.HTTPAdapter.get_connection_with_tls_context`."""
        pool: Any = super().get_connection_with_tls_context(request, verify, proxies, cert)
        kind = _WatchedTls if pool.scheme == "https" else _Watched
        pool.ConnectionCls = partial(kind, wire=self._wire)
        return pool
