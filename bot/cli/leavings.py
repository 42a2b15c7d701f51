"""Files and directories that are taken away again when what they were made for fails.

Each function adds to ``undo`` how to take back what it does; whoever wants it to stay empties
that stack with ``undo.pop_all()``.
"""

from __future__ import annotations

import os
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Final

from bot.errors import ConfigError

_STATE: Final = ("actas.db", "actas.db-wal", "actas.db-shm", "actas.db-journal", "lock")
_FIX: Final = "Name a file in a directory that you may write"


def make_directory(directory: Path, undo: ExitStack) -> None:
    """Make a directory (0755) with its parents, or see that files can be made in it.

    Raises:
        ConfigError: it cannot be made or written.
    """
    try:
        for each in reversed(_missing(directory)):
            each.mkdir()
            undo.callback(_remove_directory, each)
            each.chmod(0o755)  # whatever the umask: what is secret has a mode of its own
    except OSError as error:
        raise ConfigError(str(directory), f"cannot be made ({error.strerror})", _FIX) from None
    if not directory.is_dir():
        raise ConfigError(str(directory), "is not a directory", _FIX)
    if not os.access(directory, os.W_OK | os.X_OK):
        raise ConfigError(str(directory), "cannot be written by you", _FIX)


def write(path: Path, text: str, undo: ExitStack) -> None:
    """Write a file (0600). One that was there comes back as it was, if this is undone.

    Raises:
        ConfigError: it cannot be written.
    """
    try:
        before = path.read_bytes() if path.exists() else None
        undo.callback(_put_back, path, before)
        _replace(path, f"{text.rstrip()}\n".encode())
    except OSError as error:
        raise ConfigError(str(path), f"cannot be written ({error.strerror})", _FIX) from None


def new_state(directory: Path, undo: ExitStack) -> None:
    """Have the state that is about to be made here removed; state that is there stays."""
    if (directory / "actas.db").exists():
        return
    for each in reversed(_missing(directory)):
        undo.callback(_remove_directory, each)
    for name in _STATE:
        if not (directory / name).exists():
            undo.callback(_put_back, directory / name, None)


def see_makeable(directory: Path, key: str) -> None:
    """See that a directory could be made, without making it.

    Raises:
        ConfigError: it could not.
    """
    parent = (_missing(directory) or [directory])[-1].parent
    if not (parent.is_dir() and os.access(parent, os.W_OK | os.X_OK)):
        fix = "Give a directory that you may make"
        raise ConfigError(key, f"cannot be made in {parent}", fix)


def _missing(directory: Path) -> list[Path]:
    """The directory and its parents as far as they are not there, innermost first."""
    chain = [directory, *directory.parents]
    return [each for each in chain if not os.path.lexists(each)]


def _replace(path: Path, content: bytes) -> None:
    path.unlink(missing_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(content)


def _put_back(path: Path, before: bytes | None) -> None:
    with suppress(OSError):  # the error that led here is the one to tell
        if before is None:
            path.unlink(missing_ok=True)
        else:
            _replace(path, before)


def _remove_directory(directory: Path) -> None:
    with suppress(OSError):  # something of somebody else's is in it
        directory.rmdir()
