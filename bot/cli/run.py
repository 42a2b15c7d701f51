"""``actas run``."""

from __future__ import annotations

import asyncio
import os

from bot.cli.hardening import forbid_core_dumps
from bot.cli.opening import read_sealer
from bot.cli.options import DEFAULT_CONFIG, ConfigFile
from bot.config import load
from bot.log import set_up
from bot.services import discover
from bot.storage.state import locked, prepare
from bot.vault.keys import VARIABLE


def run(config: ConfigFile = DEFAULT_CONFIG) -> None:
    """Run the bot until SIGTERM or SIGINT."""
    forbid_core_dumps()
    settings = load(config, discover())
    set_up(settings.log.level, settings.log.format)
    sealer = read_sealer()
    os.environ.pop(VARIABLE, None)  # no child process inherits it
    prepare(settings.state_dir)
    with locked(settings.state_dir):
        from bot import app  # last, so that a wrong configuration is told at once

        asyncio.run(app.run(settings, sealer))
