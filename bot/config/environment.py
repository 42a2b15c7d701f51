"""The environment: variables, systemd's credentials, and references to them in the file."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from bot.errors import ConfigError
from bot.secret import Secret


def environment(name: str) -> Secret | None:
    """A variable, or the file of that name in ``$CREDENTIALS_DIRECTORY`` (``LoadCredential=``).

    A variable may be ``file:PATH`` as well. White space around the value is dropped; an empty one
    counts as not set.

    Raises:
        ConfigError: the file cannot be read, or is no text.
    """
    value = os.environ.get(name, "").strip()
    if value.startswith("file:"):
        value = _read(Path(value.removeprefix("file:")), name).strip()
    directory = os.environ.get("CREDENTIALS_DIRECTORY")
    if not value and directory and (file := Path(directory, name)).is_file():
        value = _read(file, name).strip()
    return Secret(value) if value else None


def resolve(value: Any, key: str, base: Path) -> Any:
    """Replace every ``env:NAME`` and ``file:PATH`` in a tree by what it stands for.

    ``key`` is the tree's path in the file, ``base`` the directory that relative paths start from.

    Raises:
        ConfigError: a variable is not set or a file cannot be read.
    """
    if isinstance(value, dict):
        path = f"{key}." if key else ""
        return {name: resolve(item, f"{path}{name}", base) for name, item in value.items()}
    if isinstance(value, list):
        return [resolve(item, f"{key}[{place}]", base) for place, item in enumerate(value)]
    if isinstance(value, str) and value.startswith("env:"):
        return _variable(value.removeprefix("env:"), key)
    if isinstance(value, str) and value.startswith("file:"):
        return _read(base / value.removeprefix("file:"), key).strip()
    return value


def _variable(name: str, key: str) -> str:
    found = environment(name) if name.isidentifier() else None
    if found is None:
        problem = f"the environment variable {name!r} is not set"
        raise ConfigError(key, problem, "Set it, or give the value as file:PATH")
    return found.reveal()


def _read(path: Path, key: str) -> str:
    try:
        return path.expanduser().read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not text"
        fix = "Make it a text file that the bot's user may read"
        raise ConfigError(key, f"{path} cannot be read ({reason})", fix) from None
