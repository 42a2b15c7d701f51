"""nio's store for devices that live no longer than the program: everything stays in memory."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from nio.crypto import DeviceStore, GroupSessionStore, OlmDevice, SessionStore
from nio.crypto.device import TrustState


class MemoryStore:
    """What nio asks of a store. There is nothing to load; nio itself holds all that it saves.

    nio's own ``SqliteMemoryStore`` does the same through SQL, at half of a person's running time.
    Whether a device is trusted stands in the device.
    """

    def __init__(self, *_: object, **__: object) -> None:
        """Take what nio gives a store, and need none of it."""

    def load_account(self) -> None:
        """None: a new account is made."""

    def load_sessions(self) -> SessionStore:
        """Olm sessions."""
        return SessionStore()

    def load_inbound_group_sessions(self) -> GroupSessionStore:
        """Megolm sessions."""
        return GroupSessionStore()

    def load_device_keys(self) -> DeviceStore:
        """Other people's devices."""
        return DeviceStore()

    def load_encrypted_rooms(self) -> set[str]:
        """Rooms that are encrypted."""
        return set()

    def load_outgoing_key_requests(self) -> dict[str, Any]:
        """Keys that were asked for."""
        return {}

    def _keep(self, *_: object) -> None:
        """Nothing to do: nio holds it."""

    save_account = save_session = save_inbound_group_session = save_device_keys = _keep
    save_encrypted_rooms = delete_encrypted_room = _keep
    add_outgoing_key_request = remove_outgoing_key_request = _keep

    def verify_device(self, device: OlmDevice) -> bool:
        """Trust it; True where that is new."""
        return _set(device, TrustState.verified)

    def unverify_device(self, device: OlmDevice) -> bool:
        """Trust it no longer."""
        return device.verified and _set(device, TrustState.unset)

    def is_device_verified(self, device: OlmDevice) -> bool:
        """Whether it is trusted."""
        return bool(device.verified)

    def blacklist_device(self, device: OlmDevice) -> bool:
        """Give it no keys; True where that is new."""
        return _set(device, TrustState.blacklisted)

    def unblacklist_device(self, device: OlmDevice) -> bool:
        """Give it keys again."""
        return device.blacklisted and _set(device, TrustState.unset)

    def is_device_blacklisted(self, device: OlmDevice) -> bool:
        """Whether it is given no keys."""
        return bool(device.blacklisted)

    def ignore_device(self, device: OlmDevice) -> bool:
        """Do not care whether it is trusted; True where that is new."""
        return _set(device, TrustState.ignored)

    def unignore_device(self, device: OlmDevice) -> bool:
        """Care again."""
        return device.ignored and _set(device, TrustState.unset)

    def is_device_ignored(self, device: OlmDevice) -> bool:
        """Whether it does not matter if it is trusted."""
        return bool(device.ignored)

    def ignore_devices(self, devices: Iterable[OlmDevice]) -> None:
        """The same for many."""
        for device in devices:
            self.ignore_device(device)


def _set(device: OlmDevice, state: TrustState) -> bool:
    changed = device.trust_state is not state
    device.trust_state = state
    return changed
