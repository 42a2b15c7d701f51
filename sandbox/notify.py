"""The other end of ``NOTIFY_SOCKET``: what systemd hears from a service (``sd_notify(3)``)."""

from __future__ import annotations

import asyncio
import secrets
import socket
from typing import Self


class NotifySocket(asyncio.DatagramProtocol):
    """A socket in the abstract namespace that collects what a service says about itself."""

    def __init__(self, address: str) -> None:
        self.address = address
        self.lines: list[str] = []
        self._heard = asyncio.Event()
        self._transport: asyncio.BaseTransport | None = None

    @classmethod
    async def listen(cls) -> Self:
        """Open a socket; its ``address`` is what ``NOTIFY_SOCKET`` is set to."""
        name = f"actas-sandbox-{secrets.token_hex(8)}"
        receiver = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        receiver.setblocking(False)
        receiver.bind(f"\0{name}")
        loop = asyncio.get_running_loop()
        _, protocol = await loop.create_datagram_endpoint(lambda: cls(f"@{name}"), sock=receiver)
        return protocol

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the transport, to close it."""
        self._transport = transport

    def datagram_received(self, data: bytes, addr: object) -> None:
        """Keep the lines of a datagram."""
        del addr  # senders have none
        self.lines.extend(data.decode(errors="replace").splitlines())
        self._heard.set()

    async def said(self, line: str) -> None:
        """Wait until the service has said ``line``."""
        while line not in self.lines:
            self._heard.clear()
            await self._heard.wait()

    def close(self) -> None:
        """Close the socket."""
        if self._transport is not None:
            self._transport.close()
