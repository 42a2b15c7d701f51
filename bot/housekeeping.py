"""What is done from time to time: keys that never came, state that is not needed any more."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final

import structlog

from bot.matrix.inbox import Inbox, Locked
from bot.matrix.store import CryptoStore
from bot.matrix.verification import Verifications
from bot.reminders import Reminders

_EVERY: Final = 15.0  # seconds
_HOUR: Final = 240  # rounds

log = structlog.get_logger()


class Housekeeping:
    """Runs beside the sync loop."""

    def __init__(
        self,
        *,
        inbox: Inbox,
        store: CryptoStore,
        verifications: Verifications,
        reminders: Reminders,
        unreadable: Callable[[Locked], Awaitable[None]],
        max_age: int,
    ) -> None:
        """``unreadable`` is told of messages whose room key did not come in time."""
        self._inbox, self._store, self._verifications = inbox, store, verifications
        self._reminders = reminders
        self._unreadable, self._max_age = unreadable, max_age * 1000

    async def run(self, every: float = _EVERY) -> None:
        """Tidy up every so many seconds until cancelled. What goes wrong is tried again."""
        rounds = 0
        while True:
            await asyncio.sleep(every)
            try:
                for locked in await self._inbox.expire(self._max_age):
                    await self._unreadable(locked)
                self._verifications.expire()
                if rounds % _HOUR == 0:
                    log.debug("sessions.expired", count=await self._store.expire())
                    await self._reminders.send()
            except Exception:  # a locked database, or a bug: people are answered all the same
                log.exception("housekeeping.failed")
            rounds += 1
