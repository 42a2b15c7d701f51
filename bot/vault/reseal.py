"""Moving everything that is sealed to the newest key, and seeing whether it opens."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import bindparam, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.errors import Unopenable
from bot.storage.database import Database
from bot.vault.context import SealedColumn
from bot.vault.sealer import Sealer
from bot.vault.walk import SealedRow, context_of, walk


@dataclass(frozen=True, slots=True)
class Resealed:
    """How many values were moved to the newest key, and how many do not open at all."""

    moved: int
    unopenable: int


@dataclass(frozen=True, slots=True)
class Survey:
    """How many values are sealed, with an older key, and with none that opens them."""

    total: int
    older: int
    unopenable: int


async def reseal(database: Database, sealer: Sealer) -> Resealed:
    """Seal every value that is not sealed with the newest key again, with that one.

    The bot may run meanwhile, if it was started with the new key in its ring. What does not open is
    left as it is and counted.
    """
    moved = unopenable = 0

    async def visit(
        connection: AsyncConnection, column: SealedColumn, rows: Sequence[SealedRow]
    ) -> None:
        nonlocal moved, unopenable
        changes = [change for row in rows if (change := _again(column, sealer, row))]
        await _write(connection, column, changes)
        moved += len(changes)
        unopenable += len(rows) - len(changes)

    await walk(database, visit, but=sealer.header)
    await database.scrub()
    return Resealed(moved, unopenable)


async def survey(database: Database, sealer: Sealer) -> Survey:
    """Open every sealed value and change none."""
    total = older = unopenable = 0

    async def visit(_: AsyncConnection, column: SealedColumn, rows: Sequence[SealedRow]) -> None:
        nonlocal total, older, unopenable
        for row in rows:
            opens = _opened(column, sealer, row) is not None
            total += 1
            older += opens and not sealer.is_newest(row["value"])
            unopenable += not opens

    await walk(database, visit)
    return Survey(total, older, unopenable)


def _opened(column: SealedColumn, sealer: Sealer, row: SealedRow) -> bytes | None:
    try:
        return sealer.open(row["value"], **context_of(column, row))
    except Unopenable:
        return None


def _again(column: SealedColumn, sealer: Sealer, row: SealedRow) -> dict[str, Any] | None:
    plaintext = _opened(column, sealer, row)
    if plaintext is None:
        return None
    key = {f"key_{each.name}": row[each.name] for each in column.primary_key}
    return {"new": sealer.seal(plaintext, **context_of(column, row)), **key}


async def _write(
    connection: AsyncConnection, column: SealedColumn, changes: list[dict[str, Any]]
) -> None:
    if changes:
        statement = update(column.table).values({column.column: bindparam("new")})
        for each in column.primary_key:
            statement = statement.where(each == bindparam(f"key_{each.name}"))
        await connection.execute(statement, changes)
