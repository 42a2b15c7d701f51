"""The keys of the vault, from ``ACTAS_SECRET``."""

from __future__ import annotations

import base64
import binascii
import secrets
from dataclasses import dataclass, field
from typing import Final, Self

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from bot.errors import ConfigError

VARIABLE: Final = "ACTAS_SECRET"
SECRET_BYTES: Final = 32
KEY_ID_BYTES: Final = 4
_KEY_INFO: Final = b"actas vault v1"
_ID_INFO: Final = b"actas vault v1 key id"
_FIX: Final = "`actas new-secret` prints a good one"


@dataclass(frozen=True, slots=True)
class Key:
    """One AES-256 key; ``id`` (4 bytes) stands in clear in what it seals and tells it apart."""

    id: bytes
    value: bytes = field(repr=False)

    @classmethod
    def derive(cls, secret: bytes) -> Self:
        """The key of a secret of 32 bytes (docs/decisions/0001-envelope.md)."""
        return cls(_hkdf(secret, _ID_INFO, KEY_ID_BYTES), _hkdf(secret, _KEY_INFO, 32))


@dataclass(frozen=True, slots=True)
class KeyRing:
    """At least one key, newest first: all of them open, the first one seals."""

    keys: tuple[Key, ...]

    @classmethod
    def from_text(cls, text: str) -> Self:
        """Read secrets (32 bytes in base64url each), separated by commas or white space.

        Raises:
            ConfigError: there is none, or one of them is malformed or stands twice.
        """
        words = text.replace(",", " ").split()
        if not words:
            raise ConfigError(VARIABLE, "is empty", _FIX)
        keys = tuple(Key.derive(_decode(word, place)) for place, word in enumerate(words, start=1))
        if len({key.id for key in keys}) < len(keys):
            raise ConfigError(VARIABLE, "holds the same secret twice", "Take one of them out")
        return cls(keys)

    @property
    def newest(self) -> Key:
        """The key that seals."""
        return self.keys[0]


def new_secret() -> str:
    """32 random bytes in base64url without padding: 43 characters."""
    return _encode(secrets.token_bytes(SECRET_BYTES))


def _decode(word: str, place: int) -> bytes:
    bare = word.rstrip("=")
    try:
        raw = base64.b64decode(bare + "=" * (-len(bare) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        raw = b""
    # Comparing with the encoding refuses spellings that only decode alike: a typing mistake in the
    # last character would otherwise pass unseen.
    if len(raw) != SECRET_BYTES or _encode(raw) != bare:
        which = f"its secret number {place}" if place > 1 else "its first secret"
        problem = f"{which} is not 32 bytes in base64url (43 characters of A-Z a-z 0-9 - _)"
        raise ConfigError(VARIABLE, problem, _FIX) from None
    return raw


def _encode(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode("ascii")


def _hkdf(secret: bytes, info: bytes, length: int) -> bytes:
    return HKDF(algorithm=SHA256(), length=length, salt=None, info=info).derive(secret)
