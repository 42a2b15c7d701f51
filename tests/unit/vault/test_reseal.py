"""Rotation of the keys over every sealed column."""

from __future__ import annotations

import pytest
from sqlalchemy import LargeBinary, insert, select, update

from bot.storage import tables
from bot.vault.context import SEALED, row_context
from bot.vault.keys import KeyRing, new_secret
from bot.vault.reseal import Resealed, Survey, reseal, survey
from bot.vault.sealer import Sealer

OLD, NEW = new_secret(), new_secret()
FILLER = {str: "x", int: 1, bool: True, bytes: b""}


@pytest.fixture
def sealers():
    """The old key's, the ring's with both, and the new key's."""
    return tuple(Sealer(KeyRing.from_text(text)) for text in (OLD, f"{NEW},{OLD}", NEW))


def rows_of(name, sealer, count):
    """Rows of a sealed column's table, each with keys of its own."""
    place = SEALED[name]
    for number in range(count):
        keys = [f"{column}-{number}" for column in place.keys]
        row = {column.name: FILLER[column.type.python_type] for column in place.table.columns}
        row.update(zip(place.keys, keys, strict=True))
        for other, each in SEALED.items():
            if each.table is place.table:
                secret = f"secret {other} {number}".encode()
                row[each.column] = sealer.seal(secret, **row_context(other, *keys))
        yield row


async def fill(database, sealer, count=3):
    async with database.transaction() as connection:
        for name, place in SEALED.items():
            if place.column not in ("account", "note"):  # written with its row's other column
                await connection.execute(insert(place.table), list(rows_of(name, sealer, count)))


async def opened(database, sealer):
    """Everything that is sealed, opened."""
    found = []
    async with database.transaction() as connection:
        for place in SEALED.values():
            for row in await connection.execute(select(place.table)):
                values = row._mapping
                context = place.context(*(values[key] for key in place.keys))
                found.append(sealer.open(values[place.column], **context).decode())
    return sorted(found)


def test_every_binary_column_of_every_table_is_sealed():
    """A new column cannot be left out of sealing and resealing."""
    listed = {(place.table.name, place.column) for place in SEALED.values()}
    binary = {
        (table.name, column.name)
        for table in tables.metadata.sorted_tables
        for column in table.columns
        if isinstance(column.type, LargeBinary)
    }
    assert listed == binary


def test_every_context_tells_all_rows_apart():
    """The primary key of each table is part of the context, so no two rows share one."""
    for place in SEALED.values():
        assert {column.name for column in place.table.primary_key} <= set(place.keys)


def test_no_two_sealed_columns_share_a_context():
    """The same keys in two tables, or two columns of one, are different places."""
    contexts = [tuple(place.context(*place.keys).values()) for place in SEALED.values()]
    assert len(set(contexts)) == len(contexts)


def test_joined_keys_cannot_be_shifted():
    """Keys that look alike when joined are different places."""
    assert row_context("olm_session", "a\nb", "c") != row_context("olm_session", "a", "b\nc")


def test_a_context_needs_all_keys():
    """A forgotten key is a mistake of the caller's, not a weaker context."""
    with pytest.raises(ValueError, match="sender_key, session_id"):
        row_context("olm_session", "a")


async def test_everything_moves_to_the_newest_key(database, sealers):
    """Afterwards the new secret alone opens all rows of all tables, and the old one none."""
    old, both, new = sealers
    await fill(database, old)
    before = await opened(database, old)
    assert await reseal(database, both) == Resealed(moved=3 * len(SEALED), unopenable=0)
    assert await opened(database, new) == before


async def test_nothing_is_done_twice(database, sealers):
    """What the newest key has sealed is left alone."""
    await fill(database, sealers[0])
    await reseal(database, sealers[1])
    assert await reseal(database, sealers[1]) == Resealed(moved=0, unopenable=0)


async def test_empty_columns_stay_empty(database, sealers):
    """A message that is done has nothing to reseal."""
    await fill(database, sealers[0])
    async with database.transaction() as connection:
        await connection.execute(update(tables.inbox).values(sealed=None))
    done = await reseal(database, sealers[1])
    assert done == Resealed(moved=3 * (len(SEALED) - 1), unopenable=0)


async def test_what_does_not_open_is_counted_and_kept(database, sealers, monkeypatch):
    """Rows of a lost key neither stop the others nor change; batches go on past them."""
    monkeypatch.setattr("bot.vault.walk._BATCH", 2)
    lost = Sealer(KeyRing.from_text(new_secret()))
    await fill(database, sealers[0], count=5)
    async with database.transaction() as connection:
        for row in rows_of("room_state", lost, 4):
            change = update(tables.room_state).where(tables.room_state.c.room_id == row["room_id"])
            await connection.execute(change.values(sealed=row["sealed"]))
    done = await reseal(database, sealers[1])
    assert done == Resealed(moved=5 * len(SEALED) - 4, unopenable=4)
    async with database.transaction() as connection:
        kept = (await connection.execute(select(tables.room_state.c.sealed))).scalars().all()
    assert sum(sealed[1:5] == lost.header[1:] for sealed in kept) == 4


async def test_a_survey_counts_what_opens_and_changes_nothing(database, sealers):
    """What an older key opens, and what none does, are told apart."""
    await fill(database, sealers[0])
    total = 3 * len(SEALED)
    assert await survey(database, sealers[0]) == Survey(total, older=0, unopenable=0)
    assert await survey(database, sealers[1]) == Survey(total, older=total, unopenable=0)
    assert await survey(database, sealers[2]) == Survey(total, older=0, unopenable=total)
    assert await opened(database, sealers[0])
