"""Serving the bot's own pages."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Final

import structlog

from bot.config import WebConfig
from bot.connect.callback import Callbacks
from bot.errors import ConfigError
from bot.matrix.sync import SyncLoop
from bot.metrics import Metrics

if TYPE_CHECKING:
    from aiohttp import web

_LARGEST: Final = 1024  # bytes of a request's body: none is ever read
_IDLE: Final = 60.0  # seconds that a connection is kept for another request

log = structlog.get_logger()


@asynccontextmanager
async def serve(
    config: WebConfig, metrics: Metrics, sync: SyncLoop, callbacks: Callbacks | None = None
) -> AsyncIterator[None]:
    """Serve the pages while the block runs; nothing at all with ``web.listen: null``.

    People who come back from a service's page are received where there are ``callbacks``.

    Raises:
        ConfigError: the address cannot be listened on.
    """
    if config.listen is None:
        yield
        return
    from aiohttp import web  # when it is wanted: it takes part of the start-up time

    app = _application(config, metrics, sync, callbacks)
    runner = web.AppRunner(app, access_log=None, keepalive_timeout=_IDLE)
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


def _application(
    config: WebConfig, metrics: Metrics, sync: SyncLoop, callbacks: Callbacks | None
) -> web.Application:
    from aiohttp import web

    from bot.web import callback, exposition, hardening, health

    app = web.Application(middlewares=[hardening.refusals], client_max_size=_LARGEST)
    app.on_response_prepare.append(hardening.harden)
    app.add_routes(health.routes(sync))
    if config.metrics:
        app.add_routes(exposition.routes(metrics, sync))
    if callbacks is not None:
        app.add_routes(callback.routes(callbacks, metrics))
    return app


def _unavailable(config: WebConfig, error: OSError) -> None:
    """An address that the operator chose must work; the default one may be another bot's.

    Without it nobody could come back from a service's page, so that with ``web.public_url`` the
    default has to work, too.
    """
    reason = error.strerror or type(error).__name__
    if "listen" in config.model_fields_set or config.public_url is not None:
        problem = f"{config.listen} cannot be listened on ({reason})"
        fix = "Choose a free address" + ("" if config.public_url else ", or null for none")
        raise ConfigError("web.listen", problem, fix) from None
    log.warning("web.not_listening", address=config.listen, reason=reason)
