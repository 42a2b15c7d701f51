"""Other people's devices and identities, as ``/keys/query`` tells them. Pure functions.

The chain of trust is master key → self-signing key → device
(https://spec.matrix.org/v1.18/client-server-api/#cross-signing). Everything the homeserver says is
checked; what does not hold is left out.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from bot.matrix.signing import is_signed


@dataclass(frozen=True, slots=True)
class Device:
    """A device with valid keys of its own. ``signed``: by its owner's identity."""

    user_id: str
    device_id: str
    ed25519: str
    curve25519: str
    signed: bool


@dataclass(frozen=True, slots=True)
class DeviceList:
    """A user's devices. ``master`` is the public master key, None without a valid identity."""

    user_id: str
    master: str | None = None
    devices: Mapping[str, Device] = field(default_factory=dict)

    def holding(self, curve25519: str, ed25519: str) -> Device | None:
        """The one device that has both keys."""
        for device in self.devices.values():
            if device.curve25519 == curve25519 and device.ed25519 == ed25519:
                return device
        return None

    def to_json(self) -> dict[str, Any]:
        """As stored: only what has been checked."""
        return {
            "user_id": self.user_id,
            "master": self.master,
            "devices": [
                [d.device_id, d.ed25519, d.curve25519, d.signed] for d in self.devices.values()
            ],
        }

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> DeviceList:
        """The inverse of :meth:`to_json`."""
        user = stored["user_id"]
        devices = {row[0]: Device(user, *row) for row in stored["devices"]}
        return cls(user, stored["master"], devices)


def read_device_list(user: str, answer: Mapping[str, Any]) -> DeviceList:
    """What an answer of ``/keys/query`` proves about ``user``. Never raises."""
    master = _public_key(_entry(answer, "master_keys", user), user, "master")
    signing = None
    if master is not None:
        declared = _entry(answer, "self_signing_keys", user)
        if is_signed(declared, user, f"ed25519:{master}", master):
            signing = _public_key(declared, user, "self_signing")
    devices = {}
    for device_id, declared in _entry(answer, "device_keys", user).items():
        device = _device(user, device_id, declared, signing)
        if device is not None:
            devices[device_id] = device
    return DeviceList(user, master if signing else None, devices)


def _entry(answer: Mapping[str, Any], section: str, user: str) -> Mapping[str, Any]:
    users = answer.get(section)
    found = users.get(user) if isinstance(users, dict) else None
    return found if isinstance(found, dict) else {}


def _public_key(declared: Mapping[str, Any], user: str, usage: str) -> str | None:
    """The key of a cross-signing key object, if it is the user's and meant for ``usage``."""
    keys, usages = declared.get("keys"), declared.get("usage")
    if declared.get("user_id") != user or not isinstance(usages, list) or usage not in usages:
        return None
    if not isinstance(keys, dict) or len(keys) != 1:
        return None
    ((key_id, key),) = keys.items()
    return key if isinstance(key, str) and key_id == f"ed25519:{key}" else None


def _device(user: str, device_id: str, declared: Any, signing: str | None) -> Device | None:
    """A device that says who it is and proves it holds its keys."""
    if not isinstance(declared, dict) or not isinstance(keys := declared.get("keys"), dict):
        return None
    if declared.get("user_id") != user or declared.get("device_id") != device_id:
        return None
    ed25519, curve25519 = keys.get(f"ed25519:{device_id}"), keys.get(f"curve25519:{device_id}")
    if not isinstance(ed25519, str) or not isinstance(curve25519, str):
        return None
    if not is_signed(declared, user, f"ed25519:{device_id}", ed25519):
        return None
    signed = signing is not None and is_signed(declared, user, f"ed25519:{signing}", signing)
    return Device(user, device_id, ed25519, curve25519, signed)
