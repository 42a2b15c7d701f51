"""Where a service is, and how it is reached: what its declaration says of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from aiohttp.abc import AbstractResolver
from aiohttp.resolver import ThreadedResolver

from bot.services.http.network import Guard
from bot.services.http.sending import Sending
from bot.wire import Carrier

_MOST: Final = 2 * 1024 * 1024  # bytes of an answer


@dataclass(frozen=True)
class Site:
    """``url`` is what every request's address begins with; ``timeout`` (seconds) bounds each.

    ``pages`` are the hosts of its pages for people. ``lookup`` makes what looks names up.
    """

    title: str
    url: str
    origin: str
    sending: Sending
    timeout: float
    private_network: bool = False
    ca_file: Path | None = None
    pages: frozenset[str] = frozenset()
    lookup: Callable[[], AbstractResolver] = field(default=ThreadedResolver, repr=False)

    def carrier(self) -> Carrier:
        """Connections to it, and to nothing else that its name may lead to."""
        return Carrier(timeout=self.timeout, most=_MOST, ca_file=self.ca_file, lookup=self._guarded)

    def _guarded(self) -> Guard:
        return Guard(self.lookup(), private=self.private_network)
