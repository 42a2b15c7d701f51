"""The sockets of one client, so that it can be stopped from outside.

A timeout of ``requests`` is per read: a server that sends a byte a second keeps a thread for ever.
Cutting the socket ends it at once, whatever it waits for.
"""

from __future__ import annotations

import socket
from contextlib import suppress
from threading import Lock
from typing import Any

from requests.adapters import HTTPAdapter


class Wires:
    """What a client is connected by. Once cut, nothing gets through any more.

    ``used`` tells whether anything of the present request can have reached the other side: its
    connection (with TLS, where there is some) was ready, and writing had begun.
    """

    def __init__(self) -> None:
        self._sockets: list[socket.socket] = []
        self._lock = Lock()
        self.is_cut = False
        self.used = False

    def add(self, wire: socket.socket) -> None:
        """Take note of a new socket; it is cut at once where the others were."""
        with self._lock:
            self._sockets.append(wire.dup())  # TLS takes the descriptor out of the object itself
        if self.is_cut:
            self.cut()

    def cut(self) -> None:
        """Hang up, now and for everything to come. May be called from any thread."""
        self.is_cut = True
        with self._lock:
            for wire in self._sockets:
                with suppress(OSError):  # it is closed already
                    wire.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        """Cut, and give the descriptors back."""
        self.cut()
        with self._lock:
            while self._sockets:
                self._sockets.pop().close()


class WiredAdapter(HTTPAdapter):
    """Sends requests as ever (no retries, no proxies, no redirects), over noted sockets."""

    def __init__(self, wires: Wires) -> None:
        self._wires = wires
        super().__init__()

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        """Let the pools make connections that report their sockets."""
        super().init_poolmanager(*args, **kwargs)
        pools = self.poolmanager.pool_classes_by_scheme
        self.poolmanager.pool_classes_by_scheme = {
            scheme: _noting(pool, self._wires) for scheme, pool in pools.items()
        }


def _noting(pool: Any, wires: Wires) -> Any:
    class Connection(pool.ConnectionCls):  # type: ignore[misc]  # the class is a value here
        def _new_conn(self) -> socket.socket:
            wire: socket.socket = super()._new_conn()
            wires.add(wire)
            return wire

        def send(self, data: Any) -> None:
            if self.sock is None:
                self.connect()
            wires.used = True
            super().send(data)

    return type(pool.__name__, (pool,), {"ConnectionCls": Connection})
