"""Statements that SQLite and PostgreSQL spell alike but SQLAlchemy does not share."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cache
from importlib import import_module
from typing import Any, Final, TypeVar, cast

from sqlalchemy import Table
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.sql.dml import Insert

_AT_ONCE: Final = 500  # a database takes some thousands of parameters in one statement
T = TypeVar("T")


def portions(keys: Iterable[T]) -> Iterator[list[T]]:
    """``keys`` in portions that one statement can ask for."""
    whole = list(keys)
    for start in range(0, len(whole), _AT_ONCE):
        yield whole[start : start + _AT_ONCE]


def upsert(connection: AsyncConnection, table: Table) -> Insert:
    """Insert rows of ``table``; a row with the same primary key is replaced."""
    return _insert(table, connection.dialect.name, replace=True)


def insert_new(connection: AsyncConnection, table: Table) -> Insert:
    """Insert rows of ``table``; a row with the same primary key stays as it is."""
    return _insert(table, connection.dialect.name, replace=False)


@cache
def _insert(table: Table, dialect: str, *, replace: bool) -> Insert:
    # Of the dialects, which are large, only the one in use is imported.
    statement: Any = import_module(f"sqlalchemy.dialects.{dialect}").insert(table)
    if not replace:
        return cast(Insert, statement.on_conflict_do_nothing())
    keys = [column.name for column in table.primary_key]
    values = {c.name: statement.excluded[c.name] for c in table.columns if c.name not in keys}
    return cast(Insert, statement.on_conflict_do_update(index_elements=keys, set_=values))
