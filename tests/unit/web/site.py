"""The bot's own pages, served as the bot serves them, without a bot."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

from bot.config.models import WebConfig
from bot.connect.callback import Callbacks, Expected
from bot.metrics import Metrics
from bot.web import serve
from sandbox.process import free_port

ALICE = "@alice:example.org"


@dataclass(frozen=True)
class Site:
    """``url`` is where it listens; its ``callbacks`` may have a public address of their own."""

    url: str
    callbacks: Callbacks
    metrics: Metrics
    sync: Any

    def expect(self, user: str = ALICE, service: str = "twitter", title: str = "X") -> Expected:
        """Wait for somebody to come back."""
        return self.callbacks.expect(user, service, title)

    def way_back(self, expected: Expected, query: str = "code=from-the-service") -> str:
        """The address that the service's page sends its user to."""
        return expected.address.replace(self.callbacks.public_url, self.url) + f"&{query}"


@asynccontextmanager
async def open_site(public_url: str = "") -> AsyncIterator[Site]:
    """Serve them on a free port."""
    listen = f"127.0.0.1:{free_port()}"
    url = f"http://{listen}"
    site = Site(
        url,
        Callbacks(public_url or url, "@actas:example.org"),
        Metrics(),
        SimpleNamespace(in_touch=lambda: True, failures=0),
    )
    config = WebConfig(listen=listen, public_url=site.callbacks.public_url)
    async with serve(config, site.metrics, site.sync, site.callbacks):
        yield site
