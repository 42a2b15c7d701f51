"""What docs/writing-a-service.md shows is built, installed and used, as it stands there."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from tests.packaged.page import PAGE, files_of

PROJECT = Path(__file__).parents[2]
CONFIG = """
homeserver: {url: "http://127.0.0.1:1", user: "@actas:example.org"}
access: {users: ["@*:example.org"]}
state_dir: ./state
"""


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    """The example as files in ``source``, and installed in ``place``."""
    home = tmp_path_factory.mktemp("written")
    source, place = home / "actas-pagerduty", home / "installed"
    files = files_of(PAGE.read_text())
    (home / "config.yaml").write_text(CONFIG + files.pop("config.yaml"))
    for name, text in files.items():
        (source / name).parent.mkdir(parents=True, exist_ok=True)
        (source / name).write_text(text)
    pip = ["pip", "install", "--quiet", "--disable-pip-version-check", "--no-index", "--no-deps"]
    run(source, *pip, "--no-build-isolation", "--target", place, source)
    return SimpleNamespace(source=source, place=place, config=home / "config.yaml")


def run(where, *words, **environment):
    """Run a module of this Python in the directory ``where``; what it prints."""
    inherited = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    done = subprocess.run(
        [sys.executable, "-m", *map(str, words)],
        capture_output=True,
        text=True,
        cwd=where,
        env=inherited | {"LANG": "C.UTF-8", **environment},
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def where_installed(written):
    """The environment in which the package is found, beside a checkout of Actas."""
    return {
        "PYTHONPATH": f"{written.place}{os.pathsep}{PROJECT}",
        "ACTAS_CASE": str(written.source / "tests/case.py"),
    }


@pytest.fixture(scope="module")
def came(written):
    """What came of it when Alice used it."""
    words = ("tests.packaged.on_stage", written.config)
    return json.loads(run(written.place, *words, **where_installed(written)))


def test_the_installed_package_is_found_and_configured(came):
    """Beside the services that come with the bot; `actas setup` asks for what it needs."""
    assert {"pagerduty", "jenkins", "twitter"} <= set(came["kinds"])
    asked, written = came["setup"]
    assert asked == "Your PagerDuty's address (such as https://acme.pagerduty.com)"
    site = "https://acme.pagerduty.com"
    assert written == {"pagerduty": {"type": "pagerduty", "site": site, "aliases": ["pd"]}}


def test_people_connect_to_it_with_their_own_token(came):
    """A wrong one is refused; with the right one the command that waited runs by itself."""
    asked, refused, _, connected, *_ = came["said"]
    assert "Make an API user token on https://acme.pagerduty.com" in asked
    assert "PagerDuty does not accept that; nothing was stored" in refused
    assert "alice@example.org on PagerDuty" in connected
    assert "1. The website is down" in connected
    assert came["removed"] == 2


def test_its_commands_run_through_the_dispatcher(came):
    """By the number of the list, too; what is wrong is said in the bot's words."""
    *_, acted, missing, malformed, gone = came["said"]
    assert acted.startswith("The website is down")
    assert acted.endswith("is acknowledged, by alice@example.org.")
    assert came["incident"]["status"] == "acknowledged"
    assert missing == "PagerDuty has no incident Q9 that alice@example.org may see."
    assert malformed.startswith("That is no incident's id. Say `!pagerduty list`")
    assert "Delete the token on https://acme.pagerduty.com" in gone


def test_it_keeps_to_what_every_service_keeps_to(written):
    """By the suite over all services, which is then about this one alone."""
    suite = PROJECT / "tests/contracts/test_every_service.py"
    words = ("pytest", "-q", "-p", "no:cacheprovider", "-k", "pagerduty", suite)
    assert " passed" in run(PROJECT, *words, **where_installed(written))


def test_it_is_as_strictly_typed_as_the_bot(written):
    """Its handlers and its service fit the contract."""
    cache = written.config.with_name("types")
    words = ("mypy", "--strict", "--cache-dir", cache, "--config-file", os.devnull)
    run(written.source, *words, "actas_pagerduty", MYPYPATH=str(PROJECT))


def test_it_is_in_the_style_of_the_bot(written):
    """To the rules and in the format of the bot's own code."""
    config = PROJECT / "pyproject.toml"
    run(written.source, "ruff", "check", "--no-cache", "--config", config, ".")
    run(written.source, "ruff", "format", "--no-cache", "--check", "--config", config, ".")
