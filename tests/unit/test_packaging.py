"""What is shipped around the program: the unit for systemd, the lock files, the metadata."""

from __future__ import annotations

import re
import shutil
import subprocess
import tomllib
from pathlib import Path

import pytest

import bot

PROJECT = Path(__file__).parents[2]
METADATA = tomllib.loads((PROJECT / "pyproject.toml").read_text())["project"]
UNIT = PROJECT / "systemd/actas.service"


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd is not installed")
def test_systemd_accepts_the_unit():
    """Without an error or a warning."""
    done = subprocess.run(
        ["systemd-analyze", "verify", UNIT], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout + done.stderr) == (0, "")


@pytest.mark.parametrize(
    "line",
    [
        "Type=notify",
        "StateDirectory=actas",
        "StateDirectoryMode=0700",
        "LoadCredential=ACTAS_SECRET:/etc/actas/secret",
        "LimitCORE=0",
        "ProtectSystem=strict",
        "NoNewPrivileges=yes",
        "RestartPreventExitStatus=2",
    ],
)
def test_the_unit_keeps_what_the_promises_rest_on(line):
    """Readiness, a private state directory, the secret as a credential, no core dumps."""
    assert line in UNIT.read_text().splitlines()


@pytest.mark.parametrize("name", ["requirements.lock", "requirements-dev.lock"])
def test_lock_files_pin_by_hash_and_name_no_address(name):
    """Every package has one version and its hashes, wherever it is fetched from."""
    text = (PROJECT / name).read_text()
    entries = re.split(r"\n(?=[a-z0-9])", text)
    for entry in entries:
        assert re.match(r"[a-z0-9._-]+(\[[a-z0-9,]+\])?==\S+", entry), entry[:80]
        assert "--hash=sha256:" in entry, entry[:80]
    assert "://" not in text
    assert "--index" not in text
    assert "--find-links" not in text


def test_lock_files_hold_every_dependency():
    """What the metadata asks for is locked, for operators and for developers."""
    extras = METADATA["optional-dependencies"]
    for_operators = [*METADATA["dependencies"], *extras["postgresql"]]
    for name, wanted in {
        "requirements.lock": for_operators,
        "requirements-dev.lock": [*for_operators, *extras["dev"]],
    }.items():
        locked = set(re.findall(r"^([a-z0-9._-]+)", (PROJECT / name).read_text(), re.MULTILINE))
        assert {re.match(r"[a-z0-9._-]+", each)[0] for each in wanted} <= locked


def test_the_program_and_its_metadata_are_of_one_version():
    """`actas --version` tells what was installed."""
    assert bot.__version__ == METADATA["version"]
