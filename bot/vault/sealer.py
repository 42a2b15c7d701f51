"""Sealing: authenticated encryption bound to the place a value stands in.

The format is written down, with test vectors, in docs/decisions/0001-envelope.md.
"""

from __future__ import annotations

import os
import struct
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from bot.errors import Unopenable
from bot.vault.keys import KEY_ID_BYTES, KeyRing

VERSION: Final = b"\x01"
_NONCE_BYTES: Final = 12
_TAG_BYTES: Final = 16
_ID_END: Final = len(VERSION) + KEY_ID_BYTES
_NONCE_END: Final = _ID_END + _NONCE_BYTES


class Sealer:
    """Seals with the newest key of a ring and opens with any of them.

    ``user``, ``service`` and ``label`` say where the sealed value stands; it opens nowhere else.
    Nonces are random: one key seals some 2³² values before two of them are likely to meet.
    """

    def __init__(self, ring: KeyRing) -> None:
        self._newest = ring.newest.id
        self._ciphers = {key.id: AESGCM(key.value) for key in ring.keys}

    def seal(self, plaintext: bytes, *, user: str, service: str, label: str) -> bytes:
        """``version(1) ‖ key id(4) ‖ nonce(12) ‖ ciphertext ‖ tag(16)``: 33 bytes are added."""
        nonce = os.urandom(_NONCE_BYTES)
        sealed = self._ciphers[self._newest].encrypt(nonce, plaintext, _aad(user, service, label))
        return VERSION + self._newest + nonce + sealed

    def open(self, sealed: bytes, *, user: str, service: str, label: str) -> bytes:
        """The plaintext.

        Raises:
            Unopenable: it was sealed for another place, was altered or cut, is of a version that
                this program does not know, or its key is not in the ring.
        """
        if len(sealed) < _NONCE_END + _TAG_BYTES:
            raise Unopenable("the sealed value is too short")
        if sealed[:1] != VERSION:
            raise Unopenable("the sealed value is of an unknown version")
        cipher = self._ciphers.get(bytes(sealed[1:_ID_END]))
        if cipher is None:
            raise Unopenable("the sealed value's key is not in ACTAS_SECRET")
        nonce = sealed[_ID_END:_NONCE_END]
        try:
            return cipher.decrypt(nonce, sealed[_NONCE_END:], _aad(user, service, label))
        except InvalidTag:
            raise Unopenable("the sealed value was altered or belongs elsewhere") from None

    @property
    def header(self) -> bytes:
        """What everything begins with that is sealed now: version and newest key id."""
        return VERSION + self._newest

    def is_newest(self, sealed: bytes) -> bool:
        """Whether it is of the current version and sealed with the newest key."""
        return sealed.startswith(self.header)


def _aad(user: str, service: str, label: str) -> bytes:
    fields = (VERSION, user.encode(), service.encode(), label.encode())
    return b"".join(struct.pack(">I", len(value)) + value for value in fields)
