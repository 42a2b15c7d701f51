"""An operator's shell: a configuration, a secret, and the program as a process of its own."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import insert

from bot.model import Credential
from bot.secret import Secret
from bot.storage import tables
from bot.storage.database import Database
from bot.vault.keys import KeyRing, new_secret
from bot.vault.sealer import Sealer
from bot.vault.vault import Vault

PROJECT = Path(__file__).parents[3]
NOW = datetime(2026, 3, 4, 5, 6, 7, tzinfo=UTC)


@dataclass
class Shell:
    """A directory with a configuration; ``execute`` runs the program in it."""

    home: Path
    secret: str = field(default_factory=new_secret)

    def __post_init__(self):
        self.environment = {
            "PATH": os.environ["PATH"],
            "PYTHONPATH": str(PROJECT),
            "LANG": "C.UTF-8",
            "ACTAS_SECRET": self.secret,
        }
        self.write('homeserver: {url: "http://127.0.0.1:1", user: "@actas:example.org"}')

    @property
    def state(self):
        """The state directory."""
        return self.home / "state"

    def write(self, *lines):
        """Write config.yaml: these lines, and what every one has."""
        common = ["state_dir: ./state", 'access: {users: ["@*:example.org"]}']
        (self.home / "config.yaml").write_text("\n".join([*lines, *common]) + "\n")

    def install(self, name, text):
        """Leave what pip would: a package of this text; ``actas_x`` brings ``type: x``."""
        place = self.home / "installed"
        about = place / f"{name}-1.dist-info"
        about.mkdir(parents=True)
        (about / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1\n")
        kind = name.removeprefix("actas_")
        (about / "entry_points.txt").write_text(f"[actas.services]\n{kind} = {name}:SERVICE\n")
        (place / name).mkdir()
        (place / name / "__init__.py").write_text(text)
        self.environment["PYTHONPATH"] = f"{place}{os.pathsep}{PROJECT}"

    def execute(self, *words):
        """Run ``actas`` with these words."""
        command = [sys.executable, "-W", "error", "-m", "bot", *words]
        return subprocess.run(
            command,
            capture_output=True,
            text=True,
            cwd=self.home,
            env=self.environment,
            check=False,
        )

    def refuse(self, *words):
        """Run ``actas``, which must refuse: exit code 2 and one line, which is returned."""
        done = self.execute(*words)
        assert done.returncode == 2, done.stderr
        assert done.stdout == ""
        assert "Traceback" not in done.stderr
        [line] = done.stderr.splitlines()
        return line

    def fill(self):
        """Make the database as the bot does: two users, their credentials, and what ran."""
        self.state.mkdir(mode=0o700, exist_ok=True)
        asyncio.run(self._fill())

    async def _fill(self):
        sealer = Sealer(KeyRing.from_text(self.secret))
        database = await Database.open(self.state / "actas.db")
        vault = Vault(database, sealer)
        await vault.prove()
        for user, service in (("alice", "jenkins"), ("alice", "twitter"), ("bob", "jenkins")):
            secret = {"token": Secret("hunter2")}
            slot = (f"@{user}:example.org", service, "account-name", secret)
            await vault.put(Credential(*slot, identity="KEY", created=NOW))
        await vault.touch("@alice:example.org", "jenkins", NOW)
        session = ["@actas:example.org", "DEVICE", "hunter2"]
        await vault.put_value("session", json.dumps(session).encode())
        for name in ("olm_account", "published", "identity"):
            await vault.put_value(name, b"hunter2")
        async with database.transaction() as connection:
            await connection.execute(insert(tables.journal), [run(place) for place in range(3)])
            sync = {"name": "next_batch", "value": "s1"}
            await connection.execute(insert(tables.sync_state), sync)
            encrypted = {"room_id": "!room", "since": 1}
            await connection.execute(insert(tables.encrypted_room), encrypted)
        await database.close()


def run(place):
    """A row of the journal: the first two are Alice's, the last one was cut off."""
    start = round(NOW.timestamp() * 1000) + place * 60_000
    return {
        "event_id": f"$event{place}",
        "user_id": "@bob:example.org" if place == 2 else "@alice:example.org",
        "room_id": "!room:example.org",
        "service": "" if place == 0 else "jenkins",
        "command": "help" if place == 0 else "build",
        "effect": "read" if place == 0 else "write",
        "state": "interrupted" if place == 2 else "finished",
        "started_at": start,
        "finished_at": None if place == 2 else start + 1500,
    }


@pytest.fixture
def shell(tmp_path):
    """A shell in an empty directory with a configuration, before the first start."""
    return Shell(tmp_path)


@pytest.fixture
def used(shell):
    """The same, after the bot has run for a while."""
    shell.fill()
    return shell
