"""From nothing to a bot that runs, with the program alone."""

from __future__ import annotations

import asyncio
import sys
from asyncio.subprocess import PIPE
from pathlib import Path

from sandbox.bot import Outcome
from sandbox.notify import NotifySocket
from sandbox.synapse import Login
from sandbox.world import World
from tests.e2e.shell import PASSWORD, call, environment, execute, flags, left
from tests.terminal import Terminal

_ENDED = (
    "the homeserver has ended the bot's login (HTTP 401 M_UNKNOWN_TOKEN). "
    "Start once with ACTAS_PASSWORD set, or ACTAS_ACCESS_TOKEN with ACTAS_DEVICE_ID"
)


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
    done = await execute(tmp_path, "setup", *flags(world, account), ACTAS_PASSWORD=PASSWORD)
    assert (done.code, done.err) == (0, "")
    assert f"Logged in as {account.user}" in done.out
    script = Path(sys.executable).with_name("actas")
    assert f" {script} check --config " in printed(done, "Check it")
    for file in ("config.yaml", "actas.secret"):
        assert (tmp_path / file).stat().st_mode & 0o777 == 0o600
    assert PASSWORD not in (tmp_path / "config.yaml").read_text()

    check = await asyncio.create_subprocess_shell(
        printed(done, "Check it"), stdout=PIPE, stderr=PIPE, cwd="/", env=environment()
    )
    out, err = await check.communicate()
    assert (check.returncode, err.decode()) == (0, "")
    assert f"ok    services.ci              {world.jenkins.url} is reached" in out.decode()
    assert "ok    ACTAS_SECRET             opens the database" in out.decode()
    assert f"{world.homeserver.url} speaks Matrix" in out.decode()
    assert f"ok    login                    works: {account.user}" in out.decode()
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


async def test_a_refused_login_leaves_nothing(world: World, account: Login, tmp_path: Path) -> None:
    """It can be tried again at once."""
    words = ("setup", *flags(world, account))
    refused = await execute(tmp_path, *words, ACTAS_PASSWORD="wrong")
    assert refused.code == 2
    assert refused.err.startswith("actas: ACTAS_PASSWORD: the homeserver does not accept it")
    assert left(tmp_path) == []
    done = await execute(tmp_path, *words, ACTAS_PASSWORD=PASSWORD)
    assert (done.code, done.err) == (0, "")
    again = await execute(tmp_path, *words, ACTAS_PASSWORD=PASSWORD)
    assert (again.code, "exists already" in again.err) == (2, True)


async def test_a_refused_password_is_asked_for_again(
    world: World, account: Login, tmp_path: Path
) -> None:
    """In a terminal; all other answers stand."""
    words = ("setup", *flags(world, account), "--state-dir=s", "--allow=@*:x", "--admin=@a:x")

    def type_it() -> tuple[int, str]:
        with Terminal.open(tmp_path, environment(), *words) as terminal:
            for password in ("wrong", "wrong again", PASSWORD):
                terminal.answer_unseen(f"Password of {account.user}", password)
            return terminal.end(), terminal.shown

    code, shown = await asyncio.to_thread(type_it)
    assert code == 0, shown
    assert shown.count("does not accept it (HTTP 403 M_FORBIDDEN)") == 2
    assert left(tmp_path)[:3] == ["actas.db", "actas.secret", "config.yaml"]


async def test_a_password_is_asked_for_three_times(
    world: World, account: Login, tmp_path: Path
) -> None:
    """Then setup ends, and leaves nothing."""
    words = ("setup", *flags(world, account), "--state-dir=s", "--allow=@*:x", "--admin=@a:x")

    def type_it() -> tuple[int, str]:
        with Terminal.open(tmp_path, environment(), *words) as terminal:
            for _ in range(3):
                terminal.answer_unseen(f"Password of {account.user}", "wrong")
            return terminal.end(), terminal.shown

    code, shown = await asyncio.to_thread(type_it)
    assert code == 2
    assert shown.splitlines()[-1].startswith("actas: ACTAS_PASSWORD: ")
    assert left(tmp_path) == []


async def test_an_account_with_another_identity_is_left_as_it_was(
    world: World, account: Login, tmp_path: Path
) -> None:
    """The login that found it out is ended, and nothing of it stays."""
    first, second = tmp_path / "first", tmp_path / "second"
    first.mkdir()
    second.mkdir()
    words = ("setup", *flags(world, account))
    assert (await execute(first, *words, ACTAS_PASSWORD=PASSWORD)).code == 0
    refused = await execute(second, *words, ACTAS_PASSWORD=PASSWORD)
    assert refused.code == 2
    assert "already has a cross-signing identity" in refused.err
    assert left(second) == []
    assert len(await devices(world, account)) == 2  # of the account's making, and of the first bot


async def test_a_login_that_was_ended_is_told_with_how_to_get_a_new_one(
    world: World, account: Login, tmp_path: Path
) -> None:
    """By ``check``, and by what needs the account, in the same words."""
    words = ("setup", *flags(world, account))
    done = await execute(tmp_path, *words, ACTAS_PASSWORD=PASSWORD)
    device = done.out.split("with the device ")[1].split(".")[0]
    secret = {"ACTAS_SECRET": f"file:{tmp_path}/actas.secret"}
    check = await execute(tmp_path, "check", **secret)
    assert f"works: {account.user} on the device {device}" in check.out
    await end_all(world, account)
    check = await execute(tmp_path, "check", **secret)
    assert check.code == 1
    (found,) = [line for line in check.out.splitlines() if line.startswith("FAIL  login ")]
    assert found.endswith(_ENDED)
    made = await execute(tmp_path, "setup", "--recovery-key", **secret)
    assert made.code == 2
    assert made.err == f"actas: homeserver.user: {_ENDED}\n"


async def devices(world: World, account: Login) -> list[str]:
    """The account's devices."""
    found = await call(world, account, "GET", "devices")
    return [each["device_id"] for each in found["devices"]]


async def end_all(world: World, account: Login) -> None:
    """End every login of the account."""
    await call(world, account, "POST", "logout/all", {})


async def test_a_homeserver_that_is_away_is_named(tmp_path: Path) -> None:
    """One line with the address, and nothing is left."""
    words = ["setup", "--homeserver=http://127.0.0.1:1", "--user=@actas:example.org"]
    done = await execute(tmp_path, *words, ACTAS_PASSWORD=PASSWORD)
    assert done.code == 2
    assert done.err.startswith("actas: --homeserver: http://127.0.0.1:1 does not let the bot in")
    assert done.err.count("\n") == 1
    assert left(tmp_path) == []
