"""How the program ends: its exit codes, and the one line that says why."""

from __future__ import annotations

import ctypes
import os
import resource
import subprocess
import sys

import pytest
from typer.testing import CliRunner

from bot.cli import program as program_module
from bot.cli.program import COMMANDS, main, program
from bot.storage.state import locked
from bot.vault.keys import KeyRing, new_secret


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_explains_itself(name):
    """Its help says what it does, as the list of commands does."""
    done = CliRunner().invoke(program([name]), [name, "--help"])
    assert done.exit_code == 0
    assert COMMANDS[name] in done.output


def test_the_list_names_every_command():
    """With what it is for, in full."""
    done = CliRunner().invoke(program([]), ["--help"])
    for name, summary in COMMANDS.items():
        assert f"{name} " in done.output
        assert summary in done.output


def test_new_secret_prints_a_good_one(shell):
    """On standard output, alone, so that it can be piped into a file."""
    done = shell.execute("new-secret")
    assert (done.returncode, done.stderr) == (0, "")
    assert len(KeyRing.from_text(done.stdout).keys) == 1


@pytest.mark.parametrize("words", [["runn"], ["run", "--confg", "x"], ["audit", "--since", "soon"]])
def test_wrong_use_is_2(shell, words):
    """A misspelt command or option, or a value that makes no sense."""
    done = shell.execute(*words)
    assert done.returncode == 2
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("command", ["run", "check", "users", "reseal"])
def test_a_missing_configuration_is_2(shell, command):
    """The line names the file and the command that makes one."""
    (shell.home / "config.yaml").unlink()
    line = shell.refuse(command)
    assert line.endswith("config.yaml: does not exist. `actas setup` makes one")


def test_a_wrong_configuration_is_2(shell):
    """The line names the key."""
    shell.write("homeserver: {url: http://x}")
    assert shell.refuse("run").startswith("actas: homeserver.user: is missing. ")


@pytest.mark.parametrize(
    ("secret", "problem"), [("", "is not set"), ("oops", "its first secret is not 32 bytes")]
)
def test_a_missing_or_malformed_secret_is_2(shell, secret, problem):
    """The line names ACTAS_SECRET, and the value is not in it."""
    shell.environment["ACTAS_SECRET"] = secret
    line = shell.refuse("run")
    assert line.startswith(f"actas: ACTAS_SECRET: {problem}")
    assert not secret or secret not in line
    assert not shell.state.exists()


def test_a_wrong_secret_is_2(used):
    """It is told before anything is sent anywhere."""
    used.environment["ACTAS_SECRET"] = new_secret()
    assert used.refuse("run").startswith(
        "actas: ACTAS_SECRET: is not the secret that this database"
    )


def test_a_state_directory_that_others_may_read_is_2(used):
    """The line has the command that mends it."""
    used.state.chmod(0o755)
    line = used.refuse("run")
    assert line.startswith("actas: state_dir: ")
    assert line.endswith(f"chmod 700 {used.state}")


def test_a_second_bot_in_one_state_directory_is_2(used):
    """The line names the process that holds it; that one goes on undisturbed."""
    with locked(used.state):
        line = used.refuse("run")
    assert f"Actas is already running (process {os.getpid()})" in line


def test_a_directory_is_free_again_when_its_bot_has_ended(shell):
    """The lock is the system's: no file has to be removed after a crash."""
    shell.state.mkdir(mode=0o700)
    for _ in range(2):
        with locked(shell.state):
            pass


def test_a_bug_is_1_and_shows_no_data(monkeypatch, capsys):
    """Places and kinds for the report, without the text of the error."""

    def broken(_):
        raise ValueError("hunter2")

    monkeypatch.setattr(program_module, "program", broken)
    monkeypatch.setattr(program_module, "set_up", lambda _: None)
    monkeypatch.setattr(os, "umask", lambda _: 0)
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 1
    lines = capsys.readouterr().err.splitlines()
    assert "ValueError" in lines
    assert lines[-1].startswith("actas: a bug in Actas")
    assert "hunter2" not in "\n".join(lines).replace('ValueError("hunter2")', "")


def test_a_reader_that_goes_away_is_no_bug(used):
    """`actas audit | head -1` ends quietly."""
    command = f"{sys.executable} -m bot audit | true"
    done = subprocess.run(
        ["bash", "-c", command],
        capture_output=True,
        cwd=used.home,
        env=used.environment,
        check=True,
    )
    assert done.stderr == b""


def test_the_memory_of_the_bot_is_its_own():
    """No core file is written, and other processes of its user cannot look in."""
    pid = os.fork()
    if pid == 0:  # in a child, since it cannot be taken back
        from bot.cli.hardening import forbid_core_dumps

        forbid_core_dumps()
        limits = resource.getrlimit(resource.RLIMIT_CORE)
        dumpable = ctypes.CDLL(None).prctl(3, 0, 0, 0, 0)  # PR_GET_DUMPABLE
        os._exit(0 if (limits, dumpable) == ((0, 0), 0) else 1)
    _, status = os.waitpid(pid, 0)
    assert status == 0


def test_a_wrong_configuration_is_told_without_loading_the_bot(shell):
    """Neither nio nor rich nor Alembic is imported on the way."""
    program = (
        "import sys\n"
        "sys.argv = ['actas', 'run', '--config', 'missing.yaml']\n"
        "from bot.cli import main\n"
        "try:\n"
        "    main()\n"
        "except SystemExit:\n"
        "    print(sorted({'nio', 'rich', 'alembic', 'twisted'} & set(sys.modules)))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        text=True,
        env=shell.environment,
        check=True,
    )
    assert done.stdout == "[]\n"
