"""Which Node runs the client, and whether its packages are there."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Final

_PACKAGES: Final = Path(__file__).parent / "node_modules" / "matrix-js-sdk"


def missing() -> str:
    """Say what is missing to run the client; empty if nothing is."""
    if shutil.which("node") is None:
        return "Node is not installed"
    if not _PACKAGES.is_dir():
        return "the npm packages are not installed: make test installs them"
    return ""


def find_node() -> str:
    """The program of Node.

    Raises:
        RuntimeError: there is none.
    """
    if reason := missing():
        raise RuntimeError(reason)
    return str(shutil.which("node"))
