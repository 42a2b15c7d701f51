"""PostgreSQL through asyncpg: one schema per bot account."""

from __future__ import annotations

import hashlib
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final, Self

from sqlalchemy import text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from bot.errors import ConfigError
from bot.secret import Secret
from bot.storage.database import Database
from bot.storage.faults import postgresql_fault

_CONNECT_TIMEOUT: Final = 10.0  # seconds
_LOCK: Final = text("SELECT pg_try_advisory_lock(hashtextextended(:schema, 0))")


class PostgresqlDatabase(Database):
    """A pool of connections whose search path is the bot's own schema."""

    def __init__(self, engine: AsyncEngine, lock: AsyncConnection | None) -> None:
        self._engine = engine
        self._lock = lock  # holds the advisory lock while it is open

    @classmethod
    async def connect(cls, url: Secret, user: str, *, exclusive: bool) -> Self:
        """Reach the server and make the bot's schema if it is missing.

        Raises:
            ConfigError: the URL is malformed, asyncpg is not installed, the server refuses, or
                ``exclusive`` and another process has the schema.
        """
        schema = schema_name(user)
        engine = _engine(url, schema)
        try:
            async with engine.begin() as connection:
                await connection.execute(text(f'CREATE SCHEMA IF NOT EXISTS "{schema}"'))
            lock = await _lock(engine, schema) if exclusive else None
        except (OSError, SQLAlchemyError, TimeoutError) as error:
            await engine.dispose()
            # Only the kind of the error: its text may show the URL, and with it a password.
            raise _error(
                f"cannot be used ({_kind(error)})",
                "Check the address, the password, and that the user may create a schema",
            ) from None
        except ConfigError:
            await engine.dispose()
            raise
        return cls(engine, lock)

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[AsyncConnection]:
        """See :meth:`Database.transaction`."""
        try:
            async with self._engine.begin() as connection:
                yield connection
        except (OSError, DBAPIError) as error:
            if (fault := postgresql_fault(error)) is None:
                raise
            raise fault from None

    async def check(self) -> None:
        """See :meth:`Database.check`: PostgreSQL looks after itself."""

    async def scrub(self) -> None:
        """See :meth:`Database.scrub`: PostgreSQL reuses the space of deleted rows by itself."""

    async def close(self) -> None:
        """See :meth:`Database.close`."""
        if self._lock is not None:
            await self._lock.close()
        await self._engine.dispose()


def schema_name(user: str) -> str:
    """The schema of a bot account: readable, unique, at most 63 bytes.

    >>> schema_name("@actas:example.org")
    'actas_actas_example_org_...'
    """
    readable = re.sub(r"[^a-z0-9]+", "_", user.lower()).strip("_")[:40]
    return f"actas_{readable}_{hashlib.sha256(user.encode()).hexdigest()[:8]}"


def _engine(url: Secret, schema: str) -> AsyncEngine:
    settings = {"search_path": schema, "application_name": "actas"}
    try:
        return create_async_engine(
            _address(url),
            pool_size=5,
            pool_pre_ping=True,
            connect_args={"timeout": _CONNECT_TIMEOUT, "server_settings": settings},
        )
    except ImportError:
        raise _error("needs asyncpg", "Install actas[postgresql]") from None


async def _lock(engine: AsyncEngine, schema: str) -> AsyncConnection:
    connection = await engine.connect()
    await connection.execution_options(isolation_level="AUTOCOMMIT")
    if not await connection.scalar(_LOCK, {"schema": schema}):
        await connection.close()
        raise _error(
            "is in use by another process of this bot",
            "Stop that one first; two at once would break the encryption of both",
        )
    return connection


def _address(url: Secret) -> URL:
    try:
        return make_url(url.reveal()).set(drivername="postgresql+asyncpg")
    except (ArgumentError, ValueError):  # the latter for a port that is no number
        raise _error("is not a database URL", "Write postgresql://user@host/name") from None


def _error(problem: str, fix: str) -> ConfigError:
    return ConfigError("database", problem, fix)


def _kind(error: BaseException) -> str:
    cause = getattr(error, "orig", None) or error
    return type(cause.__cause__ or cause).__name__
