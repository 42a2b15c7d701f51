"""Going over everything that is sealed, in batches that never hold up a running bot for long."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, Final, TypeAlias

from sqlalchemy import LargeBinary, Select, func, literal, select, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.storage.database import Database
from bot.vault.context import SEALED, Context, SealedColumn

_BATCH: Final = 200  # rows of one transaction

SealedRow: TypeAlias = Mapping[str, Any]
"""A row's primary key and the columns of its context by name, and the sealed ``value``."""

Visit: TypeAlias = Callable[[AsyncConnection, SealedColumn, Sequence[SealedRow]], Awaitable[None]]


async def walk(database: Database, visit: Visit, *, but: bytes | None = None) -> None:
    """Call ``visit`` with every batch of sealed rows, in the transaction that has read it.

    ``but`` leaves out values that begin with these bytes.
    """
    for column in SEALED.values():
        query, last = _query(column, but), None
        while True:
            async with database.transaction() as connection:
                page = query if last is None else query.where(tuple_(*column.primary_key) > last)
                rows = (await connection.execute(page)).mappings().all()
                if not rows:
                    break
                await visit(connection, column, rows)
            last = tuple(rows[-1][key.name] for key in column.primary_key)


def context_of(column: SealedColumn, row: SealedRow) -> Context:
    """Where the row's value was sealed for."""
    return column.context(*(row[name] for name in column.keys))


def _query(column: SealedColumn, but: bytes | None) -> Select[Any]:
    sealed = column.table.c[column.column]
    others = [column.table.c[name] for name in column.keys]
    wanted = dict.fromkeys((*column.primary_key, *others))
    query = select(sealed.label("value"), *wanted).where(sealed.is_not(None))
    if but is not None:
        start = func.substr(sealed, 1, len(but), type_=LargeBinary())
        query = query.where(start != literal(but, LargeBinary()))
    # A running bot on PostgreSQL must not write a row between our reading and writing it.
    return query.order_by(*column.primary_key).limit(_BATCH).with_for_update()
