"""An operator's shell: the program in a directory, without a terminal."""

from __future__ import annotations

import os
import sys
from asyncio.subprocess import PIPE, Process, create_subprocess_exec
from pathlib import Path

import aiohttp

from sandbox.bot import Outcome
from sandbox.device import Device
from sandbox.process import die_with
from sandbox.signing import Identity, Json
from sandbox.synapse import Login
from sandbox.world import World

PROJECT = Path(__file__).parents[2]
PASSWORD = "correct horse"


def environment(**variables: str) -> dict[str, str]:
    """What the shell has, with the program on the path."""
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    return {"PATH": path, "PYTHONPATH": str(PROJECT), "LANG": "C.UTF-8", **variables}


async def launch(home: Path, *words: str, **variables: str) -> Process:
    """Start the program in a directory, and do not wait for it."""
    return await create_subprocess_exec(
        *(sys.executable, "-m", "bot", *words),
        stdout=PIPE,
        stderr=PIPE,
        cwd=home,
        env=environment(**variables),
        preexec_fn=die_with(os.getpid()),
    )


async def execute(home: Path, *words: str, **variables: str) -> Outcome:
    """Run the program in a directory to its end."""
    process = await launch(home, *words, **variables)
    out, err = await process.communicate()
    return Outcome(process.returncode or 0, out.decode(), err.decode())


def complaint(outcome: Outcome) -> str:
    """The line that it ended with, for something that the operator has to mend."""
    assert outcome.code == 2, outcome.err
    assert "Traceback" not in outcome.err
    return outcome.err.splitlines()[-1]


def flags(world: World, account: Login) -> list[str]:
    """A whole setup without a question, with the stand-in for Jenkins."""
    jenkins = f"--set=ci.url={world.jenkins.url}"
    services = ["--service=ci=jenkins", jenkins, "--set=ci.aliases=[j]"]
    return [f"--homeserver={world.homeserver.url}", f"--user={account.user}", *services]


def left(home: Path) -> list[str]:
    """What is in a directory."""
    return sorted(path.name for path in home.rglob("*"))


async def call(
    world: World, account: Login, method: str, path: str, body: Json | None = None
) -> Json:
    """Ask the homeserver as the account's first login."""
    url = f"{world.homeserver.url}/_matrix/client/v3/{path}"
    headers = {"Authorization": f"Bearer {account.token}"}
    async with (
        aiohttp.ClientSession(headers=headers) as http,
        http.request(method, url, json=body) as answer,
    ):
        found: Json = await answer.json()
        return found


async def shown(world: World, account: Login) -> Json:
    """What the homeserver shows of an account: its identity and its devices' keys."""
    return await call(world, account, "POST", "keys/query", {"device_keys": {account.user: []}})


def master(answer: Json, user: str) -> str:
    """The public master key in that."""
    (key,) = answer["master_keys"][user]["keys"].values()
    return str(key)


async def upload_identity(world: World, account: Login, identity: Identity) -> None:
    """Give the account this identity, as another client may do."""
    device = Device(world.homeserver.url, account, identity)
    try:
        await device.publish_identity(identity, account.password)
    finally:
        await device.close()
