"""Mallory: an ordinary account on the homeserver, whose device is made by hand."""

from __future__ import annotations

from typing import Any, Self
from urllib.parse import quote
from uuid import uuid4

import aiohttp
import vodozemac

from sandbox.device import Refused
from sandbox.synapse import Login, Synapse
from tests.attacks.hand import HandMade, Json, text

_CLIENT = "/_matrix/client/v3"


class Forger:
    """Calls the Client-Server API as it likes; ``hand`` is its device.

    ``room_keys`` are those it was given, by (room, session id), once it has listened.
    """

    def __init__(self, homeserver: Synapse, login: Login) -> None:
        self.user, self.hand = login.user, HandMade(login)
        self.room_keys: dict[tuple[str, str], str] = {}
        self._homeserver, self._login = homeserver, login
        self._sessions: dict[str, vodozemac.GroupSession] = {}  # by room
        self._http = aiohttp.ClientSession()
        self._since: str | None = None

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._http.close()

    async def publish(self, *, prekey: str | None = None, **keys: str) -> None:
        """Publish an identity and the device; ``keys`` are :meth:`HandMade.device_keys`'s.

        ``prekey`` is what all one-time keys are, if they are not to be real ones.
        """
        await self.call("POST", "/keys/device_signing/upload", self.hand.identity.upload())
        prekeys = self.hand.prekeys(10)
        if prekey is not None:
            prekeys = {key_id: self.hand.signed({"key": prekey}) for key_id in prekeys}
        body = {"device_keys": self.hand.device_keys(**keys), "one_time_keys": prekeys}
        await self.call("POST", "/keys/upload", body)

    async def join(self, room: str) -> None:
        """Join a room that one is invited to."""
        await self.call("POST", f"/rooms/{quote(room)}/join", {})

    # what others publish --------------------------------------------------------------------
    async def devices(self, user: str) -> list[Json]:
        """A user's devices, as ``/keys/query`` shows them."""
        answer = await self.call("POST", "/keys/query", {"device_keys": {user: []}})
        return list(answer["device_keys"].get(user, {}).values())

    async def claim(self, keys: Json) -> Json | None:
        """Take one of a device's one-time keys; None when there is none left."""
        user, device = keys["user_id"], keys["device_id"]
        body = {"one_time_keys": {user: {device: "signed_curve25519"}}}
        answer = await self.call("POST", "/keys/claim", body)
        offered: Json = answer["one_time_keys"].get(user, {}).get(device, {})
        return next(iter(offered.values()), None)

    async def claim_all(self, keys: Json) -> int:
        """Take all of a device's one-time keys; return how many there were."""
        count = 0
        while (key := await self.claim(keys)) is not None and not key.get("fallback"):
            count += 1
        return count

    # what is sent ---------------------------------------------------------------------------
    async def to_device(self, keys: Json, content: Json, kind: str = "m.room.encrypted") -> None:
        """Send anything to somebody's device, with whom no room has to be shared."""
        messages = {keys["user_id"]: {keys["device_id"]: content}}
        await self.call("PUT", f"/sendToDevice/{kind}/{uuid4()}", {"messages": messages})

    async def whisper(self, keys: Json, plaintext: bytes) -> None:
        """Send any bytes over an Olm session, which is begun if there is none."""
        if not self.hand.has_session(keys):
            prekey = await self.claim(keys)
            assert prekey is not None
            self.hand.begin(keys, prekey["key"])
        await self.to_device(keys, self.hand.olm(keys, plaintext))

    async def share(self, user: str, content: Json, /, **fields: Any) -> None:
        """Give a room key to all devices of a user; ``fields`` are those of the payload."""
        for keys in await self.devices(user):
            payload = self.hand.payload(keys, "m.room_key", content, **fields)
            await self.whisper(keys, payload)

    async def session(self, room: str, *readers: str) -> vodozemac.GroupSession:
        """A Megolm session for a room, given to ``readers`` when it is new."""
        if room not in self._sessions:
            session = self._sessions[room] = vodozemac.GroupSession()
            for user in readers:
                await self.share(user, self.hand.room_key(room, session))
        return self._sessions[room]

    async def say(self, room: str, plaintext: str | bytes | Json, *readers: str) -> str:
        """Encrypt something for ``readers`` and send it; return its event id.

        Bytes and objects are the whole payload, whatever that is.
        """
        payload = text(room, plaintext) if isinstance(plaintext, str) else plaintext
        session = await self.session(room, *readers)
        return await self.post(room, self.hand.megolm(session, payload))

    async def post(self, room: str, content: Json, kind: str = "m.room.encrypted") -> str:
        """Send an event as it stands; return its id."""
        path = f"/rooms/{quote(room)}/send/{kind}/{uuid4()}"
        return str((await self.call("PUT", path, content))["event_id"])

    # what is heard --------------------------------------------------------------------------
    async def listen(self) -> None:
        """Sync once, and keep the room keys that were given."""
        query = "?timeout=0" + (f"&since={quote(self._since)}" if self._since else "")
        answer = await self.call("GET", f"/sync{query}")
        self._since = answer["next_batch"]
        for event in answer.get("to_device", {}).get("events", []):
            if self.hand.curve25519 in event["content"].get("ciphertext", {}):
                payload = self.hand.read_olm(event["content"])
                if payload["type"] == "m.room_key":
                    key = payload["content"]
                    self.room_keys[key["room_id"], key["session_id"]] = key["session_key"]

    async def call(self, method: str, path: str, body: Json | None = None) -> Json:
        """Call the Client-Server API, ``path`` being what follows ``/_matrix/client/v3``.

        Raises:
            Refused: the homeserver answered anything but 200.
        """
        headers = {"Authorization": f"Bearer {self._login.token}"}
        address = self._homeserver.url + _CLIENT + path
        async with self._http.request(method, address, json=body, headers=headers) as response:
            answer: Json = await response.json()
            if response.status != 200:
                raise Refused(f"{method} {path}", response.status, answer)
            return answer
