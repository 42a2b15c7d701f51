"""An asker's end-to-end encryption, on vodozemac alone: it reads only when it is asked to."""

from __future__ import annotations

import base64
import json
from typing import Any, Final

import vodozemac
from vodozemac import Curve25519PublicKey

from sandbox.signing import Identity, canonical, unpadded
from sandbox.synapse import Login

OLM: Final = "m.olm.v1.curve25519-aes-sha2"
MEGOLM: Final = "m.megolm.v1.aes-sha2"
_ONE_TIME_KEYS: Final = 10  # more than there are bots to claim them
Json = dict[str, Any]


class Olm:
    """The keys of one cross-signed device, and its sessions."""

    def __init__(self, login: Login) -> None:
        self.user, self.device = login.user, login.device
        self.identity = Identity(login.user)
        self._account = vodozemac.Account()
        self._curve25519 = self._account.curve25519_key.to_base64()
        self._ed25519 = self._account.ed25519_key.to_base64()
        self._sessions: dict[str, list[vodozemac.Session]] = {}  # by the other's Curve25519 key
        self._inbound: dict[tuple[str, str], vodozemac.InboundGroupSession] = {}

    # our keys -------------------------------------------------------------------------------
    def upload(self) -> Json:
        """The body of ``/keys/upload``: the device's keys, signed by its owner, and prekeys."""
        keys = {
            "user_id": self.user,
            "device_id": self.device,
            "algorithms": [OLM, MEGOLM],
            "keys": {
                f"curve25519:{self.device}": self._curve25519,
                f"ed25519:{self.device}": self._ed25519,
            },
        }
        self._account.generate_one_time_keys(_ONE_TIME_KEYS)
        prekeys = {
            f"signed_curve25519:{key_id}": self._signed({"key": key.to_base64()})
            for key_id, key in self._account.one_time_keys.items()
        }
        self._account.mark_keys_as_published()
        device_keys = self.identity.sign_device(self._signed(keys))
        return {"device_keys": device_keys, "one_time_keys": prekeys}

    def _signed(self, content: Json) -> Json:
        signature = self._account.sign(canonical(content)).to_base64()
        return content | {"signatures": {self.user: {f"ed25519:{self.device}": signature}}}

    # saying ---------------------------------------------------------------------------------
    def room_key(
        self, room: str, session: vodozemac.GroupSession, device_keys: Json, one_time_key: str
    ) -> Json:
        """The to-device content that gives a room's key to a device, over a new Olm session."""
        device = device_keys["device_id"]
        curve25519 = device_keys["keys"][f"curve25519:{device}"]
        olm = self._account.create_outbound_session(
            Curve25519PublicKey.from_base64(curve25519),
            Curve25519PublicKey.from_base64(one_time_key),
        )
        self._sessions.setdefault(curve25519, []).append(olm)
        payload = {
            "type": "m.room_key",
            "content": {
                "algorithm": MEGOLM,
                "room_id": room,
                "session_id": session.session_id,
                "session_key": session.session_key.to_base64(),
            },
            "sender": self.user,
            "recipient": device_keys["user_id"],
            "recipient_keys": {"ed25519": device_keys["keys"][f"ed25519:{device}"]},
            "keys": {"ed25519": self._ed25519},
        }
        kind, body = olm.encrypt(json.dumps(payload).encode()).to_parts()
        return {
            "algorithm": OLM,
            "sender_key": self._curve25519,
            "ciphertext": {curve25519: {"type": kind, "body": unpadded(bytes(body))}},
        }

    def encrypt(self, room: str, session: vodozemac.GroupSession, content: Json) -> Json:
        """The content of ``m.room.encrypted`` for a message."""
        payload = {"type": "m.room.message", "content": content, "room_id": room}
        return {
            "algorithm": MEGOLM,
            "sender_key": self._curve25519,
            "ciphertext": session.encrypt(json.dumps(payload).encode()).to_base64(),
            "session_id": session.session_id,
            "device_id": self.device,
        }

    # reading --------------------------------------------------------------------------------
    def take(self, event: Json) -> None:
        """Take in a to-device event; anything but a room key for us changes nothing."""
        content = event["content"]
        mine = content.get("ciphertext", {}).get(self._curve25519)
        if event["type"] != "m.room.encrypted" or mine is None:
            return
        payload = json.loads(self._open(content["sender_key"], mine["type"], mine["body"]))
        if payload["type"] == "m.room_key":
            key = payload["content"]
            session = vodozemac.InboundGroupSession(vodozemac.SessionKey(key["session_key"]))
            self._inbound[key["room_id"], key["session_id"]] = session

    def read(self, room: str, event: Json) -> Json:
        """The content of an encrypted message whose room key has been taken in."""
        content = event["content"]
        session = self._inbound[room, content["session_id"]]
        message = vodozemac.MegolmMessage.from_base64(content["ciphertext"])
        payload: Json = json.loads(session.decrypt(message).plaintext)
        read: Json = payload["content"]
        return read

    def _open(self, sender_key: str, kind: int, body: str) -> bytes:
        sessions = self._sessions.setdefault(sender_key, [])
        raw = base64.b64decode(body + "=" * (-len(body) % 4))
        message = vodozemac.AnyOlmMessage.from_parts(kind, raw)
        for session in sessions:
            try:
                return session.decrypt(message)
            except vodozemac.OlmDecryptionException:
                continue
        first = vodozemac.PreKeyMessage.from_base64(body)
        key = Curve25519PublicKey.from_base64(sender_key)
        session, plaintext = self._account.create_inbound_session(key, first)
        sessions.append(session)
        return plaintext
