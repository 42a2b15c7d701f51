"""What the figures were taken on: they mean little without it."""

from __future__ import annotations

import os
import platform
from collections.abc import Iterator
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Final

import psutil

_PACKAGES: Final = ("matrix-synapse", "matrix-nio", "vodozemac", "aiohttp", "sqlalchemy")


def describe() -> Iterator[str]:
    """Date, processor, load of others, and versions, one a line."""
    yield f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC, {platform.system()} {platform.release()}"
    memory = psutil.virtual_memory().total / 1e9
    load = os.getloadavg()[0]
    yield f"{_processor()}, {os.cpu_count()} cores, {memory:.0f} GB; load before: {load:.1f}"
    packages = ", ".join(f"{package} {version(package)}" for package in _PACKAGES)
    yield f"Python {platform.python_version()}, {packages}"


def _processor() -> str:
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.exists():
        for line in cpuinfo.read_text().splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()
