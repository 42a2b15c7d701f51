"""How ids and keys are written. What is written otherwise goes no further."""

from __future__ import annotations

import re
from typing import Final, TypeGuard

_KEY: Final = re.compile(r"[A-Za-z0-9+/]{43}")


def is_key(value: object) -> TypeGuard[str]:
    """Whether it is written as a 32-byte key or a session id is: 43 characters of base64."""
    return isinstance(value, str) and _KEY.fullmatch(value) is not None


def is_id(value: object) -> TypeGuard[str]:
    """Whether it can be the id of a user, room or event: printable, 255 bytes at most.

    A database may take neither what is longer nor what holds a NUL or half a surrogate.
    """
    return isinstance(value, str) and value.isprintable() and 0 < len(value.encode()) <= 255
