"""From nothing to a bot that runs, with the program alone."""

from __future__ import annotations

import asyncio
import os
import sys
from asyncio.subprocess import PIPE
from pathlib import Path

import pytest

from sandbox.bot import Outcome
from sandbox.notify import NotifySocket
from sandbox.synapse import Login, Synapse
from sandbox.world import World

PROJECT = Path(__file__).parents[2]


@pytest.fixture
async def account(homeserver: Synapse) -> Login:
    """A bot account that nobody has used yet."""
    return await homeserver.register(f"setup-{os.urandom(4).hex()}", "correct horse")


def environment(**variables: str) -> dict[str, str]:
    """What an operator's shell has, with the program on the path."""
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    return {"PATH": path, "PYTHONPATH": str(PROJECT), "LANG": "C.UTF-8", **variables}


async def execute(home: Path, *words: str, **variables: str) -> Outcome:
    """Run the program in a directory, without a terminal."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bot", *words),
        stdout=PIPE,
        stderr=PIPE,
        cwd=home,
        env=environment(**variables),
    )
    out, err = await process.communicate()
    return Outcome(process.returncode or 0, out.decode(), err.decode())


def flags(world: World, account: Login) -> list[str]:
    """A whole setup without a question, with the stand-in for Jenkins."""
    jenkins = f"--set=ci.url={world.jenkins.url}"
    services = ["--service=ci=jenkins", jenkins, "--set=ci.aliases=[j]"]
    return [f"--homeserver={world.homeserver.url}", f"--user={account.user}", *services]


def printed(outcome: Outcome, intent: str) -> str:
    """The command that setup offers for an intent."""
    [line] = [line for line in outcome.out.splitlines() if line.startswith(f"{intent}:")]
    return line.partition(":")[2].strip()


async def test_setup_ends_with_a_bot_that_starts(
    world: World, account: Login, tmp_path: Path
) -> None:
    """The commands that it prints check and start the bot; the password is needed no more."""
    tmp_path = tmp_path / "a directory with spaces"
    tmp_path.mkdir()
    done = await execute(tmp_path, "setup", *flags(world, account), ACTAS_PASSWORD="correct horse")
    assert (done.code, done.err) == (0, "")
    assert f"Logged in as {account.user}" in done.out
    for file in ("config.yaml", "actas.secret"):
        assert (tmp_path / file).stat().st_mode & 0o777 == 0o600
    assert "correct horse" not in (tmp_path / "config.yaml").read_text()

    check = await asyncio.create_subprocess_shell(
        printed(done, "Check it"), stdout=PIPE, stderr=PIPE, cwd="/", env=environment()
    )
    out, err = await check.communicate()
    assert (check.returncode, err.decode()) == (0, "")
    assert f"ok    services.ci              {world.jenkins.url} is reached" in out.decode()
    assert "ok    ACTAS_SECRET             opens the database" in out.decode()
    assert f"{world.homeserver.url} speaks Matrix" in out.decode()
    assert "FAIL" not in out.decode()

    notify = await NotifySocket.listen()
    run = await asyncio.create_subprocess_shell(
        f"exec env {printed(done, 'Start it')}",
        stdout=PIPE,
        stderr=PIPE,
        cwd="/",
        env=environment(NOTIFY_SOCKET=notify.address),
    )
    try:
        await asyncio.wait_for(notify.said("READY=1"), 30)
    finally:
        run.terminate()
        _, err = await run.communicate()
        notify.close()
    assert run.returncode == 0, err.decode()


async def test_a_refused_login_leaves_no_configuration(
    world: World, account: Login, tmp_path: Path
) -> None:
    """It can be tried again at once; the secret that was made stays."""
    refused = await execute(tmp_path, "setup", *flags(world, account), ACTAS_PASSWORD="wrong")
    assert refused.code == 2
    assert refused.err.startswith("actas: ACTAS_PASSWORD: the homeserver does not accept it")
    assert not (tmp_path / "config.yaml").exists()
    secret = (tmp_path / "actas.secret").read_text()
    done = await execute(tmp_path, "setup", *flags(world, account), ACTAS_PASSWORD="correct horse")
    assert (done.code, done.err) == (0, "")
    assert (tmp_path / "actas.secret").read_text() == secret
    again = await execute(tmp_path, "setup", *flags(world, account), ACTAS_PASSWORD="correct horse")
    assert (again.code, "exists already" in again.err) == (2, True)


async def test_a_homeserver_that_is_away_is_named(tmp_path: Path) -> None:
    """One line with the address, and nothing is left but the secret."""
    words = ["setup", "--homeserver=http://127.0.0.1:1", "--user=@actas:example.org"]
    done = await execute(tmp_path, *words, ACTAS_PASSWORD="correct horse")
    assert done.code == 2
    assert done.err.startswith("actas: --homeserver: http://127.0.0.1:1 does not let the bot in")
    assert done.err.count("\n") == 1
    assert not (tmp_path / "config.yaml").exists()
