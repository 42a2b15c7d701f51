"""The exchange of keys with the homeserver: ours up, other people's down, room keys across."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Collection, Iterable
from typing import Any, Final

import structlog

from bot.clock import now
from bot.errors import ActasError
from bot.matrix.client import Homeserver, MatrixError, Unreachable, path
from bot.matrix.devices import Device, DeviceList, read_device_list
from bot.matrix.machine import UNWEDGE_EVERY, Machine
from bot.matrix.pickles import Outbound
from bot.matrix.pins import Pins
from bot.matrix.store import CryptoStore
from bot.recent import Recent

_CHUNK: Final = 50  # devices in one request
_QUERIED: Final = 250  # users in one query
_ABSENT: Final = 5 * 60 * 1000  # ms until a user whose server did not answer is asked for again
_ANEW: Final = 60 * 1000  # ms between two times that a known user is asked for without a reason
_CLAIM_TIMEOUT: Final = 10.0  # seconds; a remote server must not hold up a room (N11)
_UNKNOWN: Final = 60 * 1000  # ms until a wedged device of somebody unknown is looked at again
_KEYLESS: Final = 5 * 60 * 1000  # ms until a device that offered no key is asked again
_UNCLAIMED: Final = 60 * 1000  # ms until keys that the server did not give out are claimed again

log = structlog.get_logger()


class KeyExchange:
    """Keeps our prekeys up, device lists fresh, and gives room keys to devices."""

    def __init__(
        self,
        homeserver: Homeserver,
        machine: Machine,
        store: CryptoStore,
        pins: Pins,
        *,
        signed_only: bool,
    ) -> None:
        self._homeserver, self._machine = homeserver, machine
        self._store, self._pins, self._signed_only = store, pins, signed_only
        self._querying = asyncio.Lock()
        self._keyless: Recent[tuple[str, str], int] = Recent()
        self._absent: Recent[str, int] = Recent()
        self._asked: Recent[str, int] = Recent()

    # ------------------------------------------------------------------ our prekeys
    async def top_up(self, on_server: int, *, fallback_used: bool) -> None:
        """Upload one-time and fallback keys that the server lacks; zero counts (N3)."""
        body = self._machine.prekeys(on_server, fallback_used=fallback_used)
        if not body:
            return
        await self._store.flush()
        try:
            await self._homeserver.request("POST", "/v3/keys/upload", body)
        except (MatrixError, Unreachable) as error:
            log.warning("prekeys.upload_failed", error=str(error))
            return
        self._machine.acknowledged()
        await self._store.flush()

    # ------------------------------------------------------------------ device lists
    async def devices_of(
        self, users: Collection[str], *, anew: Collection[str] = ()
    ) -> dict[str, DeviceList]:
        """The device lists of ``users``, asked for where unknown or outdated.

        Those in ``anew`` are asked for as well, once a minute: who can bring that about must not be
        able to hold up everybody else.
        """
        await self._store.need_devices(users)
        await self._pins.need(users)
        wanted = {user for user in anew if now() - self._asked.get(user, 0) > _ANEW}
        if self._stale(users) or wanted:
            async with self._querying:
                stale = self._stale(users) | (wanted - self._silent(wanted))
                if stale:
                    self._asked.update(dict.fromkeys(wanted, now()))
                    await self._query(sorted(stale))
        devices = self._store.devices
        return {user: devices[user] for user in users if user in devices}

    def trusted(self, device: Device, devices: DeviceList) -> bool:
        """Whether the device reads for its owner: signed by the pinned identity."""
        return (device.signed or not self._signed_only) and self._pins.trusts(devices)

    def _stale(self, users: Iterable[str]) -> set[str]:
        known, outdated = self._store.devices, self._store.outdated
        wanted = {user for user in users if user not in known or user in outdated}
        return wanted - self._silent(wanted)

    def _silent(self, users: Iterable[str]) -> set[str]:
        """Those whose homeserver has not answered lately."""
        return {user for user in users if self._absent.get(user, 0) > now() - _ABSENT}

    async def _query(self, users: list[str]) -> None:
        for start in range(0, len(users), _QUERIED):
            chunk = users[start : start + _QUERIED]
            try:
                answer = await self._homeserver.persist(
                    "POST",
                    "/v3/keys/query",
                    {"device_keys": {user: [] for user in chunk}, "timeout": 5_000},
                    patience=15,
                )
            except (MatrixError, Unreachable) as error:
                log.warning("device_lists.query_failed", error=str(error))
                return
            shown = answer.get("device_keys")
            here = [user for user in chunk if isinstance(shown, dict) and user in shown]
            # who is on a homeserver that does not answer is not asked for at every message
            self._absent.update(dict.fromkeys(set(chunk) - set(here), now()))
            lists = [read_device_list(user, answer) for user in here]
            async with self._pins.changing:
                async with self._store.transaction() as connection:
                    for listed in lists:
                        self._store.save_devices(listed)
                    pins = await self._pins.see(connection, lists)
                self._pins.learn(pins)

    # ------------------------------------------------------------------ room keys
    async def readers(self, members: Collection[str]) -> list[Device]:
        """The devices that may read what is said to ``members`` now; never one of our own user's.

        The bot has one device; another of its account would be the homeserver's invention.
        """
        lists = await self.devices_of(set(members) - {self._machine.user_id})
        return [
            device
            for devices in lists.values()
            for device in devices.devices.values()
            if self.trusted(device, devices)
        ]

    async def give(
        self, room_id: str, outbound: Outbound, devices: Iterable[Device], *, keep: bool = True
    ) -> None:
        """Give the room key to those of ``devices`` that do not have it; skips broken ones.

        Who is being given it is written before it leaves: its arrival may never be confirmed.
        ``keep`` is False for a session that is used once and then forgotten.

        Raises:
            MatrixError, Unreachable: it could not be sent; the session is given up.
        """
        lacking = [
            d for d in devices if (d.user_id, d.device_id, d.curve25519) not in outbound.shared
        ]
        if not lacking:
            return
        await self._open_sessions(lacking)
        for start in range(0, len(lacking), _CHUNK):
            given: list[tuple[str, str, str]] = []
            messages: dict[str, dict[str, Any]] = {}
            for device in lacking[start : start + _CHUNK]:
                content = self._machine.room_key_for(device, room_id, outbound.session)
                if content is not None:
                    messages.setdefault(device.user_id, {})[device.device_id] = content
                    given.append((device.user_id, device.device_id, device.curve25519))
            if messages:
                outbound.shared.update(given)
                if keep:
                    self._store.save_outbound(room_id, outbound)
                try:
                    await self._send_to_devices(messages)
                except ActasError:
                    if keep:
                        self._store.drop_outbound(room_id)
                    raise

    async def unwedge(self) -> None:
        """Start new Olm sessions with devices whose messages do not decrypt any more.

        Only with devices that we know, so that nobody can have any number of users asked for; one
        that we come to know is looked at again after a minute.
        """
        wedged = self._machine.wedged
        due = [key for key, at in wedged.items() if now() - at > UNWEDGE_EVERY]
        await self._store.need_devices({user for user, _ in due})
        for user, sender_key in due:
            if user not in self._store.devices:
                wedged[user, sender_key] = now() - UNWEDGE_EVERY + _UNKNOWN
                continue
            wedged[user, sender_key] = now()
            listed = (await self.devices_of([user])).get(user)
            for device in listed.devices.values() if listed else ():
                if device.curve25519 == sender_key and await self._claim([device]):
                    content = self._machine.dummy_for(device)
                    await self._send_to_devices({user: {device.device_id: content}})

    async def _open_sessions(self, devices: list[Device]) -> None:
        """Have an Olm session with every device that offers a one-time key."""
        await self._store.need_senders({d.curve25519 for d in devices})
        missing = [
            d
            for d in devices
            if self._machine.olm_session(d) is None
            and now() - self._keyless.get((d.curve25519, d.ed25519), 0) > _KEYLESS
        ]
        for start in range(0, len(missing), _CHUNK):
            await self._claim(missing[start : start + _CHUNK])

    async def _claim(self, devices: list[Device]) -> bool:
        wanted: dict[str, dict[str, str]] = {}
        for d in devices:
            wanted.setdefault(d.user_id, {})[d.device_id] = "signed_curve25519"
        try:
            answer = await self._homeserver.persist(  # a key that is claimed twice is only wasted
                "POST",
                "/v3/keys/claim",
                {"one_time_keys": wanted, "timeout": int(_CLAIM_TIMEOUT * 1000)},
                patience=_CLAIM_TIMEOUT,
                timeout=_CLAIM_TIMEOUT + 5,
            )
        except (MatrixError, Unreachable) as error:
            log.warning("one_time_keys.claim_failed", error=str(error))
            for d in devices:
                self._keyless[d.curve25519, d.ed25519] = now() - _KEYLESS + _UNCLAIMED
            return False
        claimed, opened = answer.get("one_time_keys"), False
        for d in devices:
            of_user = claimed.get(d.user_id) if isinstance(claimed, dict) else None
            keys = of_user.get(d.device_id) if isinstance(of_user, dict) else None
            if keys is not None and self._machine.open_olm(d, keys):
                opened = True
            else:
                self._keyless[d.curve25519, d.ed25519] = now()
        return opened

    async def _send_to_devices(self, messages: dict[str, dict[str, Any]]) -> None:
        """Olm state is written before anything encrypted with it leaves."""
        await self._store.flush()
        where = path("/v3/sendToDevice/m.room.encrypted/{}", secrets.token_hex(16))
        await self._homeserver.persist("PUT", where, {"messages": messages})
