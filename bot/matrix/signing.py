"""Signed JSON (https://spec.matrix.org/v1.18/appendices/#signing-json). Pure functions."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from typing import Any

import vodozemac
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from nio.api import Api


def unpadded(raw: bytes) -> str:
    """Unpadded standard base64, as Matrix writes keys and signatures."""
    return base64.b64encode(raw).decode().rstrip("=")


def signable(thing: Mapping[str, Any]) -> bytes:
    """The canonical JSON of ``thing`` without ``signatures`` and ``unsigned``."""
    bare = {k: v for k, v in thing.items() if k not in ("signatures", "unsigned")}
    canonical: str = Api.to_canonical_json(bare)
    return canonical.encode()


def is_signed(thing: Mapping[str, Any], user: str, key_id: str, key: str) -> bool:
    """Whether ``thing`` carries ``user``'s valid signature by ``key`` under ``key_id``.

    Never raises: what the homeserver hands out may be malformed in any way.
    """
    try:
        signature = vodozemac.Ed25519Signature.from_base64(thing["signatures"][user][key_id])
        vodozemac.Ed25519PublicKey.from_base64(key).verify_signature(signable(thing), signature)
    except (
        KeyError,
        TypeError,
        ValueError,
        vodozemac.KeyException,
        vodozemac.SignatureException,
    ):
        return False
    return True


class SigningKey:
    """An Ed25519 key made from a 32-byte seed; vodozemac offers no secret key of its own."""

    __slots__ = ("_key", "public")

    def __init__(self, seed: bytes) -> None:
        self._key = Ed25519PrivateKey.from_private_bytes(seed)
        self.public = unpadded(self._key.public_key().public_bytes_raw())

    @property
    def key_id(self) -> str:
        """``ed25519:<public key>``."""
        return f"ed25519:{self.public}"

    def sign(self, thing: Mapping[str, Any]) -> str:
        """The signature of ``thing`` in unpadded base64."""
        return unpadded(self._key.sign(signable(thing)))
