"""A copy of the database that may be put back.

The copy holds what people gave, what ran, and the bot's identity; it leaves out the bot's device. A
device put back from an older copy would encrypt with keys that it has already used, and whoever
recorded both messages could read them. A restored bot therefore logs in as a new device, signed by
the same identity.
"""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Final

from bot.errors import ConfigError

DEVICE_TABLES: Final = (
    "olm_session",
    "inbound_session",
    "outbound_session",
    "device_list",
    "megolm_index",
    "sync_state",
)
DEVICE_VALUES: Final = ("session", "olm_account", "published")


def back_up(database: Path, copy: Path) -> int:
    """Write a copy (0600), also while the bot runs; returns its size in bytes.

    Raises:
        ConfigError: the copy exists already, cannot be written, or did not come out whole.
    """
    try:
        os.close(os.open(copy, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600))
    except FileExistsError:
        raise ConfigError(str(copy), "exists already", "Name another file") from None
    except OSError as error:
        problem = f"cannot be written ({error.strerror})"
        raise ConfigError(str(copy), problem, "Name a file in a directory you may write") from None
    try:
        with closing(sqlite3.connect(database)) as source, closing(sqlite3.connect(copy)) as target:
            source.backup(target)
            _leave_out_device(target)
    except sqlite3.Error as error:
        copy.unlink()
        problem = f"could not be written ({error})"
        raise ConfigError(str(copy), problem, "See that the disk has room, and try again") from None
    return copy.stat().st_size


def _leave_out_device(target: sqlite3.Connection) -> None:
    target.execute("PRAGMA journal_mode = DELETE").fetchall()  # one file, nothing beside it
    with target:
        for table in DEVICE_TABLES:
            target.execute(f"DELETE FROM {table}")  # noqa: S608  # our own constants
        target.executemany(
            "DELETE FROM sealed_value WHERE name = ?", [(name,) for name in DEVICE_VALUES]
        )
    target.execute("VACUUM")
    [(verdict,)] = target.execute("PRAGMA integrity_check(1)").fetchall()
    if verdict != "ok":
        raise sqlite3.DatabaseError(verdict)
