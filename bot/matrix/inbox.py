"""What has arrived and is not finished: written with the sync token, emptied when answered.

An event stands in it once, whatever is delivered again. Texts are sealed while they wait, and
gone from the file when they are done.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Final, Self

import structlog
from sqlalchemy import bindparam, delete, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.clock import now
from bot.errors import Unopenable
from bot.model import Actor, Doubt, Message, Place, Stray
from bot.storage import tables
from bot.storage.database import Database
from bot.storage.statements import insert_new
from bot.vault.context import row_context
from bot.vault.sealer import Sealer

log = structlog.get_logger()

_T: Final = tables.inbox
_THESE: Final = _T.c.event_id.in_(bindparam("ids", expanding=True))  # built once: a hot path
_KNOWN: Final = select(_T.c.event_id).where(_THESE)
_DONE: Final = update(_T).where(_THESE).values(state="done", session_id=None, sealed=None)
_REMEMBERED: Final = 30 * 24 * 3600 * 1000  # ms that a finished event's id is kept
_LOCKED: Final = 50  # events of one sender that wait for a room key at one time


@dataclass(frozen=True, slots=True)
class Invite:
    """An invitation of the bot; ``direct``: into a direct message."""

    user: str
    room: str
    event_id: str
    direct: bool


@dataclass(frozen=True, slots=True)
class Joined:
    """The bot has come into a room. ``user`` is empty."""

    user: str
    room: str
    event_id: str


@dataclass(frozen=True, slots=True)
class Late:
    """Something for the bot that came too old after a downtime. It is told, and not run.

    ``body`` is looked at for secrets.
    """

    user: str
    room: str
    event_id: str
    body: str = field(default="", repr=False)  # it may hold a secret
    private: bool = False

    @classmethod
    def of(cls, message: Message) -> Self:
        """What is left of a message that is too old."""
        actor = message.actor
        return cls(actor.user, actor.room, message.event_id, message.body, actor.private)


@dataclass(frozen=True, slots=True)
class Verifying:
    """A step of an emoji verification; see ``events.Step``. ``ts`` is the server's time (ms)."""

    user: str
    room: str
    event_id: str
    kind: str
    transaction: str
    content: Mapping[str, Any]
    ts: int


@dataclass(frozen=True, slots=True)
class Locked:
    """An event whose room key has not come. ``event`` is as the server gave it.

    ``overdue``: it was too old already when it came, after a downtime.
    """

    user: str
    room: str
    event_id: str
    session_id: str
    event: Mapping[str, Any]
    overdue: bool = False


@dataclass(frozen=True, slots=True)
class Withheld:
    """An event that stays unreadable: its sender's client keeps the room key from the bot."""

    user: str
    room: str
    event_id: str


_PLAIN: Final[Mapping[str, type[Invite | Joined | Late | Verifying | Withheld]]] = {
    kind.__name__.lower(): kind for kind in (Invite, Joined, Late, Verifying, Withheld)
}
Item = Message | Stray | Invite | Joined | Late | Verifying | Withheld
Entry = Item | Locked


@dataclass(frozen=True, slots=True)
class Waiting:
    """An unfinished item and when it arrived (ms)."""

    item: Item
    received: int


