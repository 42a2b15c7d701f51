"""The bot's own cross-signing identity (users' identities: ``pins``).

https://spec.matrix.org/v1.18/client-server-api/#cross-signing
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from typing import Any, Final, Self

import structlog

from bot.errors import ConfigError
from bot.matrix.client import Homeserver, MatrixError, Session
from bot.matrix.devices import read_device_list
from bot.matrix.machine import Machine
from bot.matrix.signing import SigningKey
from bot.secret import Secret
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
