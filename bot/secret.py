"""A string that does not show itself."""

from __future__ import annotations

import hmac
from typing import Final, NoReturn

_MASK: Final = "********"


class Secret:
    """A credential, token, PIN or key; its value leaves only through :meth:`reveal`.

    ``repr``, ``str``, ``format`` and logging show a mask; pickling is refused, so a secret cannot
    slip into a cache, a process argument or a traceback's locals by accident.
    """

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    def reveal(self) -> str:
        """Return the plain value. Stands only where it leaves for its service, and in codecs."""
        return self._value

    def __bool__(self) -> bool:
        return bool(self._value)

    def __len__(self) -> int:
        return len(self._value)

    def __repr__(self) -> str:
        return f"Secret({_MASK!r})"

    def __str__(self) -> str:
        return _MASK

    def __format__(self, spec: str) -> str:
        return format(_MASK, spec)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Secret):
            return NotImplemented
        return hmac.compare_digest(self._value.encode(), other._value.encode())

    __hash__ = None  # type: ignore[assignment]  # a hash of a short secret would give it away

    def __reduce__(self) -> NoReturn:
        raise TypeError("a Secret is not pickled")
