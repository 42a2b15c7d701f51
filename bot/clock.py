"""The time, as the tables keep it."""

from __future__ import annotations

import time


def now() -> int:
    """UTC milliseconds since the epoch."""
    return time.time_ns() // 1_000_000
