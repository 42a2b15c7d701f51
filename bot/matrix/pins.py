"""The pinned identities of users: trust on first use.

A user's identity is trusted when it is first seen and pinned by its master key. The homeserver can
show another one later; it is then *changed*, and nothing of that user's is used until they have
proved themselves again.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace

import structlog
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.clock import now
from bot.matrix.devices import DeviceList
from bot.storage import tables
from bot.storage.database import Database
from bot.storage.statements import upsert

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Pin:
    """The identity a user is known by. ``changed_to``: another that the server shows now."""

    user_id: str
    master_key: str
    first_seen: int
    changed_to: str | None = None
    verified_at: int | None = None


class Pins:
    """The pinned identities of users, in memory as far as they have been needed."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._pins: dict[str, Pin] = {}

    async def need(self, users: Collection[str]) -> None:
        """Have the pins of these users in memory, where there are any."""
        missing = [user for user in users if user not in self._pins]
        if not missing:
            return
        t = tables.identity_pin
        async with self._database.transaction() as connection:
            found = (await connection.execute(select(t).where(t.c.user_id.in_(missing)))).all()
        for row in found:  # the columns stand in the order of the fields
            self._pins.setdefault(row.user_id, Pin(*row))

    def get(self, user: str) -> Pin | None:
        """The user's pin; :meth:`need` has been called."""
        return self._pins.get(user)

    def trusts(self, devices: DeviceList) -> bool:
        """Whether this identity is the pinned one."""
        pin = self._pins.get(devices.user_id)
        return pin is not None and devices.master == pin.master_key

    async def see(self, connection: AsyncConnection, lists: Collection[DeviceList]) -> list[Pin]:
        """Write what the identities that the server shows change, in the caller's transaction.

        The first identity of a user is pinned. Once it is committed, :meth:`learn` what it returns.
        """
        pins = [pin for devices in lists if (pin := self._seen(devices)) is not None]
        if pins:
            await self._write(connection, pins)
        return pins

    def learn(self, pins: Collection[Pin]) -> None:
        """Go by these pins, which have been written."""
        for pin in pins:
            self._pins[pin.user_id] = pin
            if pin.changed_to is not None:
                log.warning("identity.changed", user=pin.user_id)

    def _seen(self, devices: DeviceList) -> Pin | None:
        pin = self._pins.get(devices.user_id)
        if pin is None:
            return Pin(devices.user_id, devices.master, now()) if devices.master else None
        changed = None if devices.master == pin.master_key else (devices.master or "")
        return None if changed == pin.changed_to else replace(pin, changed_to=changed)

    async def repin(self, user: str, master: str) -> None:
        """Know the user by ``master`` from now on: they have proved themselves anew."""
        pins = [Pin(user, master, now())]
        async with self._database.transaction() as connection:
            await self._write(connection, pins)
        self.learn(pins)
        log.warning("identity.pinned_anew", user=user)

    async def _write(self, connection: AsyncConnection, pins: Collection[Pin]) -> None:
        rows = [{name: getattr(pin, name) for name in Pin.__slots__} for pin in pins]
        await connection.execute(upsert(connection, tables.identity_pin), rows)
