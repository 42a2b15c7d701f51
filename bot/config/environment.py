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
        ConfigError: variables are not set, which are told together, or a file cannot be read.
    """
    unset: list[tuple[str, str]] = []
    resolved = _resolved(value, key, base, unset)
    if not unset:
        return resolved
    (first, name), *others = unset
    also = "".join(f", nor is {other!r} ({place})" for place, other in others)
    problem = f"the environment variable {name!r} is not set{also}"
    them = "them, or give the values" if others else "it, or give the value"
    raise ConfigError(first, problem, f"Set {them} as file:PATH")


def _resolved(value: Any, key: str, base: Path, unset: list[tuple[str, str]]) -> Any:
    """The tree with what references stand for; ``unset`` gets keys and names of variables."""
    if isinstance(value, dict):
        path = f"{key}." if key else ""
        return {name: _resolved(item, f"{path}{name}", base, unset) for name, item in value.items()}
    if isinstance(value, list):
        return [_resolved(each, f"{key}[{at}]", base, unset) for at, each in enumerate(value)]
    if isinstance(value, str) and value.startswith("env:"):
        name = value.removeprefix("env:")
        if (found := environment(name) if name.isidentifier() else None) is not None:
            return found.reveal()
        unset.append((key, name))
    elif isinstance(value, str) and value.startswith("file:"):
        return _read(base / value.removeprefix("file:"), key).strip()
    return value


def _read(path: Path, key: str) -> str:
    try:
        return path.expanduser().read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not text"
        fix = "Make it a text file that the bot's user may read"
        raise ConfigError(key, f"{path} cannot be read ({reason})", fix) from None
