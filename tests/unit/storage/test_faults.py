"""A database that cannot be read or written says why, and works again when the reason is gone."""

from __future__ import annotations

import sqlite3
from contextlib import closing

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from bot.errors import ConfigError, StorageError
from bot.storage.database import Database
from bot.storage.patience import patiently
from bot.storage.statements import upsert
from bot.storage.tables import inbox, metadata, sync_state


async def write(database, size=10):
    """Write one row of ``size`` characters."""
    async with database.transaction() as connection:
        row = {"name": "next_batch", "value": "x" * size}
        await connection.execute(upsert(connection, sync_state), [row])


async def run(database, *statements):
    """Run statements in one transaction."""
    async with database.transaction() as connection:
        for statement in statements:
            await connection.execute(text(statement))


async def test_a_full_disk_is_told_and_waited_for(sqlite):
    """SQLite's own limit stands for the disk's: the error is the same."""
    raw = sqlite._raw.raw
    (pages,) = raw.execute("PRAGMA page_count").fetchone()
    raw.execute(f"PRAGMA max_page_count = {pages}")
    with pytest.raises(
        StorageError, match=r"^database: .*actas\.db .* the disk is full\. Make room"
    ):
        await write(sqlite, 100_000)
    raw.execute("PRAGMA max_page_count = 100000")
    await write(sqlite, 100_000)


async def test_a_read_only_file_is_told_and_written_later(sqlite):
    """As after the system has remounted a failing disk."""
    sqlite._raw.raw.execute("PRAGMA query_only = ON")
    with pytest.raises(StorageError, match=r"is read-only"):
        await write(sqlite)
    sqlite._raw.raw.execute("PRAGMA query_only = OFF")
    await write(sqlite)


async def test_a_read_only_server_is_told_without_its_address(postgresql):
    """As after a failover: nothing of the URL is shown."""
    database = await Database.open(postgresql, user="@standby:example.org")
    with pytest.raises(StorageError, match=r"^database: the server cannot be used \(ReadOnly"):
        await run(database, "SET TRANSACTION READ ONLY", "DELETE FROM inbox")
    await write(database)
    await database.close()


async def test_a_lost_connection_is_told_and_made_anew(postgresql):
    """The server was restarted, or its operator ended the session."""
    database = await Database.open(postgresql, user="@lost:example.org")
    with pytest.raises(StorageError, match=r"^database: the server cannot be used"):
        await run(database, "SELECT pg_terminate_backend(pg_backend_pid())")
    await write(database)
    await database.close()


async def test_a_bug_is_not_the_databases_fault(database):
    """A statement that is wrong stays what it is, with its trace."""
    with pytest.raises(DBAPIError):
        await run(database, "SELECT nothing FROM nowhere")
    await write(database)


@pytest.mark.parametrize("table", ["alembic_version", *sorted(metadata.tables)])
async def test_a_missing_table_is_told(target, table):
    """Nothing is made anew in its place: what it held is lost."""
    database = await Database.open(**target)
    await run(database, f"DROP TABLE {table}")
    await database.close()
    with pytest.raises(ConfigError, match=rf"^database: is damaged: it has no {table}\. Restore"):
        await Database.open(**target)


@pytest.mark.parametrize("exclusive", [True, False])
async def test_the_running_bot_looks_for_damage_first(tmp_path, exclusive):
    """Others, such as ``actas doctor``, open what is damaged as well as they can."""
    path = tmp_path / "actas.db"
    database = await Database.open(path)
    async with database.transaction() as connection:
        row = dict.fromkeys(("event_id", "room_id", "sender", "state"), "x" * 2000)
        times = {"server_ts": 0, "received_at": 0}
        rows = [{**row, **times, "event_id": f"{n}{'x' * 2000}"} for n in range(50)]
        await connection.execute(inbox.insert(), rows)
    await database.close()
    _scribble(path)
    if exclusive:
        with pytest.raises(StorageError, match=r"actas\.db is damaged .* Restore"):
            await Database.open(path, exclusive=True)
    else:
        await (await Database.open(path)).close()


def _scribble(path):
    """Overwrite the last page of the table that is largest."""
    with closing(sqlite3.connect(path)) as database:
        (size,) = database.execute("PRAGMA page_size").fetchone()
    with path.open("r+b") as file:
        file.seek(-size, 2)
        file.write(b"\xff" * size)


async def test_patience_does_once_what_works_and_again_what_does_not():
    """What has been done is not done twice."""
    tries = []

    async def job():
        tries.append(len(tries))
        if len(tries) < 2:
            raise StorageError("x", "y")
        return "done"

    assert await patiently(job) == "done"
    assert tries == [0, 1]
    assert await patiently(job) == "done"
    assert tries == [0, 1, 2]
