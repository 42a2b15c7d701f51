"""What ran, when, and how it ended: the audit, and what makes a command run at most once (P5).

A command that changes something is written as ``started`` before its call goes out, and with its
answer before that is sent. What is found ``started`` after a crash was cut off: it is told, and
never run again. What is found with an answer is sent again; its transaction id makes that harmless.
"""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

import structlog
from sqlalchemy import and_, delete, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.clock import now
from bot.errors import Unopenable
from bot.matrix.inbox import Inbox
from bot.model import Actor, Message
from bot.plugin import Command
from bot.reply import Link
from bot.storage import tables
from bot.storage.database import Database
from bot.storage.patience import patiently
from bot.storage.statements import insert_new
from bot.vault.context import row_context
from bot.vault.sealer import Sealer

log = structlog.get_logger()

_T: Final = tables.journal

State = Literal["finished", "failed", "interrupted"]


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A message that is to be sent: into which room, with which content and transaction id.

    ``identity`` is set for somebody who is not known (any more): it is then for the devices that
    this identity (master key) has signed, and is not sent again after a restart.
    """

    room: str
    content: Mapping[str, Any]
    txn: str
    identity: str | None = None

    @property
    def replaces(self) -> str | None:
        """The event whose text it takes the place of, if it is an edit."""
        relation = self.content.get("m.relates_to", {})
        return relation["event_id"] if relation.get("rel_type") == "m.replace" else None


@dataclass(frozen=True, slots=True)
class Unfinished:
    """A command that a former run left. ``answer`` is None where it was cut off, or is lost."""

    event_id: str
    user: str
    room: str
    service: str
    command: str
    answer: Outgoing | None


@dataclass(frozen=True, slots=True)
class Note:
    """What was run, as it may be shown, and what it is about over there."""

    text: str
    about: Link | None = None


@dataclass(frozen=True, slots=True)
class Record:
    """A command that is run: whose message asked for it, and who else approved it."""

    message: Message
    service: str
    command: Command
    note: Note
    approved_by: str | None = None


@dataclass(frozen=True, slots=True)
class Entry:
    """Something that a user has run. ``started`` is in ms; ``state`` may also be "started"."""

    started: int
    room: str
    note: Note
    state: str
    approved_by: str | None


class Journal:
    """The table ``journal``."""

    def __init__(self, database: Database, sealer: Sealer, inbox: Inbox) -> None:
        self._database, self._sealer, self._inbox = database, sealer, inbox

    async def begin(self, record: Record) -> bool:
        """Write that a command starts. False if this message's was begun before: do not run it."""
        row = self._row(record, "started")
        async with self._database.transaction() as connection:
            result = await connection.execute(insert_new(connection, _T), [row])
            return result.rowcount == 1

    async def settle(self, event_id: str, user: str, state: State, answer: Outgoing) -> None:
        """Write how it ended, and the answer that is now to be sent."""
        plain = json.dumps([answer.room, answer.content, answer.txn]).encode()
        sealed = self._sealer.seal(plain, **row_context("journal", user, event_id))
        ended = {"state": state, "finished_at": now(), "reply": sealed}

        async def write(connection: AsyncConnection) -> None:
            await connection.execute(update(_T).where(_T.c.event_id == event_id).values(ended))

        await self._persist(write)

    async def note(self, event_id: str, actor: Actor, note: Note) -> None:
        """Write what was run, and what it is about, for the actor's history.

        Where they have had it forgotten meanwhile it stays so.
        """
        sealed = self._sealed_note(event_id, actor, note)

        async def write(connection: AsyncConnection) -> None:
            these = and_(
                _T.c.event_id == event_id, _T.c.user_id == actor.user, _T.c.note.is_not(None)
            )
            await connection.execute(update(_T).where(these).values(note=sealed))

        await self._persist(write)

    async def close(self, event_ids: Sequence[str]) -> None:
        """The messages are answered: nothing of their text is kept."""

        async def write(connection: AsyncConnection) -> None:
            these = _T.c.event_id.in_(event_ids)
            await connection.execute(update(_T).where(these).values(reply=None))
            await self._inbox.done(connection, event_ids)

        await self._persist(write)

    async def record(self, record: Record, state: State) -> None:
        """Write a command that changed nothing after its answer was sent, and close it."""
        row = {**self._row(record, state), "finished_at": now()}

        async def write(connection: AsyncConnection) -> None:
            await connection.execute(insert_new(connection, _T), [row])
            await self._inbox.done(connection, [record.message.event_id])

        await self._persist(write)

    async def withdraw(self, event_id: str) -> None:
        """Nothing was done: the service refused the credential. The command may run later."""

        async def write(connection: AsyncConnection) -> None:
            await connection.execute(delete(_T).where(_T.c.event_id == event_id))

        await self._persist(write)

    async def history(self, actor: Actor, *, skip: int = 0, most: int = 20) -> list[Entry]:
        """What the actor has run, newest first, from the one after the first ``skip``.

        Looking at the bot itself (``help``, ``accounts``) is left out. What was run under another
        identity is told without its text: whoever has stored nothing is known by any identity that
        the homeserver shows. One that was verified is surely theirs.
        """
        mine = and_(_T.c.user_id == actor.user, or_(_T.c.service != "", _T.c.effect != "read"))
        query = select(_T).where(mine).order_by(_T.c.started_at.desc())
        async with self._database.transaction() as connection:
            rows = (await connection.execute(query.offset(skip).limit(most))).all()
        return [
            Entry(row.started_at, row.room_id, self._note(row, actor), row.state, row.approved_by)
            for row in rows
        ]

    async def forget(self, user: str) -> None:
        """Remove what a user's commands were about; that they ran stays."""

        async def write(connection: AsyncConnection) -> None:
            await connection.execute(update(_T).where(_T.c.user_id == user).values(note=None))

        await self._persist(write)

    async def interrupt(self) -> None:
        """The bot stops: what still runs is cut off, and told after the next start."""
        async with self._database.transaction() as connection:
            await connection.execute(
                update(_T).where(_T.c.state == "started").values(state="interrupted")
            )

    async def unfinished(self) -> list[Unfinished]:
        """What a former run left started or unanswered, oldest first."""
        cut_off = and_(_T.c.state.in_(("started", "interrupted")), _T.c.finished_at.is_(None))
        query = select(_T).where(or_(cut_off, _T.c.reply.is_not(None)))
        async with self._database.transaction() as connection:
            rows = (await connection.execute(query.order_by(_T.c.started_at))).all()
        return [
            Unfinished(
                row.event_id, row.user_id, row.room_id, row.service, row.command, self._answer(row)
            )
            for row in rows
        ]

    async def _persist(self, write: Callable[[AsyncConnection], Awaitable[None]]) -> None:
        """Note what has happened already; a disk that is full at the moment is waited for."""

        async def once() -> None:
            async with self._database.transaction() as connection:
                await write(connection)

        await patiently(once)

    def _answer(self, row: Any) -> Outgoing | None:
        if row.reply is None:
            return None
        context = row_context("journal", row.user_id, row.event_id)
        try:
            return Outgoing(*json.loads(self._sealer.open(row.reply, **context)))
        except Unopenable:  # it is told as if it had been cut off: nobody knows what it did
            log.error("journal.unopenable", event_id=row.event_id)
            return None

    def _sealed_note(self, event_id: str, actor: Actor, note: Note) -> bytes:
        about = (note.about.text, note.about.url) if note.about else None
        plain = json.dumps([actor.identity, note.text, about]).encode()
        return self._sealer.seal(plain, **row_context("journal.note", actor.user, event_id))

    def _note(self, row: Any, reader: Actor) -> Note:
        if row.note is not None:
            context = row_context("journal.note", row.user_id, row.event_id)
            try:
                identity, text, about = json.loads(self._sealer.open(row.note, **context))
                if reader.verified or identity == reader.identity:
                    return Note(text, Link(*about) if about else None)
            except Unopenable:
                log.error("journal.unopenable", event_id=row.event_id)
        return Note(" ".join(filter(None, (row.service, row.command))))

    def _row(self, record: Record, state: str) -> dict[str, Any]:
        message, command = record.message, record.command
        event_id, user = message.event_id, message.actor.user
        return {
            "event_id": event_id,
            "user_id": user,
            "room_id": message.actor.room,
            "service": record.service,
            "command": command.name,
            "effect": command.effect.value,
            "state": state,
            "started_at": now(),
            "finished_at": None,
            "reply": None,
            "note": self._sealed_note(event_id, message.actor, record.note),
            "approved_by": record.approved_by,
        }
