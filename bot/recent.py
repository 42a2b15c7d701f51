"""A mapping that does not grow for ever."""

from __future__ import annotations

from collections import OrderedDict
from typing import Final, TypeVar

_MOST: Final = 1_000  # entries

K = TypeVar("K")
V = TypeVar("V")


class Recent(OrderedDict[K, V]):
    """Keeps what was set last, a thousand entries; what was set longest ago goes first."""

    def __setitem__(self, key: K, value: V) -> None:
        super().__setitem__(key, value)
        self.move_to_end(key)
        while len(self) > _MOST:
            self.popitem(last=False)
