"""``actas forget``: the operator's way out for somebody who cannot prove who they are any more."""

from __future__ import annotations

import asyncio
from contextlib import nullcontext
from typing import Annotated

import typer

from bot.cli.opening import open_database
from bot.cli.options import DEFAULT_CONFIG, ConfigFile
from bot.config import Location, load_location
from bot.errors import ConfigError
from bot.storage import records
from bot.storage.state import locked


def forget(
    user: Annotated[str, typer.Argument(help="Whom, by their whole Matrix id: @name:server")],
    config: ConfigFile = DEFAULT_CONFIG,
) -> None:
    """Remove a person's credentials and known identity; stop the bot first."""
    if not user.startswith("@") or ":" not in user:
        raise ConfigError("USER", f"{user} is not a Matrix id", "Write it as @name:server")
    removed = asyncio.run(_forget(load_location(config), user))
    if not removed:
        typer.echo(f"Nothing of {user} is stored.")
        return
    typer.echo(f"Everything of {user} is removed; the bot will meet them as somebody new.")


async def _forget(location: Location, user: str) -> bool:
    # A running bot knows identities by heart. PostgreSQL has no directory to tell by.
    guard = nullcontext() if location.database else locked(location.state_dir)
    with guard:
        async with open_database(location) as database:
            return await records.forget(database, user)
