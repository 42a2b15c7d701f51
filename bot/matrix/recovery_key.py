"""A recovery key: the 32 bytes that open secret storage, as people keep them.

https://spec.matrix.org/v1.18/appendices/#cryptographic-key-representation
"""

from __future__ import annotations

from functools import reduce
from operator import xor
from typing import Final

from bot.secret import Secret

_ALPHABET: Final = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
_PREFIX: Final = b"\x8b\x01"
_KEY: Final = 32
_BYTES: Final = len(_PREFIX) + _KEY + 1  # the last one makes all of them XOR to zero
_GROUP: Final = 4


def write(key: bytes) -> Secret:
    """Prefix, key and parity in base58, in groups of four."""
    raw = _PREFIX + key
    number = int.from_bytes(raw + bytes([reduce(xor, raw)]))
    digits = ""
    while number:
        number, digit = divmod(number, len(_ALPHABET))
        digits = _ALPHABET[digit] + digits
    groups = (digits[start : start + _GROUP] for start in range(0, len(digits), _GROUP))
    return Secret(" ".join(groups))


def read(text: Secret) -> bytes:
    """The inverse of :func:`write`; white space counts for nothing.

    Raises:
        ValueError: it is none, or was mistyped.
    """
    number = 0
    for letter in "".join(text.reveal().split()):
        digit = _ALPHABET.find(letter)
        if digit < 0:
            raise ValueError("has a letter that recovery keys do not have")
        number = number * len(_ALPHABET) + digit
    if number >= 256**_BYTES:
        raise ValueError("is too long")
    raw = number.to_bytes(_BYTES)
    if not raw.startswith(_PREFIX) or reduce(xor, raw):
        raise ValueError("is cut off or mistyped")
    return raw[len(_PREFIX) : -1]
