"""What is followed, as it is stored: sealed, by the message that asked for it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Final

import structlog
from sqlalchemy import delete, select

from bot.clock import now
from bot.errors import Unopenable
from bot.model import Actor
from bot.storage import tables
from bot.storage.database import Database
from bot.storage.statements import upsert
from bot.vault.context import row_context
from bot.vault.sealer import Sealer

_T: Final = tables.following

log = structlog.get_logger()


@dataclass(slots=True)
class Followed:
    """One of them, as it is stored.

    ``account`` is who they were over there. ``room`` is where the answer is, whose event is
    ``answer`` ("" until it has been sent); ``text`` is the command as it may be shown.
    """

    event_id: str
    actor: Actor
    service: str
    account: str
    command: str
    text: str
    topic: str
    state: Mapping[str, Any]
    room: str
    thread: str | None
    answer: str = ""
    since: int = field(default_factory=now)

    @property
    def thread_root(self) -> str:
        """Where more is said: the command's thread; the answer's, where it is elsewhere."""
        if self.room != self.actor.room:
            return self.answer
        return self.thread or self.event_id


class FollowedStore:
    """The table ``following``. All methods raise StorageError where the database is not usable."""

    def __init__(self, database: Database, sealer: Sealer) -> None:
        self._database, self._sealer = database, sealer

    async def all(self) -> list[Followed]:
        """Everything that is followed; what does not open is left out, and logged."""
        async with self._database.transaction() as connection:
            rows = (await connection.execute(select(_T))).all()
        return [found for row in rows if (found := self._opened(row)) is not None]

    async def write(self, followed: Followed) -> None:
        """Keep it as it is now."""
        user, event_id = followed.actor.user, followed.event_id
        plain = json.dumps(asdict(followed)).encode()
        sealed = self._sealer.seal(plain, **row_context("following", user, event_id))
        row = {"event_id": event_id, "user_id": user, "sealed": sealed}
        async with self._database.transaction() as connection:
            await connection.execute(upsert(connection, _T), [row])

    async def remove(self, event_id: str) -> None:
        """Keep nothing of it."""
        async with self._database.transaction() as connection:
            await connection.execute(delete(_T).where(_T.c.event_id == event_id))

    def _opened(self, row: Any) -> Followed | None:
        context = row_context("following", row.user_id, row.event_id)
        try:
            stored = json.loads(self._sealer.open(row.sealed, **context))
            return Followed(**{**stored, "actor": Actor(**stored["actor"])})
        except (Unopenable, KeyError, TypeError):  # or another version of the bot wrote it
            log.error("following.unopenable", event_id=row.event_id)
            return None
