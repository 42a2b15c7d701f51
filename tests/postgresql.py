"""A PostgreSQL server for the tests, in a temporary directory, on a socket only."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Self

_OPTIONS = "-c listen_addresses= -c fsync=off -c full_page_writes=off -c max_connections=50"


def find_binaries() -> Path | None:
    """The directory of ``initdb`` and ``pg_ctl``; None where PostgreSQL is not installed."""
    if found := shutil.which("initdb"):
        return Path(found).resolve().parent
    versions = Path("/usr/lib/postgresql").glob("*/bin/initdb")  # Debian keeps them off the path
    return max((path.parent for path in versions), default=None)


class PostgresqlServer:
    """Runs while the ``with`` block does; ``url`` reaches it as its superuser."""

    def __init__(self, binaries: Path) -> None:
        self._binaries = binaries
        self._home = Path(tempfile.mkdtemp(prefix="actas-pg-"))
        self._data = self._home / "data"
        self.url = f"postgresql://postgres@/postgres?host={self._home}"

    def __enter__(self) -> Self:
        if os.geteuid() == 0:  # the server refuses to run as root
            account = pwd.getpwnam("postgres")
            os.chown(self._home, account.pw_uid, account.pw_gid)
        self._run("initdb", "-D", self._data, "-A", "trust", "-U", "postgres", "--no-sync")
        log = self._home / "log"
        self._pg_ctl("start", "-l", log, "-o", f"-k {self._home} {_OPTIONS}")
        return self

    def __exit__(self, *_: object) -> None:
        self._pg_ctl("stop", "-m", "immediate")
        shutil.rmtree(self._home)

    def _pg_ctl(self, *arguments: str | Path) -> None:
        self._run("pg_ctl", "-D", self._data, "-w", *arguments)

    def _run(self, program: str, *arguments: str | Path) -> None:
        as_postgres = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
        command = [*as_postgres, self._binaries / program, *arguments]
        # Output goes to a file: a pipe would be held open by the server for as long as it runs.
        with tempfile.TemporaryFile() as output:
            done = subprocess.run(command, stdout=output, stderr=output, cwd="/", check=False)
            if done.returncode:
                output.seek(0)
                raise RuntimeError(f"{program} failed:\n{output.read().decode()}")
