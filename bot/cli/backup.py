"""``actas backup``."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Annotated

import typer

from bot.cli.opening import open_database
from bot.cli.options import DEFAULT_CONFIG, ConfigFile
from bot.config import Location, load_location
from bot.errors import ConfigError
from bot.storage.backup import back_up


def backup(
    file: Annotated[Path, typer.Argument(help="The copy; it must not exist yet.", metavar="FILE")],
    config: ConfigFile = DEFAULT_CONFIG,
) -> None:
    """Copy the database without the bot's device; the copy is sealed like the database."""
    location = load_location(config)
    if location.database is not None:
        problem = "is PostgreSQL, which has a tool of its own for this"
        fix = "Use pg_dump, as docs/decisions/0003-database.md says"
        raise ConfigError("database", problem, fix)
    asyncio.run(_see(location))
    size = back_up(location.state_dir / "actas.db", file)
    typer.echo(f"{file}: {size // 1024} KiB. It is useless without ACTAS_SECRET: keep both, apart.")
    typer.echo(
        "Put back as actas.db, it needs ACTAS_PASSWORD once: the bot logs in as a new device."
    )


async def _see(location: Location) -> None:
    async with open_database(location):
        pass  # it is there, and of this version
