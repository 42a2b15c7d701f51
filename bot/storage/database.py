"""The database: transactions, whatever stands behind them."""

from __future__ import annotations

from abc import ABC, abstractmethod
from contextlib import AbstractAsyncContextManager
from pathlib import Path

from sqlalchemy.ext.asyncio import AsyncConnection

from bot.secret import Secret
from bot.storage import schema


class Database(ABC):
    """Transactions over the tables of ``tables.py``, on SQLite or PostgreSQL."""

    @staticmethod
    async def open(
        target: Path | Secret, *, user: str = "", exclusive: bool = False, migrate: bool = True
    ) -> Database:
        """Open a database and bring its schema to this program's.

        ``target`` is a file (SQLite) or a ``postgresql://`` URL, which may hold a password; there
        ``user``, the bot's own Matrix id, names the schema, so that bots can share a server. The
        running bot is ``exclusive``: on a file the lock of the state directory sees to that, on a
        server, which two machines may reach, the database does. Without ``migrate`` the schema must
        be this program's already.

        Raises:
            ConfigError: it cannot be opened or reached, was used by a newer program, or is
                wanted exclusively and in use by another process.
            StorageError: it is damaged, or cannot be written.
        """
        database: Database
        if isinstance(target, Path):
            from bot.storage.sqlite import SqliteDatabase

            database = await SqliteDatabase.connect(target)
        else:
            from bot.storage.postgresql import PostgresqlDatabase

            database = await PostgresqlDatabase.connect(target, user, exclusive=exclusive)
        try:
            if exclusive:
                await database.check()
            async with database.transaction() as connection:
                await (schema.migrate if migrate else schema.require)(connection)
        except BaseException:
            await database.close()
            raise
        return database

    @abstractmethod
    def transaction(self) -> AbstractAsyncContextManager[AsyncConnection]:
        """One transaction: committed when the block ends, undone when it raises.

        A task that is cancelled while its block commits cannot know whether that took place. Do not
        nest, and wait in a block for nothing but the database: it holds the one SQLite connection.

        Raises:
            StorageError: the database cannot be read or written.
        """

    @abstractmethod
    async def check(self) -> None:
        """See that the database is whole, as far as that is quick.

        Raises:
            StorageError: it is not.
        """

    @abstractmethod
    async def scrub(self) -> None:
        """Make what was deleted unreadable in the database's files, as far as they allow it."""

    @abstractmethod
    async def close(self) -> None:
        """Close all connections, after the transactions that are under way."""
