"""A device made by hand: keys, sessions and ciphertexts as an attacker wants them to be."""

from __future__ import annotations

import base64
import json
import time
from typing import Any
from uuid import uuid4

import vodozemac
from vodozemac import Curve25519PublicKey

from sandbox.signing import Identity, canonical, unpadded
from sandbox.synapse import Login

OLM = "m.olm.v1.curve25519-aes-sha2"
MEGOLM = "m.megolm.v1.aes-sha2"
Json = dict[str, Any]


class HandMade:
    """The cryptography of one device; nothing here checks what it is told to say."""

    def __init__(self, login: Login) -> None:
        self.user, self.device = login.user, login.device
        self.identity = Identity(login.user)
        self.account = vodozemac.Account()
        self.curve25519 = self.account.curve25519_key.to_base64()
        self.ed25519 = self.account.ed25519_key.to_base64()
        self._sessions: dict[str, vodozemac.Session] = {}  # by the other's Curve25519 key
        self._heard: list[vodozemac.Session] = []  # that others have begun

    # keys -----------------------------------------------------------------------------------
    def signed(self, content: Json) -> Json:
        """An object with the device's signature."""
        signature = self.account.sign(canonical(content)).to_base64()
        return content | {"signatures": {self.user: {f"ed25519:{self.device}": signature}}}

    def device_keys(self, **keys: str) -> Json:
        """What ``/keys/query`` shows of it, signed by itself and by its owner.

        ``keys`` are other ones to claim: ``ed25519=…``, ``curve25519=…``.
        """
        own = {"curve25519": self.curve25519, "ed25519": self.ed25519} | keys
        plain = {
            "user_id": self.user,
            "device_id": self.device,
            "algorithms": [OLM, MEGOLM],
            "keys": {f"{kind}:{self.device}": key for kind, key in own.items()},
        }
        return self.identity.sign_device(self.signed(plain))

    def as_device_of(self, user: str, device: str) -> Json:
        """The same keys as a device of somebody else's, signed by itself alone."""
        plain = {
            "user_id": user,
            "device_id": device,
            "algorithms": [OLM, MEGOLM],
            "keys": {f"curve25519:{device}": self.curve25519, f"ed25519:{device}": self.ed25519},
        }
        signature = self.account.sign(canonical(plain)).to_base64()
        return plain | {"signatures": {user: {f"ed25519:{device}": signature}}}

    def prekeys(self, count: int) -> Json:
        """New one-time keys, for ``/keys/upload``."""
        self.account.generate_one_time_keys(count)
        made = {
            f"signed_curve25519:{key_id}": self.signed({"key": key.to_base64()})
            for key_id, key in self.account.one_time_keys.items()
        }
        self.account.mark_keys_as_published()
        return made

    def prekey_as(self, user: str, device: str) -> Json:
        """A new one-time key, signed as the device that :meth:`as_device_of` makes of this one."""
        self.account.generate_one_time_keys(1)
        (key,) = self.account.one_time_keys.values()
        self.account.mark_keys_as_published()
        content = {"key": key.to_base64()}
        signature = self.account.sign(canonical(content)).to_base64()
        return content | {"signatures": {user: {f"ed25519:{device}": signature}}}

    # Olm ------------------------------------------------------------------------------------
    def begin(self, keys: Json, prekey: str) -> None:
        """Start an Olm session with a device, ``keys`` being what ``/keys/query`` shows of it."""
        curve25519 = keys["keys"][f"curve25519:{keys['device_id']}"]
        self._sessions[curve25519] = self.account.create_outbound_session(
            Curve25519PublicKey.from_base64(curve25519), Curve25519PublicKey.from_base64(prekey)
        )

    def has_session(self, keys: Json) -> bool:
        """Whether there is an Olm session with this device."""
        return keys["keys"][f"curve25519:{keys['device_id']}"] in self._sessions

    def olm(self, keys: Json, plaintext: bytes) -> Json:
        """A to-device content for a device that a session was begun with."""
        curve25519 = keys["keys"][f"curve25519:{keys['device_id']}"]
        kind, body = self._sessions[curve25519].encrypt(plaintext).to_parts()
        return {
            "algorithm": OLM,
            "sender_key": self.curve25519,
            "ciphertext": {curve25519: {"type": kind, "body": unpadded(bytes(body))}},
        }

    def payload(self, keys: Json, kind: str, content: Json, /, **fields: Any) -> bytes:
        """What is inside such a content; ``fields`` replace others of it."""
        whole = {
            "type": kind,
            "content": content,
            "sender": self.user,
            "sender_device": self.device,
            "recipient": keys["user_id"],
            "recipient_keys": {"ed25519": keys["keys"][f"ed25519:{keys['device_id']}"]},
            "keys": {"ed25519": self.ed25519},
        }
        return json.dumps(whole | fields).encode()

    def read_olm(self, content: Json) -> Json:
        """The payload of a to-device content for this device."""
        mine, sender_key = content["ciphertext"][self.curve25519], content["sender_key"]
        raw = base64.b64decode(mine["body"] + "=" * (-len(mine["body"]) % 4))
        message = vodozemac.AnyOlmMessage.from_parts(mine["type"], raw)
        first = message.to_pre_key()
        if first is not None and not any(s.session_matches(first) for s in self._heard):
            key = Curve25519PublicKey.from_base64(sender_key)
            session, plain = self.account.create_inbound_session(key, first)
            self._heard.append(session)
        else:
            known = [self._sessions.get(sender_key), *self._heard]
            plain = next(filter(None, (_decrypted(session, message) for session in known)))
        payload: Json = json.loads(plain)
        return payload

    # Megolm ---------------------------------------------------------------------------------
    def room_key(self, room: str, session: vodozemac.GroupSession) -> Json:
        """The content of ``m.room_key``."""
        return {
            "algorithm": MEGOLM,
            "room_id": room,
            "session_id": session.session_id,
            "session_key": session.session_key.to_base64(),
        }

    def megolm(self, session: vodozemac.GroupSession, plaintext: bytes | Json) -> Json:
        """The content of ``m.room.encrypted`` in a room."""
        if not isinstance(plaintext, bytes):
            plaintext = json.dumps(plaintext).encode()
        return {
            "algorithm": MEGOLM,
            "sender_key": self.curve25519,
            "ciphertext": session.encrypt(plaintext).to_base64(),
            "session_id": session.session_id,
            "device_id": self.device,
        }


def text(room: str, body: str) -> Json:
    """The payload of an ordinary text."""
    content = {"msgtype": "m.text", "body": body}
    return {"type": "m.room.message", "content": content, "room_id": room}


def in_clear(sender: str, body: str) -> Json:
    """The event of a text that was never encrypted, as only a homeserver can make it."""
    return {
        "type": "m.room.message",
        "sender": sender,
        "event_id": f"$forged-{uuid4()}",
        "origin_server_ts": int(time.time() * 1000),
        "content": {"msgtype": "m.text", "body": body},
    }


def _decrypted(session: vodozemac.Session | None, message: vodozemac.AnyOlmMessage) -> bytes | None:
    try:
        return session.decrypt(message) if session is not None else None
    except vodozemac.OlmDecryptionException:
        return None
