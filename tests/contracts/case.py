"""What the suite over all services needs to know of one.

A service's own tests have it as ``CASE`` in ``tests/contracts/<kind>/case.py``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One service beside its stand-in.

    ``start`` starts the stand-in, whose address is its ``url``; ``settings`` are what an operator
    writes for it at an address. ``right`` are the fields of a good credential of ``account``,
    ``wrong`` those of a bad one. ``pasted`` are secrets as people would paste them.
    """

    start: Callable[[], AbstractAsyncContextManager[Any]]
    settings: Callable[[Any, str], Mapping[str, object]]
    right: Callable[[Any], Mapping[str, str]]
    wrong: Mapping[str, str]
    account: str
    pasted: Sequence[str] = ()
