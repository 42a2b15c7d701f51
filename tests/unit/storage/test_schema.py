"""Migrations: they lead to tables.py, and only there."""

from __future__ import annotations

import subprocess
import sys

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import inspect, text

from bot.errors import ConfigError
from bot.storage import schema, tables
from bot.storage.database import Database


def test_the_list_of_revisions_is_that_of_the_scripts():
    """The constants by which a start skips Alembic name every script, oldest first."""
    config = Config()
    config.set_main_option("script_location", str(schema.SCRIPTS))
    scripts = list(ScriptDirectory.from_config(config).walk_revisions())
    assert [script.revision for script in reversed(scripts)] == list(schema.REVISIONS)


def differences(connection):
    """What Alembic would still change, and what it does not look at: primary keys."""
    context = MigrationContext.configure(connection, opts={"compare_type": True})
    found = compare_metadata(context, tables.metadata)
    for table in tables.metadata.sorted_tables:
        there = inspect(connection).get_pk_constraint(table.name)["constrained_columns"]
        if there != [column.name for column in table.primary_key]:
            found.append(("primary key", table.name))
    return found


async def test_migrations_make_exactly_the_tables(database):
    """An empty database that was migrated differs in nothing from tables.py."""
    async with database.transaction() as connection:
        assert await connection.run_sync(differences) == []
        assert await schema.revision(connection) == schema.REVISIONS[-1]


async def test_the_comparison_sees_a_difference(database):
    """A missing column would be found."""
    async with database.transaction() as connection:
        await connection.execute(text("ALTER TABLE journal DROP COLUMN reply"))
        assert await connection.run_sync(differences) != []


async def test_a_database_of_a_newer_program_is_left_alone(target):
    """The start ends with what to do, and nothing has been changed."""
    database = await Database.open(**target)
    async with database.transaction() as connection:
        await connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    await database.close()
    with pytest.raises(ConfigError, match=r"^database: was used by a newer version .*9999"):
        await Database.open(**target)


async def test_an_interrupted_first_start_leaves_an_empty_database(target, monkeypatch):
    """A migration that fails is undone as a whole; the next start makes it anew."""
    with monkeypatch.context() as patch:
        patch.setattr(schema, "SCRIPTS", schema.SCRIPTS.parent / "missing")
        with pytest.raises(Exception, match="missing"):
            await Database.open(**target)
    database = await Database.open(**target)
    async with database.transaction() as connection:
        assert await connection.run_sync(differences) == []
    await database.close()


def test_an_up_to_date_start_does_not_load_alembic(tmp_path):
    """Opening twice: the second process never imports it."""
    program = (
        "import asyncio, pathlib, sys\n"
        "from bot.storage.database import Database\n"
        "async def main():\n"
        "    database = await Database.open(pathlib.Path(sys.argv[1]))\n"
        "    await database.close()\n"
        "asyncio.run(main())\n"
        "print('alembic' in sys.modules)\n"
    )
    command = [sys.executable, "-c", program, str(tmp_path / "actas.db")]
    runs = [subprocess.run(command, capture_output=True, text=True, check=True) for _ in range(2)]
    assert [run.stdout.strip() for run in runs] == ["True", "False"]