class Inbox:
    """The table ``inbox``."""

    def __init__(self, database: Database, sealer: Sealer) -> None:
        self._database, self._sealer = database, sealer

    async def add(self, connection: AsyncConnection, entries: Collection[Entry]) -> set[str]:
        """Store what is new, in the caller's transaction; returns the event ids that are."""
        if not entries:
            return set()
        ids = [entry.event_id for entry in entries]
        known = await connection.scalars(_KNOWN, {"ids": ids})
        new = set(ids) - set(known)
        rows = [self._row(e) for e in entries if e.event_id in new]
        if rows:
            await connection.execute(insert_new(connection, _T), rows)
        return new

    async def unlock(self, connection: AsyncConnection, entries: Collection[Entry]) -> set[str]:
        """Replace locked events by what they turned out to be, in the caller's transaction.

        Returns the ids of those that were still waited for: others have been given up meanwhile.
        """
        unlocked = set()
        for entry in entries:
            row = self._row(entry)
            changed = await connection.execute(
                update(_T)
                .where(_T.c.event_id == row["event_id"], _T.c.state == "locked")
                .values(state="new", session_id=None, sealed=row["sealed"])
            )
            if changed.rowcount:
                unlocked.add(entry.event_id)
        return unlocked

    async def done(self, connection: AsyncConnection, event_ids: Collection[str]) -> None:
        """Finished: the text goes, the id stays, in the caller's transaction."""
        await connection.execute(_DONE, {"ids": list(event_ids)})

    async def unfinished(self) -> list[Waiting]:
        """What a former run left, oldest first."""
        query = select(_T).where(_T.c.state == "new").order_by(_T.c.received_at)
        async with self._database.transaction() as connection:
            rows = (await connection.execute(query)).all()
        return [
            Waiting(_item(stored), row.received_at)
            for row in rows
            if (stored := self._open(row)) is not None
        ]

    async def locked(self, sessions: Collection[str], max_age: int) -> list[Locked]:
        """The events that wait for one of these Megolm sessions, not older than ``max_age`` ms."""
        fresh = _T.c.received_at >= now() - max_age
        waits = _T.c.session_id.in_(sessions)
        query = select(_T).where(_T.c.state == "locked", waits, fresh)
        async with self._database.transaction() as connection:
            rows = (await connection.execute(query)).all()
        return [Locked(**stored["locked"]) for row in rows if (stored := self._open(row))]

    async def expire(self, max_age: int) -> list[Locked]:
        """Give up events whose key did not come within ``max_age`` ms, or that are too many.

        Returns those; forgets the ids of events that were finished long ago.
        """
        query = select(_T).where(_T.c.state == "locked").order_by(_T.c.received_at.desc())
        async with self._database.transaction() as connection:
            rows = (await connection.execute(query)).all()
            counts: Counter[str] = Counter()
            old = []
            for row in rows:
                counts[row.sender] += 1
                if counts[row.sender] > _LOCKED or row.received_at < now() - max_age:
                    old.append(row)
            await self.done(connection, [row.event_id for row in old])
            past = _T.c.received_at < now() - _REMEMBERED
            await connection.execute(delete(_T).where(_T.c.state == "done", past))
        return [Locked(**stored["locked"]) for row in old if (stored := self._open(row))]

    def _row(self, entry: Entry) -> dict[str, Any]:
        match entry:
            case Message():
                kind, user, room, ts = "message", entry.actor.user, entry.actor.room, entry.ts
            case _:
                kind, user, room, ts = type(entry).__name__.lower(), entry.user, entry.room, now()
        stored: dict[str, Any] = {kind: asdict(entry)}
        if isinstance(entry, Stray):
            stored[kind]["doubt"] = entry.doubt.value
        event_id = entry.event_id
        return {
            "event_id": event_id,
            "room_id": room,
            "sender": user,
            "server_ts": ts,
            "received_at": now(),
            "state": "locked" if isinstance(entry, Locked) else "new",
            "session_id": entry.session_id if isinstance(entry, Locked) else None,
            "sealed": self._sealer.seal(
                json.dumps(stored).encode(), **row_context("inbox", user, event_id)
            ),
        }

    def _open(self, row: Any) -> dict[str, Any] | None:
        context = row_context("inbox", row.sender, row.event_id)
        try:
            stored: dict[str, Any] = json.loads(self._sealer.open(row.sealed, **context))
        except Unopenable:
            log.error("inbox.unopenable", event_id=row.event_id)
            return None
        return stored


def _item(stored: dict[str, Any]) -> Item:
    ((kind, fields),) = stored.items()
    if kind == "message":
        place = fields.pop("place", None)
        actor = Actor(**fields.pop("actor"))
        return Message(actor, place=Place(**place) if place else None, **fields)
    if kind == "stray":
        return Stray(doubt=Doubt(fields.pop("doubt")), **fields)
    return _PLAIN[kind](**fields)
