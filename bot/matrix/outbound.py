"""What the bot sends. Fails closed: nothing goes in clear to a room that was ever encrypted."""

from __future__ import annotations

import asyncio
import hashlib
from collections import defaultdict
from collections.abc import Mapping
from typing import Any, Final

import structlog
import vodozemac

from bot.clock import now
from bot.errors import ActasError
from bot.matrix.client import Homeserver, MatrixError, Unreachable, path
from bot.matrix.keys import KeyExchange
from bot.matrix.machine import Machine
from bot.matrix.pickles import Outbound
from bot.matrix.rooms import Rooms
from bot.matrix.store import CryptoStore
from bot.storage.patience import patiently

_MESSAGE: Final = "m.room.message"
PATIENCE: Final = 600.0  # seconds that a message is tried to be sent

log = structlog.get_logger()


class NotSent(ActasError):
    """The message must not be sent there: the room is not encrypted."""


def transaction_id(*parts: str) -> str:
    """The same parts give the same id: the server takes a repeated message for the first one."""
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:40]


class Sender:
    """Sends events into rooms; one room's are encrypted one after the other."""

    def __init__(
        self,
        homeserver: Homeserver,
        rooms: Rooms,
        machine: Machine,
        keys: KeyExchange,
        store: CryptoStore,
        *,
        encrypted_only: bool,
    ) -> None:
        self._homeserver, self._rooms, self._machine = homeserver, rooms, machine
        self._keys, self._store, self._encrypted_only = keys, store, encrypted_only
        self._turns: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)

    async def send(
        self,
        room_id: str,
        content: Mapping[str, Any],
        *,
        txn: str,
        kind: str = _MESSAGE,
        patience: float = PATIENCE,
    ) -> str:
        """Send one event, encrypted to the trusted devices of the room's members.

        ``txn`` makes repeating harmless, which is done for ``patience`` seconds (0: not at all)
        where the homeserver is away or takes no more at the moment. Returns the event id.

        Raises:
            NotSent: the room is not encrypted, and the configuration wants it to be.
            MatrixError, Unreachable: the homeserver refused, or stayed away too long.
            StorageError: the keys could not be written, so nothing was sent.
            ValueError: the event is too large.
        """
        await self._rooms.need([room_id])
        if await self._rooms.look_again(room_id):
            async with self._turns[room_id]:
                encrypted = await patiently(lambda: self._encrypt(room_id, kind, content))
            return await self._put(room_id, "m.room.encrypted", encrypted, txn, patience)
        if self._encrypted_only:
            raise NotSent(room_id)
        return await self._put(room_id, kind, content, txn, patience)

    async def send_notice(
        self,
        room_id: str,
        content: Mapping[str, Any],
        *,
        txn: str,
        kind: str = _MESSAGE,
        identity: str | None = None,
    ) -> str:
        """Send what holds no data of anybody's: a fixed sentence, or an event of ``kind``.

        In an encrypted direct message it reaches all devices of that user, signed or not, with a
        session that is used for nothing else; in a room that was never encrypted it is in clear.
        With an ``identity`` it may hold what is that identity's: it reaches only the devices that
        this one has signed, whether or not it is who the user is known by, and is never in clear.

        Raises:
            NotSent: it is for an identity, and the room is not encrypted.
            MatrixError, Unreachable: the homeserver refused, or stayed away too long.
            StorageError: the keys could not be written, so nothing was sent.
        """
        await self._rooms.need([room_id])
        if not await self._rooms.look_again(room_id):
            if identity is not None:
                raise NotSent(room_id)
            return await self._put(room_id, kind, content, txn)
        members = set(self._rooms.get(room_id).members) - {self._machine.user_id}
        if len(members) != 1:
            return await self.send(room_id, content, txn=txn, kind=kind)
        lists = await self._keys.devices_of(members)
        devices = [
            device
            for listed in lists.values()
            for device in listed.devices.values()
            if identity is None or (device.signed and listed.master == identity)
        ]
        once = Outbound(vodozemac.GroupSession(), now())
        await patiently(lambda: self._keys.give(room_id, once, devices, keep=False))
        encrypted = self._machine.encrypt_room_event(room_id, once.session, kind, content)
        return await self._put(room_id, "m.room.encrypted", encrypted, txn)

    async def redact(self, room_id: str, event_id: str, reason: str) -> bool:
        """Redact an event. False where the bot may not."""
        txn = transaction_id("redact", event_id)
        where = path("/v3/rooms/{}/redact/{}/{}", room_id, event_id, txn)
        try:
            await self._homeserver.persist("PUT", where, {"reason": reason})
        except (MatrixError, Unreachable) as error:
            log.info("redaction.refused", room=room_id, error=str(error))
            return False
        return True

    async def upload(self, data: bytes, content_type: str) -> str:
        """Store an encrypted file on the homeserver; returns its ``mxc://`` address.

        Raises:
            MatrixError, Unreachable: the homeserver did not take it.
        """
        return await self._homeserver.upload(data, content_type)

    async def typing(self, room_id: str, *, on: bool) -> None:
        """Show or end the typing notice; a failure does not matter."""
        where = path("/v3/rooms/{}/typing/{}", room_id, self._machine.user_id)
        body = {"typing": True, "timeout": 30_000} if on else {"typing": False}
        try:
            await self._homeserver.request("PUT", where, body, timeout=5)
        except (MatrixError, Unreachable) as error:
            log.debug("typing.failed", error=str(error))

    async def _put(
        self,
        room_id: str,
        kind: str,
        content: Mapping[str, Any],
        txn: str,
        patience: float = PATIENCE,
    ) -> str:
        where = path("/v3/rooms/{}/send/{}/{}", room_id, kind, txn)
        if patience:
            answer = await self._homeserver.persist("PUT", where, content, patience=patience)
        else:
            answer = await self._homeserver.request("PUT", where, content)
        return str(answer.get("event_id"))

    async def _encrypt(self, room_id: str, kind: str, content: Mapping[str, Any]) -> dict[str, Any]:
        outbound = await self._outbound(room_id)
        if not outbound.covered():
            self._store.save_outbound(room_id, outbound)
        await self._store.flush()
        session = outbound.session
        return self._machine.encrypt_room_event(room_id, session, kind, content)

    async def _outbound(self, room_id: str) -> Outbound:
        """The room's session, with its key given to everybody who may read."""
        room = self._rooms.get(room_id)
        await self._store.need_outbound(room_id)
        readers = await self._keys.readers(set(room.members))
        allowed = {(d.user_id, d.device_id, d.curve25519) for d in readers}
        outbound = self._machine.outbound_for(room_id, room.encryption or {}, allowed)
        await self._keys.give(room_id, outbound, readers)
        return outbound
