"""The connection under one call: it can be cut, and it knows whether anything may have left."""

from __future__ import annotations

import socket
from contextlib import suppress
from threading import Lock


class Wire:
    """Watches the sockets of one call from the event loop while a thread blocks on them.

    ``used`` is True from the moment that a connection stood: the request may have arrived.
    """

    def __init__(self) -> None:
        self.used = False
        self._lock = Lock()
        self._cut = False
        self._handles: list[socket.socket] = []

    def hold(self, connected: socket.socket) -> None:
        """Watch a socket. A duplicate is kept, as TLS takes the original away for its handshake."""
        with self._lock:
            self._handles.append(connected.dup())
            if self._cut:
                self._shut()

    def use(self) -> None:
        """Tell that a connection stands and the request is about to be sent."""
        with self._lock:
            self.used = self.used or not self._cut  # nothing leaves through what is cut

    def cut(self) -> None:
        """End the call: whoever reads or writes gets an error, nobody connects again."""
        with self._lock:
            self._cut = True
            self._shut()

    def close(self) -> None:
        """Give the handles back."""
        with self._lock:
            while self._handles:
                self._handles.pop().close()

    def _shut(self) -> None:
        for handle in self._handles:
            with suppress(OSError):  # the other side was faster
                handle.shutdown(socket.SHUT_RDWR)
