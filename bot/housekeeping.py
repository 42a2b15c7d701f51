"""What is done from time to time: keys that never came, state that is not needed any more."""

from __future__ import annotations

import asyncio
from typing import Final

import structlog

from bot import notices
from bot.answers import Answers
from bot.clock import now
from bot.matrix.inbox import Inbox
from bot.matrix.rooms import Rooms
from bot.matrix.store import CryptoStore
from bot.pace import Allowance

_EVERY: Final = 60.0  # seconds
_SESSIONS_EVERY: Final = 60  # rounds

log = structlog.get_logger()


class Housekeeping:
    """Runs beside the sync loop."""

    def __init__(
        self,
        *,
        inbox: Inbox,
        store: CryptoStore,
        rooms: Rooms,
        answers: Answers,
        bot: str,
        max_age: int,
    ) -> None:
        self._inbox, self._store, self._rooms, self._answers = inbox, store, rooms, answers
        self._bot, self._max_age = bot, max_age * 1000
        self._told = Allowance(1, 10 * 60 * 1000)  # ms

    async def run(self, every: float = _EVERY) -> None:
        """Tidy up every so many seconds until cancelled. What goes wrong is tried again."""
        rounds = 0
        while True:
            await asyncio.sleep(every)
            try:
                await self._give_up_locked()
                if rounds % _SESSIONS_EVERY == 0:
                    log.debug("sessions.expired", count=await self._store.expire())
            except Exception:  # a locked database, or a bug: people are answered all the same
                log.exception("housekeeping.failed")
            rounds += 1

    async def _give_up_locked(self) -> None:
        """Messages whose room key did not come in time: in a direct message, the person is told."""
        for locked in await self._inbox.expire(self._max_age):
            await self._rooms.need([locked.room])
            private = self._rooms.get(locked.room).is_private(self._bot, locked.user)
            if private and self._told.take(locked.room, now()):
                await self._answers.fixed(locked.room, notices.LOCKED, about=locked.event_id)
