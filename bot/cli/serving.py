"""The bot's process: everything is checked, then everything is imported, then it runs."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path

from bot.cli.opening import read_sealer
from bot.config import load
from bot.lean import importing
from bot.log import set_up
from bot.services import discover
from bot.storage.state import locked, prepare
from bot.vault.keys import VARIABLE


def serve(config: Path) -> None:
    """Run the bot of a configuration until it is told to stop.

    Raises:
        ConfigError, WrongKey: something the operator has to mend.
    """
    settings = load(config, discover())
    set_up(settings.log.level, settings.log.format)
    sealer = read_sealer()
    os.environ.pop(VARIABLE, None)  # no child process inherits it
    prepare(settings.state_dir)
    with locked(settings.state_dir):
        with importing():
            from bot import app  # last, so that a wrong configuration is told at once
        asyncio.run(app.run(settings, sealer))
