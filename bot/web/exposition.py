"""``/metrics``: what is counted, in Prometheus' format."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from aiohttp import web

from bot.matrix.sync import SyncLoop
from bot.metrics import Metrics


def routes(metrics: Metrics, sync: SyncLoop) -> list[web.RouteDef]:
    """The page, made anew at each scrape."""

    async def exposition(_: web.Request) -> web.Response:
        body, content_type = _exposition(metrics, sync)
        return web.Response(body=body, headers={"Content-Type": content_type})

    return [web.get("/metrics", exposition)]


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
