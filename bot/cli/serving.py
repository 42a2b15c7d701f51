"""The bot's process: everything is checked, then everything is imported, then it runs."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path

import structlog

from bot.cli.opening import read_sealer
from bot.config import load
from bot.lean import importing
from bot.log import set_up
from bot.services import discover
from bot.storage.state import locked, prepare
from bot.vault import keys

log = structlog.get_logger()


def serve(config: Path) -> None:
    """Run the bot of a configuration until it is told to stop.

    Raises:
        ConfigError, WrongKey: something the operator has to mend.
    """
    kinds = discover()
    settings = load(config, kinds)
    set_up(settings.log.level, settings.log.format)
    for name, broken in kinds.broken.items():  # none of those that are configured
        log.warning("service.unusable", type=name, because=broken.problem)
    sealer = read_sealer()
    prepare(settings.state_dir)
    with locked(settings.state_dir):
        with importing():  # last, so that a wrong configuration is told at once
            from bot import app
            from bot.cli.logins import given_login
            from bot.matrix.login import Variable
        login = given_login(settings.homeserver.user, settings.homeserver.device_name)
        for name in (keys.VARIABLE, *Variable):
            os.environ.pop(name, None)  # no child process inherits it
        asyncio.run(app.run(settings, sealer, login))
