"""The pinned identities of users: trust on first use, made stronger by comparing emoji.

A user's identity is trusted when it is first seen and pinned by its master key. The homeserver can
show another one later; it is then *changed*, and nothing of that user's is used until they have
proved themselves again: by connecting the account that they are known by, or, if they had been
verified, by a new verification or an admin.
"""

from __future__ import annotations

import asyncio
from collections.abc import Collection
from dataclasses import dataclass, replace
from typing import Any

import structlog
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.clock import now
from bot.matrix.devices import DeviceList
from bot.model import Standing
from bot.storage import tables
from bot.storage.database import Database
from bot.storage.statements import portions, upsert

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Pin:
    """The identity a user is known by. Times are UTC milliseconds.

    ``changed_to`` is another identity that the server shows now, "" if it shows none any more.
    ``verified_at`` tells that emoji were compared, ``frozen_at`` that an admin has frozen the user.
    """

    user_id: str
    master_key: str
    first_seen: int
    changed_to: str | None = None
    verified_at: int | None = None
    frozen_at: int | None = None


class Pins:
    """The pinned identities of users, in memory as far as they have been needed.

    Whoever changes pins holds ``changing`` from reading them until it has learned what it wrote.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._pins: dict[str, Pin] = {}
        self.changing = asyncio.Lock()

    # ------------------------------------------------------------------ asking
    async def need(self, users: Collection[str]) -> None:
        """Have the pins of these users in memory, where there are any."""
        for some in portions(user for user in users if user not in self._pins):
            for pin in await self._read(tables.identity_pin.c.user_id.in_(some)):
                self._pins.setdefault(pin.user_id, pin)

    def get(self, user: str) -> Pin | None:
        """The user's pin; :meth:`need` has been called."""
        return self._pins.get(user)

    def standing(self, user: str, master: str) -> Standing:
        """What the identity with this master key is to the one that is pinned."""
        pin = self._pins.get(user)
        if pin is None:
            return Standing.KNOWN
        if pin.frozen_at is not None:
            return Standing.FROZEN
        if pin.master_key == master:
            return Standing.KNOWN
        return Standing.CHANGED if pin.verified_at is None else Standing.MUST_VERIFY

    def shown_another(self, user: str) -> bool:
        """Whether the server shows another identity of the user's than the one that is pinned."""
        pin = self._pins.get(user)
        return pin is not None and pin.changed_to is not None

    def trusts(self, devices: DeviceList) -> bool:
        """Whether this identity is the pinned one, of somebody who is not frozen.

        Somebody without any is trusted as long as none was ever seen: they have nothing to lose.
        """
        if devices.user_id not in self._pins:
            return devices.master is None
        return self.standing(devices.user_id, devices.master or "") is Standing.KNOWN

    async def remarkable(self) -> list[Pin]:
        """The pins of those whose identity has changed, or who are verified or frozen."""
        t = tables.identity_pin.c
        return await self._read(
            t.changed_to.is_not(None) | t.verified_at.is_not(None) | t.frozen_at.is_not(None)
        )

    # ------------------------------------------------------------------ what the server shows
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

    # ------------------------------------------------------------------ what people decide
    async def repin(self, user: str, master: str, *, verified: bool = False) -> None:
        """Know the user by ``master`` from now on: they have proved themselves.

        ``verified``: by comparing emoji; nothing less takes the place of an identity that was.
        Somebody whom an admin has frozen stays so.
        """
        async with self.changing:
            old = self._pins.get(user)
            same = old is not None and old.master_key == master
            if old is not None and old.verified_at is not None and not (same or verified):
                log.warning("identity.not_pinned", user=user)
                return
            await self._keep(
                Pin(
                    user,
                    master,
                    old.first_seen if old and same else now(),
                    verified_at=now() if verified else old.verified_at if old and same else None,
                    frozen_at=old.frozen_at if old is not None else None,
                )
            )
        if not same:
            log.warning("identity.pinned_anew", user=user, verified=verified)

    async def freeze(self, user: str) -> bool:
        """Have nothing of the user's used until :meth:`unfreeze`. False if they are not known."""
        async with self.changing:
            await self.need([user])
            pin = self._pins.get(user)
            if pin is None:
                return False
            await self._keep(replace(pin, frozen_at=now()))
        log.warning("identity.frozen", user=user)
        return True

    async def unfreeze(self, user: str) -> bool:
        """Undo :meth:`freeze`, and nothing else. False if the user was not frozen."""
        async with self.changing:
            await self.need([user])
            pin = self._pins.get(user)
            if pin is None or pin.frozen_at is None:
                return False
            await self._keep(replace(pin, frozen_at=None))
        log.warning("identity.unfrozen", user=user)
        return True

    async def accept(self, user: str) -> Pin | None:
        """Know the user by the identity that the server shows now, on somebody's word.

        Returns the pin; None if the user is not known, or has no identity at the moment.
        """
        async with self.changing:
            await self.need([user])
            pin = self._pins.get(user)
            if pin is None or pin.changed_to == "":
                return None
            if pin.changed_to is not None:
                pin = Pin(user, pin.changed_to, now(), frozen_at=pin.frozen_at)
                await self._keep(pin)
                log.warning("identity.accepted", user=user)
        return pin

    async def _keep(self, pin: Pin) -> None:
        async with self._database.transaction() as connection:
            await self._write(connection, [pin])
        self.learn([pin])

    # ------------------------------------------------------------------ the table
    async def _read(self, which: Any) -> list[Pin]:
        async with self._database.transaction() as connection:
            query = select(tables.identity_pin).where(which)
            rows = (await connection.execute(query)).all()
        return [Pin(*row) for row in rows]  # the columns stand in the order of the fields

    async def _write(self, connection: AsyncConnection, pins: Collection[Pin]) -> None:
        rows = [{name: getattr(pin, name) for name in Pin.__slots__} for pin in pins]
        await connection.execute(upsert(connection, tables.identity_pin), rows)
