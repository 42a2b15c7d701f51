"""The connection's thread: what is going on there is waited for, whatever happens."""

from __future__ import annotations

import asyncio
import sqlite3
import threading

import pytest

from bot.storage.sqlite import Connection


@pytest.fixture
async def connection(tmp_path):
    connection = await Connection.open(tmp_path / "actas.db")
    yield connection
    await connection.close()


async def test_a_cancelled_caller_waits_for_the_thread(connection):
    """However often it is cancelled, the connection is not free before the work has ended."""
    loop, begun, may_end = asyncio.get_running_loop(), asyncio.Event(), threading.Event()

    def work():
        loop.call_soon_threadsafe(begun.set)
        may_end.wait(10)

    task = asyncio.create_task(connection.in_thread(work))
    await begun.wait()
    for _ in range(2):
        task.cancel()
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        assert not task.done()
    may_end.set()
    with pytest.raises(asyncio.CancelledError):
        await task


async def test_a_failure_in_the_thread_reaches_the_caller(connection):
    """A commit that fails is not taken for one that succeeded."""
    with pytest.raises(sqlite3.OperationalError, match="no transaction is active"):
        await connection.in_thread(connection.raw.execute, "COMMIT")


async def test_reading_costs_no_trip_to_the_thread(connection, monkeypatch):
    """Only a commit that has something to write leaves the event loop."""
    trips = []
    monkeypatch.setattr(connection, "in_thread", lambda *work: trips.append(work) or _done())
    await connection.begin()
    await connection.cursor().execute("SELECT 1")
    await connection.commit()
    assert not connection.raw.in_transaction
    assert trips == []


async def _done():
    return None
