"""``actas doctor``."""

from __future__ import annotations

import asyncio
import platform
import sqlite3
import sys
from collections.abc import AsyncIterator, Iterator
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Final

import typer

from bot import __version__
from bot.cli.findings import Finding, fail, ok, show, warn
from bot.cli.opening import open_database, read_sealer
from bot.cli.options import DEFAULT_CONFIG, ConfigFile
from bot.config import Location, load_location
from bot.errors import ConfigError
from bot.services import discover
from bot.storage import records
from bot.storage.database import Database
from bot.vault.reseal import survey

_PACKAGES: Final = ("matrix-nio", "vodozemac", "cryptography", "SQLAlchemy", "aiohttp", "asyncpg")


def doctor(config: ConfigFile = DEFAULT_CONFIG) -> None:
    """Describe the installation and its database; fit to be put into a report, it has no names."""
    if asyncio.run(show(_findings(config))):
        raise typer.Exit(1)


async def _findings(config: Path) -> AsyncIterator[Finding]:
    for finding in _installation():
        yield finding
    location = load_location(config)  # what is installed is told without one that is good, too
    async with open_database(location) as database:
        for finding in await _damage(location, database):
            yield finding
        for table, rows in (await records.sizes(database)).items():
            yield ok(f"rows of {table}", str(rows))
        yield await _sealed(database)


def _installation() -> Iterator[Finding]:
    yield ok("actas", __version__)
    yield ok("python", f"{platform.python_version()} on {platform.platform()}")
    yield ok("sqlite", sqlite3.sqlite_version)
    for package in _PACKAGES:
        try:
            yield ok(package, version(package))
        except PackageNotFoundError:
            yield ok(package, "not installed")
    kinds = discover()
    yield ok("kinds of services", ", ".join(sorted(kinds)))
    for broken in kinds.broken.values():
        yield warn(broken.key, f"{broken.problem}. {broken.fix}")
    if not sys.flags.utf8_mode and sys.getfilesystemencoding() != "utf-8":
        yield warn("locale", "is not UTF-8: names of files and jobs may look wrong")


async def _damage(location: Location, database: Database) -> list[Finding]:
    if location.database is not None:
        return [ok("database", "PostgreSQL, which looks after itself")]
    async with database.transaction() as connection:
        rows = await connection.exec_driver_sql("PRAGMA integrity_check(5)")
        found = [str(row[0]) for row in rows]
    if found == ["ok"]:
        return [ok("database", "SQLite, and whole")]
    return [fail("database", f"is damaged ({problem}). Restore a backup") for problem in found]


async def _sealed(database: Database) -> Finding:
    try:
        sealer = read_sealer()
    except ConfigError as error:
        return warn("sealed values", f"not looked at: {error}")
    found = await survey(database, sealer)
    if found.unopenable:
        text = (
            f"{found.unopenable} of {found.total} do not open: moved, altered, or their key is gone"
        )
        return fail("sealed values", text)
    old = f"; {found.older} with an older secret, see `actas reseal`" if found.older else ""
    return ok("sealed values", f"all {found.total} open{old}")
