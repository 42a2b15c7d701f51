"""What an operator may look at, or remove: who stored what and which commands ran, no secret.

Everything here stands in clear in the database; none of it needs ``ACTAS_SECRET``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import delete, func, select, update

from bot.storage.database import Database
from bot.storage.tables import credential, following, identity_pin, journal, metadata


@dataclass(frozen=True, slots=True)
class Slot:
    """A stored credential, seen from outside. Times are timezone-aware."""

    user: str
    service: str
    created: datetime
    expires: datetime | None
    last_used: datetime | None


@dataclass(frozen=True, slots=True)
class Run:
    """A command that ran. ``service`` is "" for the bot's own; ``state`` as in the journal."""

    started: datetime
    finished: datetime | None
    user: str
    room: str
    service: str
    command: str
    effect: str
    state: str
    approved_by: str | None


async def slots(database: Database) -> list[Slot]:
    """All stored credentials, by user and service."""
    query = select(credential).order_by(credential.c.user_id, credential.c.service)
    async with database.transaction() as connection:
        rows = (await connection.execute(query)).all()
    return [
        Slot(
            user=row.user_id,
            service=row.service,
            created=_at(row.created_at),
            expires=_maybe(row.expires_at),
            last_used=_maybe(row.last_used_at),
        )
        for row in rows
    ]


async def runs(
    database: Database,
    *,
    user: str | None = None,
    service: str | None = None,
    since: datetime | None = None,
    limit: int = 50,
) -> list[Run]:
    """The last ``limit`` commands that match, oldest first."""
    query = select(journal).order_by(journal.c.started_at.desc()).limit(limit)
    if user is not None:
        query = query.where(journal.c.user_id == user)
    if service is not None:
        query = query.where(journal.c.service == service)
    if since is not None:
        query = query.where(journal.c.started_at >= round(since.timestamp() * 1000))
    async with database.transaction() as connection:
        rows = (await connection.execute(query)).all()
    return [
        Run(
            started=_at(row.started_at),
            finished=_maybe(row.finished_at),
            user=row.user_id,
            room=row.room_id,
            service=row.service,
            command=row.command,
            effect=row.effect,
            state=row.state,
            approved_by=row.approved_by,
        )
        for row in reversed(rows)
    ]


async def forget(database: Database, user: str) -> bool:
    """Remove a person's credentials and pinned identity for good. False if there was nothing.

    Of what they ran only that is kept which the audit shows.
    """
    async with database.transaction() as connection:
        counts = [
            (await connection.execute(delete(table).where(table.c.user_id == user))).rowcount
            for table in (credential, identity_pin, following)
        ]
        theirs = update(journal).where(journal.c.user_id == user)
        await connection.execute(theirs.values(note=None))
    await database.scrub()
    return any(counts)


async def sizes(database: Database) -> Mapping[str, int]:
    """How many rows each table has."""
    async with database.transaction() as connection:
        return {
            table.name: (
                await connection.execute(select(func.count()).select_from(table))
            ).scalar_one()
            for table in metadata.sorted_tables
        }


def _at(milliseconds: int) -> datetime:
    return datetime.fromtimestamp(milliseconds / 1000, UTC)


def _maybe(milliseconds: int | None) -> datetime | None:
    return None if milliseconds is None else _at(milliseconds)
