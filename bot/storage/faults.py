"""What keeps a database from being read or written, in words for the operator.

Whatever else a driver raises is a bug of this program's, and stays as it is.
"""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Final

from sqlalchemy.exc import DBAPIError

from bot.errors import StorageError

_DAMAGED: Final = ("is damaged", "Restore a backup; `actas doctor` says how bad it is")
_SQLITE: Final = {
    sqlite3.SQLITE_FULL: ("cannot be written: the disk is full", "Make room on it"),
    sqlite3.SQLITE_READONLY: ("is read-only", "Let the bot's user write it and its directory"),
    sqlite3.SQLITE_CANTOPEN: (
        "cannot be opened or written",
        "Let the bot's user write it and its directory",
    ),
    sqlite3.SQLITE_PERM: ("may not be used", "Let the bot's user write it and its directory"),
    sqlite3.SQLITE_IOERR: (
        "cannot be read or written: the disk is full, or it fails",
        "See that it has room and is whole",
    ),
    sqlite3.SQLITE_CORRUPT: _DAMAGED,
    sqlite3.SQLITE_NOTADB: ("is no database", "Restore a backup, or name another state_dir"),
    sqlite3.SQLITE_BUSY: ("is held by another process", "See that it ends"),
}
_POSTGRESQL: Final = ("08", "25", "53", "57", "58")  # classes of SQLSTATE: away, read-only, full, …


def sqlite_fault(path: Path, error: Exception) -> StorageError | None:
    """Why the file does not work; None where it is not the file's fault."""
    cause = error.orig if isinstance(error, DBAPIError) else error
    code = getattr(cause, "sqlite_errorcode", None)
    if not isinstance(code, int) or code & 0xFF not in _SQLITE:
        return None
    problem, fix = _SQLITE[code & 0xFF]
    return StorageError(f"{path} {problem}", fix)


def damage(path: Path, what: str) -> StorageError:
    """The file is not whole; ``what`` was found."""
    _, fix = _DAMAGED
    return StorageError(f"{path} is damaged ({what})", fix)


def postgresql_fault(error: Exception) -> StorageError | None:
    """Why the server does not work; None where it is not the server's fault.

    Only the kind of the error is told: its text may show the address, and with it a password.
    """
    cause = getattr(error, "orig", None) or error
    state = getattr(cause, "sqlstate", None) or ""
    lost = isinstance(error, OSError) or getattr(error, "connection_invalidated", False)
    if not lost and not state.startswith(_POSTGRESQL):
        return None
    kind = type(cause.__cause__ or cause).__name__
    return StorageError(f"the server cannot be used ({kind})", "See that it runs and has room")
