"""How long something took, and how large it is, as people say it."""

from __future__ import annotations

from typing import Final

_UNITS: Final = ((86_400, "d"), (3_600, "h"), (60, "min"), (1, "s"))
_SIZES: Final = ("KiB", "MiB", "GiB", "TiB")


def span(milliseconds: float) -> str:
    """``45 s``, ``2 min 3 s``, ``1 h 4 min``: the two largest units; never less than ``0 s``."""
    left = max(0, round(milliseconds / 1000))
    parts: list[str] = []
    for size, unit in _UNITS:
        count, left = divmod(left, size)
        if count:
            parts.append(f"{count} {unit}")
        if len(parts) == 2 or (parts and not count):  # "1 d 5 s" is exact where nobody asks
            break
    return " ".join(parts) or "0 s"


def size(count: int) -> str:
    """``512 bytes``, ``1.5 MiB``."""
    if count < 1024:
        return f"{count} bytes" if count != 1 else "1 byte"
    amount = count / 1024
    for unit in _SIZES[:-1]:
        if amount < 1024:
            return f"{amount:.1f} {unit}"
        amount /= 1024
    return f"{amount:.1f} {_SIZES[-1]}"
