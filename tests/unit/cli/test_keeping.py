"""What an operator does with the database: reseal it, and back it up."""

from __future__ import annotations

import asyncio
import sqlite3
from contextlib import closing

import pytest

from bot.secret import Secret
from bot.storage import tables
from bot.storage.backup import DEVICE_TABLES
from bot.storage.database import Database
from bot.vault.keys import KeyRing, new_secret
from bot.vault.sealer import Sealer
from bot.vault.vault import Vault


def token(path, secret):
    """Alice's token in a database."""

    async def read():
        database = await Database.open(path)
        try:
            vault = Vault(database, Sealer(KeyRing.from_text(secret)))
            return (await vault.get("@alice:example.org", "jenkins")).fields["token"]
        finally:
            await database.close()

    return asyncio.run(read())


def test_reseal_makes_the_old_secret_needless(used):
    """Rotation as the operator does it: new in front, reseal, old one out."""
    new = new_secret()
    used.environment["ACTAS_SECRET"] = f"{new},{used.secret}"
    done = used.execute("reseal")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("11 values sealed again")
    assert token(used.state / "actas.db", new) == Secret("hunter2")
    used.environment["ACTAS_SECRET"] = used.secret
    assert used.refuse("reseal").startswith("actas: ACTAS_SECRET: is not the secret")


def test_reseal_says_what_it_could_not_open(used):
    """And ends with 1, so that nobody takes the old secret out on its word."""
    with closing(sqlite3.connect(used.state / "actas.db")) as database:
        database.execute("UPDATE credential SET service = 'moved' WHERE service = 'twitter'")
        database.commit()
    used.environment["ACTAS_SECRET"] = f"{new_secret()},{used.secret}"
    done = used.execute("reseal")
    assert done.returncode == 1
    assert done.stderr == "actas: 2 values open with none of the secrets.\n"


def rows(path, query):
    with closing(sqlite3.connect(path)) as database:
        return database.execute(query).fetchall()


def test_a_backup_opens_with_the_same_secret(used):
    """Credentials and journal are in it; it is its owner's only, and one file."""
    done = used.execute("backup", "copy.db")
    assert (done.returncode, done.stderr) == (0, "")
    copy = used.home / "copy.db"
    assert copy.stat().st_mode & 0o777 == 0o600
    assert sorted(path.name for path in used.home.glob("copy*")) == ["copy.db"]
    assert rows(copy, "SELECT count(*) FROM journal") == [(3,)]
    assert token(copy, used.secret) == Secret("hunter2")


def test_a_backup_leaves_the_device_out(used):
    """Neither its session nor its keys nor its place in the sync can come back from a copy."""
    used.execute("backup", "copy.db")
    copy = used.home / "copy.db"
    names = {name for (name,) in rows(copy, "SELECT name FROM sealed_value")}
    assert names == {"canary", "identity"}
    assert rows(copy, "SELECT * FROM sync_state") == []
    assert rows(copy, "SELECT * FROM encrypted_room") == [("!room", 1)]
    original = used.state / "actas.db"
    [(sealed,)] = rows(original, "SELECT sealed FROM sealed_value WHERE name = 'olm_account'")
    assert sealed not in copy.read_bytes()


def test_every_table_is_kept_or_left_out_on_purpose():
    """A new table has to be thought about: does it belong to the device?"""
    kept = {
        "credential", "sealed_value", "identity_pin", "inbox", "journal", "following",
            "encrypted_room",
        "room_state",
    }  # fmt: skip
    assert {table.name for table in tables.metadata.sorted_tables} == kept | set(DEVICE_TABLES)


def test_a_backup_is_made_while_the_bot_runs(used):
    """What is being written meanwhile does not stop it."""
    with closing(sqlite3.connect(used.state / "actas.db", isolation_level=None)) as bot:
        bot.execute("BEGIN")
        bot.execute("SELECT * FROM journal").fetchall()
        assert used.execute("backup", "copy.db").returncode == 0


def test_a_backup_replaces_nothing(used):
    """A file that is there stays as it is."""
    (used.home / "copy.db").write_text("mine")
    assert used.refuse("backup", "copy.db") == "actas: copy.db: exists already. Name another file"
    assert (used.home / "copy.db").read_text() == "mine"


@pytest.mark.parametrize("name", ["missing/copy.db", "."])
def test_a_backup_that_cannot_be_written_is_told(used, name):
    """By the name it was given."""
    assert used.refuse("backup", name).startswith(f"actas: {name}: ")


def test_a_backup_of_postgresql_is_left_to_postgresql(used):
    """The line names its tool."""
    used.write(
        'homeserver: {url: "http://127.0.0.1:1", user: "@actas:example.org"}',
        "database: postgresql:///actas",
    )
    assert "Use pg_dump" in used.refuse("backup", "copy.db")
