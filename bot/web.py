"""The bot's own pages: ``/healthz``, ``/readyz`` and ``/metrics``."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from typing import Any

import structlog

from bot.config import WebConfig
from bot.errors import ConfigError
from bot.matrix.sync import SyncLoop
from bot.metrics import Metrics

log = structlog.get_logger()


@asynccontextmanager
async def serve(config: WebConfig, metrics: Metrics, sync: SyncLoop) -> AsyncIterator[None]:
    """Serve the pages while the block runs; nothing at all with ``web.listen: null``.

    Raises:
        ConfigError: the address cannot be listened on.
    """
    if config.listen is None:
        yield
        return
    from aiohttp import web  # when it is wanted: it takes part of the start-up time

    async def healthz(_: web.Request) -> web.Response:
        return web.Response(text="alive\n")

    async def readyz(_: web.Request) -> web.Response:
        return (
            web.Response(text="ready\n")
            if sync.in_touch()
            else web.Response(status=503, text="no sync with the homeserver\n")
        )

    async def exposition(_: web.Request) -> web.Response:
        body, content_type = _exposition(metrics, sync)
        return web.Response(body=body, headers={"Content-Type": content_type})

    app = web.Application()
    app.add_routes([web.get("/healthz", healthz), web.get("/readyz", readyz)])
    if config.metrics:
        app.add_routes([web.get("/metrics", exposition)])
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    host, _, port = config.listen.rpartition(":")
    try:
        try:
            await web.TCPSite(runner, host.strip("[]"), int(port)).start()
        except OSError as error:
            _unavailable(config, error)
        else:
            log.info("web.listening", address=config.listen)
        yield
    finally:
        await runner.cleanup()


def _unavailable(config: WebConfig, error: OSError) -> None:
    """An address that the operator chose must work; the default one may be another bot's."""
    reason = error.strerror or type(error).__name__
    if "listen" in config.model_fields_set:
        problem = f"{config.listen} cannot be listened on ({reason})"
        raise ConfigError(
            "web.listen", problem, "Choose a free address, or null for none"
        ) from None
    log.warning("web.not_listening", address=config.listen, reason=reason)


def _exposition(metrics: Metrics, sync: SyncLoop) -> tuple[bytes, str]:
    from prometheus_client import (  # when it is asked for: it takes part of the start-up time
        CONTENT_TYPE_LATEST,
        CollectorRegistry,
        ProcessCollector,
        generate_latest,
    )

    registry = CollectorRegistry()
    registry.register(_Collector(metrics, sync))
    ProcessCollector(registry=registry)
    return generate_latest(registry), CONTENT_TYPE_LATEST


class _Collector:
    """Our numbers as Prometheus' families."""

    def __init__(self, metrics: Metrics, sync: SyncLoop) -> None:
        self._metrics, self._sync = metrics, sync

    def collect(self) -> Iterator[Any]:
        """Called by the registry at each scrape."""
        from prometheus_client.core import CounterMetricFamily

        counted = CounterMetricFamily(
            "actas_commands", "Commands that ended", labels=["service", "command", "state"]
        )
        for labels, count in self._metrics.commands.items():
            counted.add_metric(labels, count)
        yield counted
        took = CounterMetricFamily(
            "actas_command_seconds", "Time in commands", labels=["service", "command"]
        )
        for names, ms in self._metrics.milliseconds.items():
            took.add_metric(names, ms / 1000)
        yield took
        refused = CounterMetricFamily(
            "actas_refused", "Events and secrets that were not taken", labels=["reason"]
        )
        for reason, count in self._metrics.refused.items():
            refused.add_metric([reason], count)
        yield refused
        yield CounterMetricFamily(
            "actas_sync_failures", "Syncs that failed", value=self._sync.failures
        )
