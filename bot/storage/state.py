"""The state directory: one process's own, and nobody else's to read."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from bot.errors import ConfigError

CONTROL: Final = "control.sock"
"""The name of the running bot's socket (see ``control``)."""

_KEY: Final = "state_dir"


def prepare(directory: Path) -> None:
    """Make the directory (0700), or see that it is safe as it is.

    Raises:
        ConfigError: it cannot be made, is somebody else's, or others may read it.
    """
    try:
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        status = directory.stat()
    except OSError as error:
        problem = f"{directory} cannot be made ({error.strerror})"
        raise ConfigError(_KEY, problem, "Make it, owned by the bot's user") from None
    if status.st_uid != os.geteuid():
        problem = f"{directory} belongs to another user"
        raise ConfigError(_KEY, problem, "Run Actas as its owner, or chown it to the bot's user")
    if status.st_mode & 0o077:
        problem = f"{directory} may be read by other users of this machine"
        raise ConfigError(_KEY, problem, f"chmod 700 {directory}")


@contextmanager
def locked(directory: Path) -> Iterator[None]:
    """Hold the directory for this process; the system lets go of it when the process ends.

    Raises:
        ConfigError: another process holds it, or nothing can be written there.
    """
    try:
        descriptor = os.open(
            directory / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600
        )
    except OSError as error:
        raise _unwritable(directory, error) from None
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            process = os.read(descriptor, 20).decode(errors="replace").strip() or "unknown"
            problem = f"{directory} is in use: Actas is already running (process {process})"
            fix = "Stop that one first, or give this bot a directory of its own"
            raise ConfigError(_KEY, problem, fix) from None
        try:
            os.truncate(descriptor, 0)
            os.write(descriptor, f"{os.getpid()}\n".encode())
        except OSError as error:
            raise _unwritable(directory, error) from None
        yield
    finally:
        os.close(descriptor)


def _unwritable(directory: Path, error: OSError) -> ConfigError:
    problem = f"{directory} cannot be written ({error.strerror})"
    return ConfigError(_KEY, problem, "Let the bot's user write it, and see that the disk has room")


@contextmanager
def control_address(directory: Path) -> Iterator[str]:
    """The address of the running bot's socket, while the block runs.

    By way of a descriptor, since an address may be no longer than 107 bytes and a path may.
    """
    descriptor = os.open(directory, os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        yield f"/proc/self/fd/{descriptor}/{CONTROL}"
    finally:
        os.close(descriptor)
