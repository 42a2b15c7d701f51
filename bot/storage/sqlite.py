"""SQLite on the event loop: statements inline, commits in a thread.

A statement on a warm file takes some ten microseconds; handing it to a thread and back costs ten
times that in CPU, three times per statement with aiosqlite's cursors. What does block is the
``fsync`` of a commit. So :class:`Connection` runs statements where they are and sends a commit
that has written something to its thread. It offers the part of aiosqlite's interface that
SQLAlchemy's ``sqlite+aiosqlite`` dialect uses (docs/decisions/0003-database.md).

Only one coroutine at a time may use a connection: :class:`SqliteDatabase` sees to it with a lock.
"""

from __future__ import annotations

import asyncio
import os
import sqlite3
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, contextmanager, suppress
from pathlib import Path
from typing import Any, Final, Self

from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlalchemy.pool import StaticPool

from bot.errors import ConfigError
from bot.storage.database import Database
from bot.storage.faults import damage, sqlite_fault

_LOCK_WAIT: Final = 10.0  # seconds for another process (`actas reseal`, `actas backup`) to finish
_LOCK_POLL: Final = 0.01
_PRAGMAS: Final = (
    "journal_mode = WAL",
    "synchronous = FULL",  # a commit is on the disk: what was accepted is answered after a crash
    "secure_delete = ON",  # what is deleted is overwritten
    "foreign_keys = ON",
    "temp_store = MEMORY",  # nothing of ours in files outside the state directory
    "trusted_schema = OFF",
    "busy_timeout = 0",  # waiting is done by begin(), which does not hold up the event loop
)


class Cursor:
    """A cursor whose awaitables are done when they return."""

    def __init__(self, raw: sqlite3.Connection) -> None:
        self._cursor = raw.cursor()
        self.arraysize = 1

    async def __aenter__(self) -> Self:
        return self

    @property
    def description(self) -> Any:
        """See :pep:`249`."""
        return self._cursor.description

    @property
    def rowcount(self) -> int:
        """See :pep:`249`."""
        return self._cursor.rowcount

    @property
    def lastrowid(self) -> int | None:
        """See :pep:`249`."""
        return self._cursor.lastrowid

    async def execute(self, operation: str, parameters: Sequence[Any] = ()) -> None:
        """Run one statement."""
        self._cursor.execute(operation, parameters)

    async def executemany(self, operation: str, parameters: Iterable[Sequence[Any]]) -> None:
        """Run one statement for each of many rows."""
        self._cursor.executemany(operation, parameters)

    async def fetchall(self) -> list[Any]:
        """All the rows that are left."""
        return self._cursor.fetchall()

    async def close(self) -> None:
        """See :pep:`249`."""
        self._cursor.close()


