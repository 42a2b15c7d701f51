"""``actas run``."""

from __future__ import annotations

from importlib import import_module
from typing import Final

from bot.cli.hardening import forbid_core_dumps
from bot.cli.options import DEFAULT_CONFIG, ConfigFile
from bot.lean import hidden, importing

_DRIVERS: Final = ("psycopg2", "psycopg2cffi", "psycopg", "pymysql", "MySQLdb")


def run(config: ConfigFile = DEFAULT_CONFIG) -> None:
    """Run the bot until SIGTERM or SIGINT."""
    forbid_core_dumps()
    with importing():
        leave_out()
        from bot.cli.serving import serve
    serve(config)


def leave_out() -> None:
    """See that what the bot does not use is not imported by what it does use."""
    with hidden(*_DRIVERS):
        import_module("peewee")  # comes with nio, whose own store is not used here
    with hidden("cffi"):
        import_module("Crypto.Cipher.AES")  # comes with nio as well, and manages with ctypes
    from bot.storage.lean import without_orm

    without_orm()
