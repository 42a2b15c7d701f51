"""Where a service is, and how it is reached: what its declaration says of it."""

from __future__ import annotations

import ssl
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from aiohttp import TCPConnector
from aiohttp.abc import AbstractResolver
from aiohttp.resolver import ThreadedResolver

from bot.services.http.network import Guard
from bot.services.http.sending import Sending


@dataclass(frozen=True)
class Site:
    """``url`` is what every request's address begins with; ``timeout`` (seconds) bounds each.

    ``lookup`` makes what looks names up.
    """

    title: str
    url: str
    origin: str
    sending: Sending
    timeout: float
    private_network: bool = False
    ca_file: Path | None = None
    lookup: Callable[[], AbstractResolver] = field(default=ThreadedResolver, repr=False)

    @cached_property
    def trusted(self) -> ssl.SSLContext | bool:
        """The certificates that are trusted; True: the system's."""
        return ssl.create_default_context(cafile=self.ca_file) if self.ca_file else True

    def connector(self) -> TCPConnector:
        """Connections to it, and to nothing else that its name may lead to."""
        guard = Guard(self.lookup(), private=self.private_network)
        return TCPConnector(
            resolver=guard, use_dns_cache=False, force_close=True, limit=4, ssl=self.trusted
        )
