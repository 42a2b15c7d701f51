"""Transactions, on SQLite and PostgreSQL alike."""

from __future__ import annotations

import asyncio
import sqlite3
from contextlib import closing

import pytest
from sqlalchemy import insert, select
from sqlalchemy.exc import IntegrityError

from bot.errors import ConfigError, StorageError
from bot.secret import Secret
from bot.storage.database import Database
from bot.storage.statements import upsert
from bot.storage.tables import sync_state


async def names(database):
    async with database.transaction() as connection:
        query = select(sync_state.c.name).order_by(sync_state.c.name)
        return list((await connection.execute(query)).scalars())


async def write(connection, name):
    await connection.execute(insert(sync_state), {"name": name, "value": "x"})


async def test_a_finished_block_is_committed(target):
    """What was written is there after closing and opening again."""
    for expected in ([], ["a"]):
        database = await Database.open(**target)
        assert await names(database) == expected
        async with database.transaction() as connection:
            await connection.execute(upsert(connection, sync_state), {"name": "a", "value": "1"})
        await database.close()


async def test_a_block_that_raises_leaves_nothing(database):
    """All of its statements are undone, and the database goes on working."""

    async def work():
        async with database.transaction() as connection:
            await write(connection, "a")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await work()
    assert await names(database) == []


async def test_a_refused_statement_undoes_its_block(database):
    """After an integrity error nothing of the block is there."""

    async def work():
        async with database.transaction() as connection:
            await write(connection, "a")
            await write(connection, "a")

    with pytest.raises(IntegrityError):
        await work()
    assert await names(database) == []


async def test_a_cancelled_block_leaves_nothing(database):
    """A task that is cancelled in its block has changed nothing."""
    inside = asyncio.Event()

    async def work():
        async with database.transaction() as connection:
            await write(connection, "a")
            inside.set()
            await asyncio.Event().wait()

    task = asyncio.create_task(work())
    await inside.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert await names(database) == []


async def test_a_task_cancelled_at_any_moment_does_not_break_the_database(database):
    """Cancelled after each of its steps in turn, a block is there as a whole or not at all."""

    async def work(name):
        async with database.transaction() as connection:
            await write(connection, f"{name} a")
            await write(connection, f"{name} b")

    turns, finished = 0, False
    while not finished:
        task = asyncio.create_task(work(turns))
        for _ in range(turns):
            await asyncio.sleep(0)
        finished = task.done()
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        found = [name for name in await names(database) if name.split()[0] == str(turns)]
        assert len(found) in ({2} if finished else {0, 2})
        turns += 1 + turns // 8


async def test_tasks_do_not_see_each_others_unfinished_work(database):
    """Twenty tasks at once: every block is on its own, and none is lost."""

    async def count(place):
        async with database.transaction() as connection:
            await write(connection, f"task {place}")
            await asyncio.sleep(0)
            seen = (await connection.execute(select(sync_state))).all()
            assert f"task {place}" in {row.name for row in seen}

    await asyncio.gather(*(count(place) for place in range(20)))
    assert len(await names(database)) == 20


async def test_the_event_loop_runs_while_another_process_holds_the_file(sqlite, tmp_path):
    """Waiting for a lock of another process holds up nobody else, and ends when it is gone."""
    with closing(sqlite3.connect(tmp_path / "actas.db", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        waiting = asyncio.create_task(names(sqlite))
        for _ in range(100):
            await asyncio.sleep(0)
        assert not waiting.done()
        other.execute("ROLLBACK")
    assert await asyncio.wait_for(waiting, 5) == []


async def test_a_wait_for_another_process_can_be_cancelled(sqlite, tmp_path):
    """Stopping the bot does not wait for the other process; afterwards all is well."""
    with closing(sqlite3.connect(tmp_path / "actas.db", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        waiting = asyncio.create_task(names(sqlite))
        await asyncio.sleep(0)
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting
    assert await names(sqlite) == []


async def test_sqlite_is_set_to_survive_and_to_overwrite(sqlite):
    """WAL, a sync at each commit, deleted rows overwritten, references checked."""
    async with sqlite.transaction() as connection:
        found = {
            name: (await connection.exec_driver_sql(f"PRAGMA {name}")).scalar()
            for name in ("journal_mode", "synchronous", "secure_delete", "foreign_keys")
        }
    assert found == {"journal_mode": "wal", "synchronous": 2, "secure_delete": 1, "foreign_keys": 1}


async def test_sqlite_files_are_their_owners_only(sqlite, tmp_path):
    """Database, log and index cannot be read by others, whatever the umask."""
    async with sqlite.transaction() as connection:
        await write(connection, "a")
    modes = {path.name: oct(path.stat().st_mode & 0o777) for path in tmp_path.iterdir()}
    assert modes == dict.fromkeys(["actas.db", "actas.db-wal", "actas.db-shm"], "0o600")


async def test_a_file_that_is_no_database_is_told_by_its_path(tmp_path):
    """One line, with the path and what to do."""
    path = tmp_path / "actas.db"
    path.write_text("this is not a database at all" * 100)
    with pytest.raises(StorageError, match=r"^database: .*actas\.db is no database\. Restore"):
        await Database.open(path)


async def test_a_directory_that_is_not_there_is_told_by_its_path(tmp_path):
    """One line, with the path and what to do."""
    with pytest.raises(ConfigError, match="No such file or directory"):
        await Database.open(tmp_path / "missing" / "actas.db")


async def test_bots_share_a_server_without_seeing_each_other(postgresql):
    """Two accounts, one server: each has tables of its own."""
    first = await Database.open(postgresql, user="@one:example.org")
    second = await Database.open(postgresql, user="@two:example.org")
    async with first.transaction() as connection:
        await connection.execute(upsert(connection, sync_state), {"name": "a", "value": "1"})
    assert await names(first) == ["a"]
    assert await names(second) == []
    await first.close()
    await second.close()


async def test_a_bot_runs_once_on_a_server(postgresql):
    """A second process of the same account is refused until the first has stopped."""
    first = await Database.open(postgresql, user="@once:example.org", exclusive=True)
    with pytest.raises(ConfigError, match="in use by another process"):
        await Database.open(postgresql, user="@once:example.org", exclusive=True)
    other = await Database.open(postgresql, user="@another:example.org", exclusive=True)
    reader = await Database.open(postgresql, user="@once:example.org")
    for database in (first, other, reader):
        await database.close()
    again = await Database.open(postgresql, user="@once:example.org", exclusive=True)
    await again.close()


@pytest.mark.parametrize(
    ("url", "problem"),
    [
        ("postgresql://bot:hunter2@/actas?host=/nonexistent", "cannot be used"),
        ("postgresql://bot:hunter2@127.0.0.1:1/actas", "cannot be used"),
        ("postgresql://bot:hunter2@host:port/actas", "is not a database URL"),
    ],
)
async def test_a_server_that_cannot_be_used_is_told_without_the_password(url, problem):
    """One line that names the key; no part of the URL is in it."""
    with pytest.raises(ConfigError, match=f"^database: {problem}") as caught:
        await Database.open(Secret(url), user="@actas:example.org")
    assert "hunter2" not in str(caught.value)
    assert caught.value.__cause__ is None
