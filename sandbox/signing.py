"""Cross-signing: a person's three keys, and whose devices are signed by their owners.

Written apart from the bot's own code for the same thing, so that one checks the other.
Client-Server API, "Cross-signing" (§11.12.2.2) and "Signing JSON" (appendix).
"""

from __future__ import annotations

import base64
import json
import os
from collections.abc import Mapping
from typing import Any, Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

ROLES: Final = ("master", "self_signing", "user_signing")
Json = dict[str, Any]


def unpadded(raw: bytes) -> str:
    """Encode as base64 without padding."""
    return base64.b64encode(raw).decode().rstrip("=")


def canonical(content: Mapping[str, Any]) -> bytes:
    """Return the bytes of a JSON object that are signed."""
    signed = {k: v for k, v in content.items() if k not in {"signatures", "unsigned"}}
    text = json.dumps(signed, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
    return text.encode()


class SigningKey:
    """An Ed25519 key pair; ``public`` in unpadded base64 is also its id."""

    def __init__(self, seed: bytes | None = None) -> None:
        self._key = Ed25519PrivateKey.from_private_bytes(seed or os.urandom(32))
        self.public = unpadded(self._key.public_key().public_bytes_raw())

    def sign(self, content: Mapping[str, Any]) -> str:
        """Return the signature of a JSON object."""
        return unpadded(self._key.sign(canonical(content)))


class Identity:
    """The cross-signing identity of one user."""

    def __init__(self, user: str) -> None:
        self.user = user
        self._keys = {role: SigningKey() for role in ROLES}

    @property
    def master(self) -> str:
        """The public master key: who the user is, to others."""
        return self._keys["master"].public

    def upload(self) -> Json:
        """Return the body of ``/keys/device_signing/upload``, without authentication."""
        return {f"{role}_key": self._public(role) for role in ROLES}

    def sign_device(self, device_keys: Json) -> Json:
        """Return ``device_keys`` with the owner's signature added."""
        key = self._keys["self_signing"]
        signatures = {
            user: dict(of_user) for user, of_user in device_keys.get("signatures", {}).items()
        }
        signatures.setdefault(self.user, {})[f"ed25519:{key.public}"] = key.sign(device_keys)
        return device_keys | {"signatures": signatures}

    def _public(self, role: str) -> Json:
        key, master = self._keys[role], self._keys["master"]
        public: Json = {
            "user_id": self.user,
            "usage": [role],
            "keys": {f"ed25519:{key.public}": key.public},
        }
        if role != "master":
            public["signatures"] = {self.user: {f"ed25519:{master.public}": master.sign(public)}}
        return public


def signed_devices(user: str, answer: Json) -> set[str]:
    """Return the ids of ``user``'s devices that ``user`` signed.

    ``answer`` is that of ``/keys/query``. No identity, or one that does not hold together: none.
    """
    master = _single_key(answer.get("master_keys", {}).get(user), user, "master")
    own = answer.get("self_signing_keys", {}).get(user)
    self_signing = _single_key(own, user, "self_signing")
    if not master or not self_signing or not _signed_by(own, user, master):
        return set()
    devices: Json = answer.get("device_keys", {}).get(user, {})
    return {
        device
        for device, keys in devices.items()
        if keys.get("user_id") == user
        and keys.get("device_id") == device
        and _signed_by(keys, user, self_signing)
    }


def _single_key(content: Any, user: str, role: str) -> str | None:
    if not isinstance(content, dict) or content.get("user_id") != user:
        return None
    if role not in content.get("usage", ()):
        return None
    [*keys] = content.get("keys", {}).items()
    if len(keys) != 1 or keys[0][0] != f"ed25519:{keys[0][1]}":
        return None
    return str(keys[0][1])


def _signed_by(content: Json, user: str, public: str) -> bool:
    signature = content.get("signatures", {}).get(user, {}).get(f"ed25519:{public}")
    if not isinstance(signature, str):
        return False
    try:
        key = Ed25519PublicKey.from_public_bytes(_decode(public))
        key.verify(_decode(signature), canonical(content))
    except (InvalidSignature, ValueError):
        return False
    return True


def _decode(text: str) -> bytes:
    return base64.b64decode(text + "=" * (-len(text) % 4))