class Connection:
    """A connection in SQLAlchemy's eyes; ``raw`` is Python's own."""

    isolation_level: str | None = None

    def __init__(self, raw: sqlite3.Connection) -> None:
        self.raw = raw
        self._connection: sqlite3.Connection | None = raw  # the dialect asks whether it is open
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="sqlite")
        self._changes = 0

    @classmethod
    async def open(cls, path: Path) -> Self:
        """Open the file or make it (0600), and set what the design asks for."""
        # SQLite gives -wal and -shm the mode of the database.
        os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600))
        raw = sqlite3.connect(
            path, isolation_level=None, timeout=_LOCK_WAIT, check_same_thread=False
        )
        try:
            for pragma in _PRAGMAS:
                raw.execute(f"PRAGMA {pragma}").fetchall()
        except sqlite3.Error:
            raw.close()
            raise
        return cls(raw)

    def cursor(self) -> Cursor:
        """A new cursor."""
        return Cursor(self.raw)

    async def create_function(self, *args: Any, **kwargs: Any) -> None:
        """See :meth:`sqlite3.Connection.create_function`."""
        self.raw.create_function(*args, **kwargs)

    async def begin(self) -> None:
        """Begin a transaction that may write; wait for other processes without blocking.

        Raises:
            sqlite3.OperationalError: another process held the lock for ten seconds, or the file
                does not work.
        """
        loop = asyncio.get_running_loop()
        deadline = loop.time() + _LOCK_WAIT
        while True:
            try:
                self.raw.execute("BEGIN IMMEDIATE")
                break
            except sqlite3.OperationalError as error:
                if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or loop.time() > deadline:
                    raise
            await asyncio.sleep(_LOCK_POLL)
        self._changes = self.raw.total_changes

    async def commit(self) -> None:
        """End the transaction; in the thread if there is something to put on the disk."""
        if not self.raw.in_transaction:
            return
        if self.raw.total_changes == self._changes:
            self.raw.execute("COMMIT")
        else:
            await self.in_thread(self.raw.execute, "COMMIT")

    async def rollback(self) -> None:
        """Undo the transaction, if one is open."""
        if self.raw.in_transaction:
            self.raw.execute("ROLLBACK")

    async def in_thread(self, function: Callable[..., object], *args: object) -> None:
        """Run something slow on this connection.

        A caller that is cancelled, even twice, is told so only when the work has ended: nothing
        else may use the connection meanwhile.
        """
        future = asyncio.get_running_loop().run_in_executor(self._thread, function, *args)
        try:
            await asyncio.shield(future)
        except asyncio.CancelledError:
            while not future.done():
                with suppress(asyncio.CancelledError):
                    await asyncio.wait([future])
            future.exception()  # seen: being cancelled is what the caller is told
            raise

    def truncate_log(self) -> None:
        """Move what the log file holds into the database and empty it, unless somebody reads it."""
        self.raw.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()

    async def close(self) -> None:
        """Close; SQLite folds the log file into the database."""
        self.stop()

    def stop(self) -> None:
        """Close at once."""
        if self._connection is not None:
            self._connection = None
            self._thread.shutdown(wait=True)
            self.raw.close()


class SqliteDatabase(Database):
    """One file, one connection, one transaction at a time."""

    def __init__(
        self, path: Path, engine: AsyncEngine, connection: AsyncConnection, raw: Connection
    ) -> None:
        self._path = path
        self._engine = engine
        self._sqlalchemy = connection
        self._raw = raw
        self._lock = asyncio.Lock()

    @classmethod
    async def connect(cls, path: Path) -> Self:
        """Open the file or make it, readable for its owner only.

        Raises:
            ConfigError: it cannot be opened.
            StorageError: it is no SQLite database, or cannot be written.
        """
        try:
            with _explained(path):
                raw = await Connection.open(path)
        except OSError as error:
            problem = f"the database {path} cannot be opened ({error.strerror})"
            fix = "Let the bot's user write it and its directory"
            raise ConfigError("state_dir", problem, fix) from None

        async def creator(*_: Any, **__: Any) -> Connection:
            return raw

        engine = create_async_engine(
            "sqlite+aiosqlite://", async_creator=creator, poolclass=StaticPool
        )
        return cls(path, engine, await engine.connect(), raw)

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[AsyncConnection]:
        """See :meth:`Database.transaction`."""
        async with self._lock:
            with _explained(self._path):
                await self._raw.begin()
                try:
                    yield self._sqlalchemy
                    await self._raw.commit()
                finally:
                    # SQLAlchemy only learns the outcome: what is left open here is undone.
                    await self._raw.rollback()
                    await self._sqlalchemy.rollback()

    async def check(self) -> None:
        """See :meth:`Database.check`: some milliseconds for each ten megabytes."""
        async with self.transaction():
            [(verdict,)] = self._raw.raw.execute("PRAGMA quick_check(1)").fetchall()
        if verdict != "ok":
            raise damage(self._path, verdict.splitlines()[-1])

    async def scrub(self) -> None:
        """See :meth:`Database.scrub`: empties the log file, where deleted rows may still stand."""
        async with self._lock:
            with _explained(self._path):
                await self._raw.in_thread(self._raw.truncate_log)

    async def close(self) -> None:
        """See :meth:`Database.close`."""
        async with self._lock:
            await self._sqlalchemy.close()
            await self._engine.dispose()


@contextmanager
def _explained(path: Path) -> Iterator[None]:
    """Tell what is wrong with the file, where something is."""
    try:
        yield
    except (sqlite3.Error, DBAPIError) as error:
        if (fault := sqlite_fault(path, error)) is None:
            raise
        raise fault from None
