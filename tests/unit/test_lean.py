"""Importing less: what is left out, and that nothing breaks for those who want it."""

from __future__ import annotations

import subprocess
import sys
from importlib import import_module

import pytest

from bot.lean import hidden


def execute(program):
    """What a program prints, in a Python of its own."""
    command = [sys.executable, "-W", "error", "-c", program]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()


def test_what_is_hidden_can_be_imported_afterwards():
    """And what was imported before stays."""
    sys.modules.pop("colorsys", None)
    with hidden("colorsys", "json"):
        assert import_module("json")
        with pytest.raises(ImportError):
            import_module("colorsys")
    assert import_module("colorsys")


def test_the_bot_is_imported_without_what_it_does_not_use():
    """Neither the ORM nor drivers of databases nor what draws, over all parts of it."""
    program = (
        "import sys, bot.cli\n"
        "from bot.cli.run import leave_out\n"
        "leave_out()\n"
        "import bot.cli.serving, bot.app, bot.storage.sqlite\n"
        "from bot.services import discover\n"
        "discover()\n"
        "unwanted = {'sqlalchemy.orm', 'sqlalchemy.dialects.postgresql', 'psycopg2', 'asyncpg',"
        " 'alembic', 'pycparser', 'rich', 'twisted'}\n"
        "print(sorted(unwanted & set(sys.modules)))\n"
    )
    assert execute(program) == "[]"


def test_whoever_wants_the_orm_gets_it():
    """A service of another package may use SQLAlchemy as a whole."""
    program = (
        "from bot.storage.lean import without_orm\n"
        "without_orm()\n"
        "from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession\n"
        "import sqlalchemy.ext.asyncio as whole\n"
        "from sqlalchemy.ext.asyncio import engine\n"
        "assert AsyncConnection is engine.AsyncConnection is whole.AsyncConnection\n"
        "print(AsyncSession.__name__, whole.async_sessionmaker.__name__)\n"
    )
    assert execute(program) == "AsyncSession async_sessionmaker"


def test_garbage_is_collected_again_afterwards():
    """Also when an import fails."""
    program = (
        "import gc\n"
        "from bot.lean import importing\n"
        "try:\n"
        "    with importing():\n"
        "        assert not gc.isenabled()\n"
        "        import no_such_module\n"
        "except ImportError:\n"
        "    print(gc.isenabled())\n"
    )
    assert execute(program) == "True"
