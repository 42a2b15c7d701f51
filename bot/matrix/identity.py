"""Cross-signing: the bot's own identity, and the pinned identities of users.

https://spec.matrix.org/v1.18/client-server-api/#cross-signing. A user's identity is trusted on
first use and pinned by its master key. The homeserver can show another one later; it is then
*changed*, and nothing of that user's is used until they have proved themselves again.
"""

from __future__ import annotations

import json
import os
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final, Self

import structlog
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.clock import now
from bot.errors import ConfigError
from bot.matrix.client import Homeserver, MatrixError, Session
from bot.matrix.devices import DeviceList, read_device_list
from bot.matrix.machine import Machine
from bot.matrix.signing import SigningKey
from bot.secret import Secret
from bot.storage import tables
from bot.storage.database import Database
from bot.storage.statements import upsert
from bot.vault.vault import Vault

USAGES: Final = ("master", "self_signing", "user_signing")

log = structlog.get_logger()


class OwnIdentity:
    """The three keys that say which devices are the bot's; their seeds live in the vault."""

    def __init__(self, seeds: Mapping[str, bytes]) -> None:
        self._seeds = dict(seeds)
        self._keys = {usage: SigningKey(seeds[usage]) for usage in USAGES}

    @classmethod
    def new(cls) -> Self:
        """Fresh random keys."""
        return cls({usage: os.urandom(32) for usage in USAGES})

    @classmethod
    async def load(cls, vault: Vault) -> Self | None:
        """The keys in the vault."""
        stored = await vault.get_value("identity")
        if stored is None:
            return None
        return cls({usage: bytes.fromhex(seed) for usage, seed in json.loads(stored).items()})

    async def save(self, vault: Vault) -> None:
        """Seal the seeds."""
        seeds = {usage: seed.hex() for usage, seed in self._seeds.items()}
        await vault.put_value("identity", json.dumps(seeds).encode())

    @property
    def master(self) -> str:
        """The public master key: what people compare and pin."""
        return self._keys["master"].public

    @property
    def self_signing(self) -> SigningKey:
        """The key that signs devices."""
        return self._keys["self_signing"]

    def key_objects(self, user: str) -> dict[str, dict[str, Any]]:
        """The three public keys as ``/keys/device_signing/upload`` takes them."""
        master = self._keys["master"]
        objects: dict[str, dict[str, Any]] = {}
        for usage, key in self._keys.items():
            thing = {"user_id": user, "usage": [usage], "keys": {key.key_id: key.public}}
            if usage != "master":
                thing["signatures"] = {user: {master.key_id: master.sign(thing)}}
            objects[usage] = thing
        return objects


async def publish(
    homeserver: Homeserver,
    session: Session,
    machine: Machine,
    own: OwnIdentity,
    password: Secret | None,
) -> None:
    """Have the server show our identity, and our device as signed by it. Idempotent.

    The identity goes up before the device's keys do, so that nobody ever sees the device unsigned.

    Raises:
        ConfigError: the account has another identity; it is never replaced by itself.
        MatrixError, Unreachable: the homeserver refused or was away.
    """
    user = session.user_id
    answer = await homeserver.request("POST", "/v3/keys/query", {"device_keys": {user: []}})
    shown = read_device_list(user, answer)
    if shown.master not in (None, own.master):
        raise ConfigError(
            "homeserver.user",
            f"{user} already has a cross-signing identity that was not made here",
            "Restore the state directory it was made with, or use another account",
        )
    if shown.master is None:
        await _upload_identity(homeserver, session, machine, own, password)
    device = shown.devices.get(session.device_id)
    if not machine.account.shared:
        keys = machine.device_keys(own.self_signing)
        body = {"device_keys": keys, **machine.prekeys(0, fallback_used=True)}
        await machine.store.flush()
        await homeserver.request("POST", "/v3/keys/upload", body)
        machine.acknowledged()
        await machine.store.flush()
    elif device is None or not device.signed:
        signed = {user: {session.device_id: machine.device_keys(own.self_signing)}}
        answer = await homeserver.request("POST", "/v3/keys/signatures/upload", signed)
        if answer.get("failures"):
            raise MatrixError(200, "M_UNKNOWN", None, answer)


async def _upload_identity(
    homeserver: Homeserver,
    session: Session,
    machine: Machine,
    own: OwnIdentity,
    password: Secret | None,
) -> None:
    objects = own.key_objects(session.user_id)
    objects["master"]["signatures"] = {
        session.user_id: {f"ed25519:{session.device_id}": machine.sign_json(objects["master"])}
    }
    body: dict[str, Any] = {f"{usage}_key": thing for usage, thing in objects.items()}
    where = "/v3/keys/device_signing/upload"
    try:
        await homeserver.request("POST", where, body)
    except MatrixError as refusal:
        if refusal.status != 401 or password is None:
            raise
        identifier = {"type": "m.id.user", "user": session.user_id}
        auth = {
            "type": "m.login.password",
            "identifier": identifier,
            "password": password.reveal(),
            "session": refusal.data.get("session"),
        }
        await homeserver.request("POST", where, {**body, "auth": auth})
    log.info("identity.published", master=own.master)


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
