"""Emoji verification (SAS), the side that answers. No I/O: contents in, contents out.

https://spec.matrix.org/v1.18/client-server-api/#short-authentication-string-sas-verification.
nio's own does not complete against other clients: its commitment, emoji and MACs differ from the
specification's.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import vodozemac
from nio.api import Api

from bot.matrix.emoji import EMOJI
from bot.matrix.ids import is_key
from bot.matrix.signing import unpadded

METHOD: Final = "m.sas.v1"
_AGREEMENT: Final = "curve25519-hkdf-sha256"
_HASH: Final = "sha256"
_MAC: Final = "hkdf-hmac-sha256.v2"
_STRINGS: Final = ("decimal", "emoji")


class Cancel(Exception):
    """The verification must end; ``code`` is the spec's (``m.key_mismatch``)."""

    def __init__(self, code: str, reason: str) -> None:
        super().__init__(reason)
        self.code, self.reason = code, reason


@dataclass(frozen=True, slots=True)
class Party:
    """One side: a user's device and the public keys (unpadded base64) that it is to prove."""

    user: str
    device: str
    ed25519: str
    master: str

    @property
    def keys(self) -> Mapping[str, str]:
        """Both keys by their ids."""
        return {f"ed25519:{self.device}": self.ed25519, f"ed25519:{self.master}": self.master}


class Sas:
    """One exchange, which the other side starts: start → accept, key → key, mac ↔ mac.

    Both sides see the same ``emoji`` (seven pairs of symbol and English name) and ``numbers``
    (three of four digits) exactly if nobody stands between them. ``proved`` tells that the other
    side holds the keys that it showed, *if* what people compared was the same.

    Methods raise :class:`Cancel` for what is out of order, malformed or wrong.
    """

    def __init__(self, transaction: str, us: Party, them: Party) -> None:
        self._transaction, self._us, self._them = transaction, us, them
        self._secret = vodozemac.Sas()
        self._ours: str = self._secret.public_key.to_base64()
        self._accepted = False
        self._shared: Any = None
        self.emoji: tuple[tuple[str, str], ...] = ()
        self.numbers: tuple[int, ...] = ()
        self.proved = False

    def start(self, content: Mapping[str, Any]) -> dict[str, Any]:
        """Their ``start``; returns our ``accept``: it commits us to a key before we see theirs."""
        if self._accepted:
            raise Cancel("m.unexpected_message", "started twice")
        if content.get("from_device") != self._them.device:
            raise Cancel("m.invalid_message", "another device than the one that asked")
        strings = [s for s in _STRINGS if s in _texts(content, "short_authentication_string")]
        offered = (
            content.get("method") == METHOD
            and _AGREEMENT in _texts(content, "key_agreement_protocols")
            and _HASH in _texts(content, "hashes")
            and _MAC in _texts(content, "message_authentication_codes")
        )
        if not offered or not strings:
            raise Cancel("m.unknown_method", "no method in common")
        try:
            committed = (self._ours + Api.to_canonical_json(dict(content))).encode()
        except ValueError:
            raise Cancel("m.invalid_message", "cannot be written canonically") from None
        self._accepted = True
        return {
            "method": METHOD,
            "key_agreement_protocol": _AGREEMENT,
            "hash": _HASH,
            "message_authentication_code": _MAC,
            "short_authentication_string": strings,
            "commitment": unpadded(hashlib.sha256(committed).digest()),
        }

    def key(self, content: Mapping[str, Any]) -> dict[str, Any]:
        """Their ``key``; returns ours. From now on there is something to compare."""
        theirs = content.get("key")
        if not self._accepted or self._shared is not None:
            raise Cancel("m.unexpected_message", "a key out of turn")
        if not is_key(theirs):
            raise Cancel("m.invalid_message", "no key")
        try:
            public = vodozemac.Curve25519PublicKey.from_base64(theirs)
            self._shared = self._secret.diffie_hellman(public)
        except (vodozemac.KeyException, vodozemac.SasException, ValueError):
            raise Cancel("m.invalid_message", "no such key") from None
        them, us = self._them, self._us
        found = self._shared.bytes(
            f"MATRIX_KEY_VERIFICATION_SAS|{them.user}|{them.device}|{theirs}"
            f"|{us.user}|{us.device}|{self._ours}|{self._transaction}"
        )
        self.emoji = tuple(EMOJI[index] for index in found.emoji_indices)
        self.numbers = tuple(found.decimals)
        return {"key": self._ours}

    def mac(self) -> dict[str, Any]:
        """Our ``mac``, once somebody has seen on this side that both see the same."""
        info = self._info(self._us, self._them)
        keys = self._us.keys
        return {
            "mac": {
                key_id: self._shared.calculate_mac(k, info + key_id) for key_id, k in keys.items()
            },
            "keys": self._shared.calculate_mac(",".join(sorted(keys)), f"{info}KEY_IDS"),
        }

    def prove(self, content: Mapping[str, Any]) -> None:
        """Their ``mac``: it has to be right, and to cover their master key."""
        macs, info = content.get("mac"), self._info(self._them, self._us)
        if self._shared is None or self.proved:
            raise Cancel("m.unexpected_message", "a mac out of turn")
        if not isinstance(macs, dict) or not all(isinstance(k, str) for k in macs):
            raise Cancel("m.invalid_message", "no macs")
        try:
            self._shared.verify_mac(",".join(sorted(macs)), f"{info}KEY_IDS", content.get("keys"))
            for key_id, key in self._them.keys.items():
                if key_id in macs:
                    self._shared.verify_mac(key, info + key_id, macs[key_id])
        except (vodozemac.SasException, ValueError, TypeError):
            raise Cancel("m.key_mismatch", "the keys do not match") from None
        if f"ed25519:{self._them.master}" not in macs:
            raise Cancel("m.key_mismatch", "the identity was not shown")
        self.proved = True

    def _info(self, sender: Party, receiver: Party) -> str:
        return (
            f"MATRIX_KEY_VERIFICATION_MAC{sender.user}{sender.device}"
            f"{receiver.user}{receiver.device}{self._transaction}"
        )


def _texts(content: Mapping[str, Any], key: str) -> list[str]:
    found = content.get(key)
    return [each for each in found if isinstance(each, str)] if isinstance(found, list) else []
