"""Moving everything that is sealed to the newest key."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import LargeBinary, Row, Select, bindparam, func, literal, select, tuple_, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.errors import Unopenable
from bot.storage.database import Database
from bot.vault.context import SEALED, SealedColumn
from bot.vault.sealer import Sealer

_BATCH: Final = 200  # rows of a transaction: a running bot never waits long for it


@dataclass(frozen=True, slots=True)
class Resealed:
    """How many values were moved to the newest key, and how many do not open at all."""

    moved: int
    unopenable: int


async def reseal(database: Database, sealer: Sealer) -> Resealed:
    """Seal every value that is not sealed with the newest key again, with that one.

    The bot may run meanwhile, if it was started with the new key in its ring. What does not open is
    left as it is and counted.
    """
    moved = unopenable = 0
    for column in SEALED.values():
        last: tuple[Any, ...] | None = None
        while True:
            async with database.transaction() as connection:
                rows = (await connection.execute(_stale(column, sealer.header, last))).all()
                if not rows:
                    break
                changes = [change for row in rows if (change := _again(column, sealer, row))]
                await _write(connection, column, changes)
            moved += len(changes)
            unopenable += len(rows) - len(changes)
            last = tuple(rows[-1])[1:]
    await database.scrub()
    return Resealed(moved, unopenable)


def _stale(column: SealedColumn, header: bytes, after: tuple[Any, ...] | None) -> Select[Any]:
    sealed = column.table.c[column.column]
    key = list(column.table.primary_key)
    extra = [column.table.c[name] for name in column.keys if column.table.c[name] not in key]
    start = func.substr(sealed, 1, len(header), type_=LargeBinary())
    query = select(sealed.label("value"), *key, *extra).where(
        sealed.is_not(None), start != literal(header, LargeBinary())
    )
    if after is not None:
        query = query.where(tuple_(*key) > after[: len(key)])
    # A running bot on PostgreSQL must not write a row between our reading and writing it.
    return query.order_by(*key).limit(_BATCH).with_for_update()


def _again(column: SealedColumn, sealer: Sealer, row: Row[Any]) -> dict[str, Any] | None:
    values = row._mapping  # noqa: SLF001  # SQLAlchemy's public name for the row as a mapping
    context = column.context(*(values[name] for name in column.keys))
    try:
        plaintext = sealer.open(values["value"], **context)
    except Unopenable:
        return None
    key = {f"key_{each.name}": values[each.name] for each in column.table.primary_key}
    return {"new": sealer.seal(plaintext, **context), **key}


async def _write(
    connection: AsyncConnection, column: SealedColumn, changes: list[dict[str, Any]]
) -> None:
    if changes:
        statement = update(column.table).values({column.column: bindparam("new")})
        for each in column.table.primary_key:
            statement = statement.where(each == bindparam(f"key_{each.name}"))
        await connection.execute(statement, changes)
