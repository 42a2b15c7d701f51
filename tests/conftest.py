"""What all tests share: databases, the world, and the strict mode."""

from __future__ import annotations

import os
import uuid

import pytest
from hypothesis import settings

from bot.secret import Secret
from bot.storage.database import Database
from bot.vault.keys import KeyRing, new_secret
from bot.vault.sealer import Sealer
from tests.postgresql import PostgresqlServer, find_binaries

STRICT = os.environ.get("ACTAS_STRICT", "") not in {"", "0"}

# How long one example takes says more about the machine than about the code. Where nobody is there
# to run it again, the examples are the same every time; what a developer finds can be repeated.
settings.register_profile("actas", deadline=None, print_blob=True)
settings.register_profile("ci", deadline=None, derandomize=True, database=None)
settings.load_profile("ci" if STRICT else "actas")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    """With ACTAS_STRICT=1 a test that could not run is a failure."""
    return _strict((yield))


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(collector):
    """With ACTAS_STRICT=1 a file that could not be collected is a failure."""
    return _strict((yield))


def _strict(report):
    if STRICT and report.skipped:
        report.outcome = "failed"
        report.longrepr = f"skipped, which ACTAS_STRICT=1 does not allow: {report.longrepr}"
    return report


@pytest.fixture(scope="session")
def postgresql():
    """The URL of a PostgreSQL server of our own, on a socket in a temporary directory."""
    binaries = find_binaries()
    if binaries is None:
        pytest.skip("PostgreSQL is not installed")
    with PostgresqlServer(binaries) as server:
        yield Secret(server.url)


@pytest.fixture(params=["sqlite", "postgresql"])
def target(request, tmp_path):
    """Where a database may be, as arguments of Database.open."""
    if request.param == "sqlite":
        return {"target": tmp_path / "actas.db"}
    user = f"@actas-{uuid.uuid4().hex[:8]}:example.org"
    return {"target": request.getfixturevalue("postgresql"), "user": user}


@pytest.fixture
async def database(target):
    """An empty database at the newest schema, once SQLite and once PostgreSQL."""
    database = await Database.open(**target)
    yield database
    await database.close()


@pytest.fixture
async def sqlite(tmp_path):
    """An empty SQLite database at the newest schema, in ``tmp_path / "actas.db"``."""
    database = await Database.open(tmp_path / "actas.db")
    yield database
    await database.close()


@pytest.fixture(scope="session")
async def world(tmp_path_factory):
    """One world for all end-to-end tests and attacks; see :mod:`sandbox.world`."""
    from sandbox.world import World  # a homeserver's worth of imports

    async with World.open(tmp_path_factory.mktemp("world")) as world:
        yield world


@pytest.fixture
def sealer():
    """A sealer with a key of its own."""
    return Sealer(KeyRing.from_text(new_secret()))
