"""Connections of requests that a :class:`~bot.services.twitter.wire.Wire` watches."""

from __future__ import annotations

import socket
from collections.abc import Mapping
from functools import cache, partial
from typing import Any

from requests.adapters import HTTPAdapter

from bot.services.twitter.wire import Wire


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

        def connect(self) -> None:
            super().connect()  # with TLS: has shaken hands
            self._wire.use()

    return Watched


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
        pool.ConnectionCls = partial(_watched(type(pool).ConnectionCls), wire=self._wire)
        return pool
