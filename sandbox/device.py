"""A person's device: matrix-nio with cross-signing added, and a sync loop that it owns."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any, Final
from uuid import uuid4

import nio

from sandbox.memory import MemoryStore
from sandbox.signing import Identity, Json, signed_devices
from sandbox.synapse import Login
from sandbox.timeline import Arrival

_CLIENT: Final = "/_matrix/client/v3"
_LONG_POLL_MS: Final = 30_000
_FILTER: Final = {"presence": {"types": []}, "room": {"timeline": {"limit": 1000}}}
Synced = Callable[[nio.SyncResponse, list[Arrival]], Awaitable[None]]


class Refused(Exception):
    """The homeserver said no. ``code`` is its ``errcode``."""

    def __init__(self, what: str, status: int, answer: Json) -> None:
        super().__init__(f"{what}: {status} {answer}")
        self.status, self.answer = status, answer
        self.code = str(answer.get("errcode", ""))


class Device(nio.AsyncClient):  # type: ignore[misc]  # nio ships no type information
    """One logged-in device.

    ``identity`` signs it before anybody can see it unsigned; without one it stays unsigned.
    A ``strict`` device gives room keys only to devices that their owners signed, as Element does
    when it excludes insecure devices.
    """

    def __init__(
        self, homeserver: str, login: Login, identity: Identity | None, *, strict: bool = False
    ) -> None:
        config = nio.AsyncClientConfig(
            store=MemoryStore, encryption_enabled=True, max_timeout_retry_wait_time=0.3
        )
        # nio makes no store without a path, needed or not
        super().__init__(homeserver, login.user, login.device, "in memory", config=config)
        self.strict, self.identity = strict, identity
        self.signed: dict[str, set[str]] = {}  # user: the devices that the user signed
        self._querying = asyncio.Lock()
        self._sharing = asyncio.Lock()
        self._locked: list[nio.MegolmEvent] = []  # wait for their room keys
        self._loop: asyncio.Task[None] | None = None
        self.restore_login(login.user, login.device, login.token)

    async def start(self, synced: Synced) -> None:
        """Publish the keys, sync once, and go on syncing; ``synced`` is given each response."""
        await self.keys_upload()
        await self._turn(synced, first=True)
        self._loop = asyncio.create_task(self._forever(synced), name=f"sync {self.user_id}")

    async def close(self) -> None:
        """Stop syncing and let go of the connections; the device stays logged in."""
        if self._loop is not None:
            self._loop.cancel()
            with suppress(asyncio.CancelledError):
                await self._loop
            self._loop = None
        await super().close()

    def fault(self) -> BaseException | None:
        """What ended the sync loop, if something did."""
        if self._loop is None or not self._loop.done() or self._loop.cancelled():
            return None
        return self._loop.exception()

    async def call(self, method: str, path: str, body: Json | None = None) -> Json:
        """Call the Client-Server API, ``path`` being what follows ``/_matrix/client/v3``.

        Raises:
            Refused: the homeserver answered anything but 200.
        """
        headers = {"Authorization": f"Bearer {self.access_token}"}
        data = None if body is None else json.dumps(body)
        response = await self.send(method, _CLIENT + path, data, headers)
        answer: Json = await response.json()
        if response.status != 200:
            raise Refused(f"{method} {path}", response.status, answer)
        return answer

    async def publish_identity(self, identity: Identity, password: str) -> None:
        """Make it the account's identity; with the password, if the homeserver asks for that."""
        path, body = "/keys/device_signing/upload", identity.upload()
        try:
            await self.call("POST", path, body)
        except Refused as refused:
            proof = {
                "type": "m.login.password",
                "identifier": {"type": "m.id.user", "user": self.user_id},
                "password": password,
                "session": refused.answer["session"],
            }
            await self.call("POST", path, body | {"auth": proof})

    # nio's own steps, with cross-signing added ----------------------------------------------
    async def keys_upload(self) -> nio.KeysUploadResponse:
        """Publish what nio wants published, the device's keys signed by their owner."""
        content = self.olm.share_keys()
        if self.identity is not None and "device_keys" in content:
            content["device_keys"] = self.identity.sign_device(content["device_keys"])
        response = nio.KeysUploadResponse.from_dict(
            await self.call("POST", "/keys/upload", content)
        )
        await self.receive_response(response)
        return response

    async def keys_query(self) -> nio.KeysQueryResponse | None:
        """Fetch the keys of those users whose devices have changed; learn who signed what."""
        async with self._querying:
            users = set(self.users_for_key_query)
            if not users:
                return None
            body: Json = {"device_keys": {user: [] for user in users}}
            answer = await self.call("POST", "/keys/query", body)
            response = nio.KeysQueryResponse.from_dict(answer)
            await self.receive_response(response)
            for user in users:
                self.signed[user] = signed_devices(user, answer)
                if self.strict:
                    self._trust(user)
            return response

    async def send_encrypted(self, room: str, kind: str, content: Json) -> str:
        """Encrypt for the room's members and send; return the event's id.

        Raises:
            Refused: the homeserver does not take it.
        """
        await self.keys_query()
        if self.strict:
            async with self._sharing:
                if self.olm.should_share_group_session(room):
                    await self.share_group_session(room)
                    await self._withhold(room)
        response = await self.room_send(
            room, kind, content, ignore_unverified_devices=not self.strict
        )
        if not isinstance(response, nio.RoomSendResponse):
            raise Refused(f"send to {room}", 400, {"error": str(response)})
        return str(response.event_id)

    def _trust(self, user: str) -> None:
        for device in self.device_store.active_user_devices(user):
            if device.id in self.signed[user]:
                self.verify_device(device)
            else:
                self.blacklist_device(device)

    async def _withhold(self, room: str) -> None:
        """Tell the devices that were given no key so, as the spec's ``m.room_key.withheld``."""
        session = self.olm.outbound_group_sessions[room]
        notice = {
            "algorithm": "m.megolm.v1.aes-sha2",
            "room_id": room,
            "session_id": session.id,
            "sender_key": self.olm.account.identity_keys["curve25519"],
            "code": "m.unverified",
            "reason": "The sender has disabled encrypting to unverified devices.",
        }
        messages: Json = {}
        for user, device in session.users_ignored - {(self.user_id, self.device_id)}:
            messages.setdefault(user, {})[device] = notice
        if messages:
            path = f"/sendToDevice/m.room_key.withheld/{uuid4()}"
            await self.call("PUT", path, {"messages": messages})

    # the loop -------------------------------------------------------------------------------
    async def _forever(self, synced: Synced) -> None:
        while True:
            await self._turn(synced)

    async def _turn(self, synced: Synced, *, first: bool = False) -> None:
        response = await self.sync(
            0 if first else _LONG_POLL_MS,
            _FILTER,
            full_state=first,
            set_presence="offline",
        )
        if not isinstance(response, nio.SyncResponse):
            raise Refused("sync", 400, {"error": str(response)})
        for room in response.rooms.leave:
            self.rooms.pop(room, None)  # nio keeps rooms that were left
        await self._upkeep()
        await synced(response, [*self._unlocked(), *self._arrived(response)])

    async def _upkeep(self) -> None:
        await self.keys_query()
        if self.should_upload_keys:
            await self.keys_upload()
        if self.should_claim_keys:
            await self.keys_claim(self.get_users_for_key_claiming())
        await self.send_to_device_messages()

    def _arrived(self, response: nio.SyncResponse) -> list[Arrival]:
        arrivals = []
        for room, info in response.rooms.join.items():
            for event in info.timeline.events:
                if isinstance(event, nio.MegolmEvent):
                    self._locked.append(event)
                arrivals.append(self._read(room, event))
        return arrivals

    def _unlocked(self) -> list[Arrival]:
        """Read what came before its room key, now that the key is there."""
        waiting, self._locked = self._locked, []
        read = []
        for event in waiting:
            session = (event.room_id, event.sender_key, event.session_id)
            if self.olm.inbound_group_store.get(*session) is None:
                self._locked.append(event)
                continue
            with suppress(nio.EncryptionError):
                read.append(self._read(event.room_id, self.decrypt_event(event)))
        return read

    def _read(self, room: str, event: Any) -> Arrival:
        if event.source.get("type") == "m.room.encrypted":
            return Arrival(room, event.source, encrypted=True, unreadable="no room key")
        if not getattr(event, "decrypted", False):
            return Arrival(room, event.source)
        device = self._sending_device(event)
        signed = device in self.signed.get(event.sender, set())
        signed = signed or (event.sender, device) == (self.user_id, self.device_id)
        hidden = "its device is not signed by its owner" if self.strict and not signed else ""
        return Arrival(room, event.source, True, device, signed, hidden)

    def _sending_device(self, event: Any) -> str:
        """The device whose keys made the session, whatever the event itself claims."""
        session = self.olm.inbound_group_store.get(
            event.room_id, event.sender_key, event.session_id
        )
        own = self.olm.account.identity_keys
        keys = (event.sender_key, session.ed25519) if session else ("", "")
        if event.sender == self.user_id and keys == (own["curve25519"], own["ed25519"]):
            return str(self.device_id)
        for device in self.device_store.active_user_devices(event.sender):
            if (device.curve25519, device.ed25519) == keys:
                return str(device.id)
        return ""
