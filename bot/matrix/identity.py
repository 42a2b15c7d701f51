"""The bot's own cross-signing identity (users' identities: ``pins``).

https://spec.matrix.org/v1.18/client-server-api/#cross-signing
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Self

from bot.errors import ConfigError
from bot.matrix.signing import SigningKey
from bot.vault.vault import Vault

USAGES: Final = ("master", "self_signing", "user_signing")
_VALUE: Final = "identity"  # in the vault


class OwnIdentity:
    """The three keys that say which devices are the bot's, made from ``seeds`` of 32 bytes."""

    def __init__(self, seeds: Mapping[str, bytes]) -> None:
        self.seeds: Mapping[str, bytes] = {usage: seeds[usage] for usage in USAGES}
        self._keys = {usage: SigningKey(seed) for usage, seed in self.seeds.items()}

    @classmethod
    def new(cls) -> Self:
        """Fresh random keys."""
        return cls({usage: os.urandom(32) for usage in USAGES})

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

    def is_in(self, answer: Mapping[str, Any], user: str) -> bool:
        """Whether an answer of ``/keys/query`` shows all three of these keys as ``user``'s."""
        for usage, key in self._keys.items():
            users = answer.get(f"{usage}_keys")
            shown = users.get(user) if isinstance(users, dict) else None
            if not isinstance(shown, dict) or shown.get("keys") != {key.key_id: key.public}:
                return False
        return True


@dataclass(frozen=True, slots=True)
class Held:
    """The identities in the vault: the account's, and one that is to become it.

    An identity is ``next`` from before it is sent until it is known that the homeserver shows it.
    Whatever ends the program in between, the one that the homeserver shows is among the two.
    """

    current: OwnIdentity | None = None
    next: OwnIdentity | None = None

    @classmethod
    async def load(cls, vault: Vault) -> Self:
        """What is in the vault."""
        stored = await vault.get_value(_VALUE)
        if stored is None:
            return cls()
        seeds = json.loads(stored)
        return cls(_read(seeds), _read(seeds.get("next")))

    async def save(self, vault: Vault) -> None:
        """Seal both, in one write."""
        seeds = _written(self.current) | {"next": _written(self.next)}
        await vault.put_value(_VALUE, json.dumps(seeds).encode())

    def known_as(self, master: str | None) -> OwnIdentity | None:
        """The one with this public master key."""
        for own in (self.current, self.next):
            if own is not None and own.master == master:
                return own
        return None


async def own_master(vault: Vault) -> str:
    """The public master key of the bot's identity, which has been introduced.

    Raises:
        ConfigError: the identity is gone from the vault.
    """
    held = await Held.load(vault)
    if held.current is None:
        raise ConfigError(
            "database",
            "the bot's cross-signing identity is gone from it",
            "Restore the database, or run `actas setup --reset-identity`",
        )
    return held.current.master


def _read(seeds: Mapping[str, Any] | None) -> OwnIdentity | None:
    if not seeds or "master" not in seeds:
        return None
    return OwnIdentity({usage: bytes.fromhex(seeds[usage]) for usage in USAGES})


def _written(own: OwnIdentity | None) -> dict[str, Any]:
    return {} if own is None else {usage: seed.hex() for usage, seed in own.seeds.items()}
