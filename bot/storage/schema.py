"""Which schema a database has, and the way to this program's.

Alembic is slow to import and seldom needed: a start with an up-to-date database asks for the
version in plain SQL and compares it with constants, which a test keeps in step with the scripts.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

from sqlalchemy import Connection, text
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.errors import ConfigError
from bot.storage.tables import metadata

REVISIONS: Final = ("0001", "0002", "0003", "0004")
"""All revisions in ``migrations/versions``, oldest first."""

SCRIPTS: Final = Path(__file__).parent / "migrations"

_TABLES: Final = {
    "sqlite": text("SELECT name FROM sqlite_master WHERE type = 'table'"),
    "postgresql": text("SELECT tablename FROM pg_tables WHERE schemaname = current_schema()"),
}
_VERSION: Final = text("SELECT version_num FROM alembic_version")


async def revision(connection: AsyncConnection) -> str | None:
    """The database's revision; None for an empty one.

    Raises:
        ConfigError: tables are missing.
    """
    there = set(await connection.scalars(_TABLES[connection.dialect.name]))
    ours = set(metadata.tables)
    if not there & ours:
        return None
    row = None
    if "alembic_version" in there:
        row = (await connection.execute(_VERSION)).first()
    if row is None:
        raise _missing("alembic_version")
    if row[0] == REVISIONS[-1] and (gone := ours - there):
        raise _missing(", ".join(sorted(gone)))
    return str(row[0])


async def migrate(connection: AsyncConnection) -> None:
    """Bring the database to the newest revision, inside the transaction that is open.

    Raises:
        ConfigError: a newer program has changed it, or it is not whole.
    """
    found = await revision(connection)
    if found == REVISIONS[-1]:
        return
    if found is not None and found not in REVISIONS:
        raise ConfigError(
            "database",
            f"was used by a newer version of Actas (its schema is {found})",
            "Install that version again, or restore the backup from before it",
        )
    await connection.run_sync(_upgrade)


async def require(connection: AsyncConnection) -> None:
    """See that the database is at the newest revision, and change nothing.

    Raises:
        ConfigError: it is not.
    """
    found = await revision(connection)
    if found != REVISIONS[-1]:
        problem = f"has the schema {found or 'of an empty one'}, and this program {REVISIONS[-1]}"
        raise ConfigError("database", problem, "Start the bot with this version of Actas first")


def _missing(tables: str) -> ConfigError:
    return ConfigError("database", f"is damaged: it has no {tables}", "Restore a backup")


def _upgrade(connection: Connection) -> None:
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(SCRIPTS).replace("%", "%%"))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
