"""Secret storage: secrets in the account's data, sealed with a key that its owner keeps.

https://spec.matrix.org/v1.18/client-server-api/#secret-storage, with the algorithm
``m.secret_storage.v1.aes-hmac-sha2``: HKDF-SHA-256 makes of the key and a secret's name an AES key
and a MAC key; AES-256-CTR encrypts, HMAC-SHA-256 authenticates the ciphertext.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import os
import secrets
from collections.abc import Mapping
from typing import Any, Final

from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CTR
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from bot.matrix.client import Homeserver, MatrixError, path
from bot.matrix.signing import unpadded

ALGORITHM: Final = "m.secret_storage.v1.aes-hmac-sha2"
DEFAULT: Final = "m.secret_storage.default_key"
KEY_BYTES: Final = 32
_DESCRIPTION: Final = "m.secret_storage.key.{}"
_IV_BYTES: Final = 16
_SONG: Final = bytes(32)  # what a key is tried on
_ID: Final = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"


class Damaged(Exception):
    """Secret storage is not there or not whole. The text is a sentence that says which."""


# ---------------------------------------------------------------------------- pure functions
def encrypt(key: bytes, name: str, plaintext: bytes, iv: bytes | None = None) -> dict[str, str]:
    """A secret of this name, as it is stored: ``iv``, ``ciphertext`` and ``mac``."""
    iv = iv or _new_iv()
    aes, mac = _derive(key, name)
    ciphertext = _aes(aes, iv, plaintext)
    proof = hmac.digest(mac, ciphertext, hashlib.sha256)
    return {"iv": unpadded(iv), "ciphertext": unpadded(ciphertext), "mac": unpadded(proof)}


def decrypt(key: bytes, name: str, stored: Any) -> bytes:
    """The inverse of :func:`encrypt`; ``stored`` may be anything.

    Raises:
        Damaged: it is malformed, was altered, or is of another key or name.
    """
    parts = _object(stored)
    iv, ciphertext, proof = (_decode(parts.get(part)) for part in ("iv", "ciphertext", "mac"))
    aes, mac = _derive(key, name)
    if not hmac.compare_digest(hmac.digest(mac, ciphertext, hashlib.sha256), proof):
        raise Damaged("its secret storage holds something that the key does not open")
    if len(iv) != _IV_BYTES:
        raise Damaged("its secret storage is malformed")
    return _aes(aes, iv, ciphertext)


def describe(key: bytes) -> dict[str, str]:
    """What ``m.secret_storage.key.<id>`` says of a key; it tells whether one typed is the same."""
    tried = encrypt(key, "", _SONG)
    return {"algorithm": ALGORITHM, "iv": tried["iv"], "mac": tried["mac"]}


def fits(key: bytes, description: Mapping[str, Any]) -> bool:
    """Whether it is the described key. One that is described without a MAC is taken to be it.

    Raises:
        Damaged: the description is malformed.
    """
    if description.get("algorithm") != ALGORITHM:
        return False
    if "mac" not in description or "iv" not in description:
        return True
    iv = _decode(description["iv"])
    if len(iv) != _IV_BYTES:
        raise Damaged("its secret storage is malformed")
    tried = _decode(encrypt(key, "", _SONG, iv)["mac"])
    return hmac.compare_digest(tried, _decode(description["mac"]))


def _opened(key: bytes, key_id: str, name: str, stored: Mapping[str, Any]) -> bytes:
    """A secret that is itself a key of 32 bytes, in base64."""
    if key_id not in stored:
        raise Damaged(f"its secret storage has no {name}")
    value = _decode(decrypt(key, name, stored[key_id]).decode(errors="replace"))
    if len(value) != KEY_BYTES:
        raise Damaged("its secret storage is malformed")
    return value


def _object(stored: Any) -> dict[str, Any]:
    return stored if isinstance(stored, dict) else {}


def _derive(key: bytes, name: str) -> tuple[bytes, bytes]:
    both = HKDF(SHA256(), 64, salt=bytes(32), info=name.encode()).derive(key)
    return both[:32], both[32:]


def _aes(key: bytes, iv: bytes, data: bytes) -> bytes:
    cipher = Cipher(AES(key), CTR(iv)).encryptor()  # in counter mode it is its own inverse
    return cipher.update(data) + cipher.finalize()


def _new_iv() -> bytes:
    """Random, with bit 63 cleared: some implementations count in half of it only."""
    iv = bytearray(os.urandom(_IV_BYTES))
    iv[8] &= 0x7F
    return bytes(iv)


def _decode(text: Any) -> bytes:
    """What stands there in base64, which others pad."""
    if not isinstance(text, str):
        raise Damaged("its secret storage is malformed")
    bare = text.rstrip("=")
    try:
        return base64.b64decode(bare + "=" * (-len(bare) % 4), validate=True)
    except (binascii.Error, ValueError):
        raise Damaged("its secret storage is malformed") from None


# ---------------------------------------------------------------------------- the account's data
class SecretStorage:
    """The secret storage of one account."""

    def __init__(self, homeserver: Homeserver, user: str) -> None:
        self._homeserver, self._user = homeserver, user

    async def exists(self) -> bool:
        """Whether the account has a default key already.

        Raises:
            MatrixError, Unreachable: the homeserver refused or is away.
        """
        return bool(await self._get(DEFAULT))

    async def fill(self, values: Mapping[str, bytes]) -> bytes:
        """Store secrets by their names under a new key, which becomes the default; returns it.

        What the account had stored under these names is replaced. Until the end the old key is the
        default one: whatever fails in between, this can be done again.

        Raises:
            MatrixError, Unreachable: the homeserver refused or is away.
        """
        key, key_id = os.urandom(KEY_BYTES), "".join(secrets.choice(_ID) for _ in range(32))
        await self._put(_DESCRIPTION.format(key_id), describe(key))
        for name, value in values.items():
            sealed = encrypt(key, name, unpadded(value).encode())
            await self._put(name, {"encrypted": {key_id: sealed}})
        await self._put(DEFAULT, {"key": key_id})
        return key

    async def open(self, key: bytes, names: tuple[str, ...]) -> dict[str, bytes] | None:
        """The secrets of these names, keys themselves of 32 bytes; None where it is not the key.

        It need not be the default key: clients also store things anew under one they had before.

        Raises:
            Damaged: there is no key at all, or something is missing or altered.
            MatrixError, Unreachable: the homeserver refused or is away.
        """
        stored = {name: _object((await self._get(name)).get("encrypted")) for name in names}
        key_ids = dict.fromkeys(key_id for sealed in stored.values() for key_id in sealed)
        default = (await self._get(DEFAULT)).get("key")
        if isinstance(default, str):
            key_ids = {default: None} | key_ids
        if not key_ids:
            raise Damaged("it has no secret storage, so there is no recovery key")
        for key_id in key_ids:
            if fits(key, await self._get(_DESCRIPTION.format(key_id))):
                return {name: _opened(key, key_id, name, stored[name]) for name in names}
        return None

    async def _get(self, kind: str) -> dict[str, Any]:
        try:
            return await self._homeserver.request("GET", self._where(kind))
        except MatrixError as refusal:
            if refusal.status == 404:
                return {}
            raise

    async def _put(self, kind: str, content: Mapping[str, Any]) -> None:
        await self._homeserver.request("PUT", self._where(kind), content)

    def _where(self, kind: str) -> str:
        return path("/v3/user/{}/account_data/{}", self._user, kind)
