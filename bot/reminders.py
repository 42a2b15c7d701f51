"""One line to whoever has a credential that ends soon, three days before it does."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import structlog

from bot.answers import Answers
from bot.errors import ActasError
from bot.matrix.outbound import transaction_id
from bot.matrix.pins import Pins
from bot.matrix.rooms import Rooms
from bot.model import Standing
from bot.plugin import Service
from bot.reply import Mono, Reply, say
from bot.vault.vault import Account, Vault

_BEFORE: Final = timedelta(days=3)

log = structlog.get_logger()


class Reminders:
    """Says so in the direct message, once for each credential."""

    def __init__(
        self,
        vault: Vault,
        pins: Pins,
        answers: Answers,
        rooms: Rooms,
        services: Mapping[str, Service[Any]],
    ) -> None:
        self._vault, self._pins, self._answers = vault, pins, answers
        self._rooms, self._services = rooms, services

    async def send(self) -> None:
        """Remind everybody whose time it is. What cannot be said is tried again the next time."""
        for account in await self._vault.ending(datetime.now(UTC) + _BEFORE):
            try:
                if await self._is_wanted(account):
                    await self._remind(account)
            except ActasError as error:
                log.warning("reminder.not_sent", user=account.user, error=str(error))

    async def _is_wanted(self, account: Account) -> bool:
        """Not of what was made to last less, has ended, or is frozen."""
        ends = account.expires
        if ends is None or ends - account.created < _BEFORE or ends < datetime.now(UTC):
            return False
        await self._pins.need([account.user])
        known = self._pins.standing(account.user, account.identity) is Standing.KNOWN
        same = known and not self._pins.shown_another(account.user)
        return same and account.service in self._services

    async def _remind(self, account: Account) -> None:
        room = await self._rooms.direct(account.user)
        reply = _reminder(account, self._services[account.service].title)
        txn = transaction_id(account.user, account.service, f"ends {account.expires}")
        if await self._answers.tell(room, reply, txn=txn, patience=0):  # others wait behind it
            await self._vault.reminded(account.user, account.service, datetime.now(UTC))


def _reminder(account: Account, title: str) -> Reply:
    return say(
        f"What you gave me for {title} ends on {account.expires:%Y-%m-%d at %H:%M} UTC. Say ",
        Mono(f"connect {account.service}"),
        " before that to go on without a break.",
    )
