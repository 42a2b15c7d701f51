"""Importing less: for start time and memory, measured in docs/decisions/0006-lean-start.md.

Some libraries import others only in case their user wants them. What is not wanted here is hidden
from them, in the way they provide for: an ImportError.
"""

from __future__ import annotations

import gc
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any


@contextmanager
def importing() -> Iterator[None]:
    """Import without garbage collection, which would go over all modules again and again.

    What is there at the end stays for good: it is not looked at by later collections either.
    """
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()


@contextmanager
def hidden(*names: str) -> Iterator[None]:
    """In this block these modules cannot be imported, unless they have been already."""
    modules: dict[str, Any] = sys.modules
    absent = [name for name in names if name not in modules]
    modules.update(dict.fromkeys(absent))  # a None there makes `import name` an ImportError
    try:
        yield
    finally:
        for name in absent:
            del modules[name]
