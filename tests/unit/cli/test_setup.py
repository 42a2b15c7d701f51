"""Setting up: what is asked, what is written, and what never stands in a flag."""

from __future__ import annotations

import os
import pty
import select
import subprocess
import sys
import termios
import time

import pytest
import yaml

from bot.cli.asking import Asker
from bot.cli.service_form import fill
from bot.cli.sheet import Sheet
from bot.config import load
from bot.errors import ConfigError
from bot.plugin import SecretValue, Settings
from bot.secret import Secret

PASSWORD = "correct horse"


class FakeSettings(Settings):
    """What a service of another package may ask for."""

    url: str
    app_key: SecretValue
    timeout: int = 15


class Fake:
    """A kind of service that setup has never heard of."""

    kind = "fake"
    settings = FakeSettings


KINDS = {"fake": Fake()}
SILENT = Asker(interactive=False)


def test_a_service_is_set_up_from_its_settings_alone(monkeypatch):
    """Flags give values; a secret comes from the environment and goes into a file."""
    monkeypatch.setenv("CI_APP_KEY", "hunter2")
    given = ["ci.url=https://ci.example.org", "ci.timeout=5", "ci.aliases=[j, build]"]
    form = fill(SILENT, KINDS, ["ci=fake"], given)
    assert form.services == {
        "ci": {
            "type": "fake",
            "url": "https://ci.example.org",
            "timeout": 5,
            "aliases": ["j", "build"],
            "app_key": "file:ci-app-key",
        }
    }
    assert form.files == {"ci-app-key": Secret("hunter2")}


def test_a_secret_may_stay_where_it_is():
    """A reference is written as it was given, and no file is made."""
    given = ["fake.url=x", "fake.app_key=env:APP_KEY"]
    form = fill(SILENT, KINDS, ["fake"], given)
    assert form.services["fake"]["app_key"] == "env:APP_KEY"
    assert form.files == {}


@pytest.mark.parametrize(
    ("wanted", "given", "key"),
    [
        (["fak"], [], "--service fak"),
        (["fake"], [], "--set fake.url=…"),
        (["fake"], ["fake.url=x"], "FAKE_APP_KEY"),
        (["fake"], ["fake.url=x", "fake.app_key=hunter2"], "--set fake.app_key"),
        ([], ["fake.url=x"], "--set fake"),
        (["fake"], ["url=x"], "--set url"),
        (["fake"], ["fake.url"], "--set fake.url"),
    ],
)
def test_what_is_missing_or_wrong_is_told_by_its_flag(wanted, given, key):
    """Without a terminal nothing is asked; a secret in a flag is refused and not repeated."""
    with pytest.raises(ConfigError) as caught:
        fill(SILENT, KINDS, wanted, given)
    assert caught.value.key == key
    assert "hunter2" not in str(caught.value)


@pytest.mark.parametrize(
    "text", ["plain", "no", "a: b", "#x", "it's", 'say "x"', "ünï 🙂", "!x", "a\nb"]
)
def test_the_written_configuration_says_what_was_answered(tmp_path, text):
    """Whatever it was, it comes back from YAML as it is, and the file loads."""
    sheet = Sheet(
        url="http://localhost:8008",
        user="@actas:example.org",
        state_dir="./state",
        database=None,
        users=["@*:example.org"],
        admins=["@ops:example.org"],
        services={"ci": {"type": "fake", "url": text, "app_key": text}},
    )
    path = tmp_path / "config.yaml"
    path.write_text(sheet.text())
    config = load(path, KINDS)
    assert config.services["ci"].settings.url == text
    assert config.access.admins == ("@ops:example.org",)
    assert yaml.safe_load(sheet.text())["commands"]["confirm"] == []


class Terminal:
    """A terminal with `actas setup` in it."""

    def __init__(self, shell):
        self._ours, theirs = pty.openpty()
        shell.environment.pop("ACTAS_SECRET")
        self.process = subprocess.Popen(
            [sys.executable, "-m", "bot", "setup", "--config", "new.yaml"],
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            cwd=shell.home,
            env=shell.environment,
        )
        os.close(theirs)
        self.shown = ""

    def answer(self, question, text):
        """Wait for a question that was not answered yet, and answer it."""
        place = len(self.shown)
        while question not in self.shown[place:]:
            assert self._read(), f"{question!r} was not asked after {self.shown!r}"
        os.write(self._ours, f"{text}\n".encode())

    def answer_unseen(self, question, text):
        """The same for a secret, once the terminal shows no more what is typed.

        What was typed earlier is thrown away, as with every password prompt.
        """
        while question not in self.shown:
            assert self._read(), f"{question!r} was not asked after {self.shown!r}"
        deadline = time.monotonic() + 20
        while termios.tcgetattr(self._ours)[3] & termios.ECHO:
            assert time.monotonic() < deadline, "what is typed would be shown"
            select.select([], [], [], 0.01)
        os.write(self._ours, f"{text}\n".encode())

    def close(self):
        """Read to the end and return the exit code."""
        while self._read():
            pass
        os.close(self._ours)
        return self.process.wait(timeout=20)

    def _read(self):
        """Read what is shown next; False at the end, or when nothing comes."""
        readable, _, _ = select.select([self._ours], [], [], 20)
        try:
            more = os.read(self._ours, 4096) if readable else b""
        except OSError:  # that is how a terminal says that nobody is on the other side any more
            more = b""
        self.shown += more.decode()
        return bool(more)


def test_setup_asks_for_everything_in_a_terminal(shell):
    """Answers or defaults; passwords and keys are not shown. Here the homeserver is away."""
    terminal = Terminal(shell)
    terminal.answer("Homeserver", "http://127.0.0.1:1")
    terminal.answer("Matrix id", "@actas:example.org")
    terminal.answer("jenkins?", "y")
    terminal.answer("twitter?", "n")
    terminal.answer("url", "https://ci.example.org")
    terminal.answer("other words", "j")
    terminal.answer("database", "")
    terminal.answer("talk to it", "")
    terminal.answer("administer", "@ops:example.org")
    terminal.answer_unseen("Password of @actas:example.org", PASSWORD)
    assert terminal.close() == 2
    assert "http://127.0.0.1:1 does not let the bot in" in terminal.shown
    assert PASSWORD not in terminal.shown
    assert (shell.home / "actas.secret").stat().st_mode & 0o777 == 0o600
    assert not (shell.home / "new.yaml").exists()


def test_setup_without_a_terminal_names_the_flag_that_is_missing(shell):
    """It never waits for an answer that cannot come."""
    line = shell.refuse("setup", "--config", "new.yaml")
    assert line.startswith("actas: --user: is missing. ")
