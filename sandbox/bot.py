"""The bot as its operator runs it: a process of its own, with a config file and a secret."""

from __future__ import annotations

import asyncio
import base64
import os
import secrets
import sys
from asyncio.subprocess import DEVNULL, PIPE
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import yaml

from sandbox.notify import NotifySocket
from sandbox.process import Child, die_with, free_port
from sandbox.synapse import SERVER_NAME, Login, Synapse

Json = dict[str, Any]
_PROJECT: Final = Path(__file__).resolve().parents[1]
_KEPT: Final = ("PATH", "LANG", "TZ")  # of this process's environment; the rest stays out


class BotDied(AssertionError):
    """The bot's process ended, or was not ready in time; the text holds the end of its log."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a command of the program ended."""

    code: int
    out: str
    err: str


class Bot:
    """A bot account, and its process.

    ``config`` is what ``config.yaml`` gets: change it between a :meth:`stop` and a :meth:`start`.
    ``environment`` is all that the process sees beside ``PATH`` and the like. ``under`` is a
    command that runs the process, such as one that takes rights away from it.
    """

    def __init__(self, homeserver: Synapse, login: Login, home: Path, services: Json) -> None:
        self.user, self.home = login.user, home
        self.secret = base64.urlsafe_b64encode(secrets.token_bytes(32)).decode().rstrip("=")
        self.password = login.password
        self.config: Json = _config(homeserver, login.user, home / "state", services)
        self.environment: dict[str, str] = {
            "ACTAS_SECRET": self.secret,
            "ACTAS_PASSWORD": login.password,
            "PYTHONPATH": str(_PROJECT),
        }
        self.under: tuple[str, ...] = ()
        self._child: Child | None = None
        self._notify: NotifySocket | None = None

    @property
    def config_file(self) -> Path:
        """Where :attr:`config` is written for each start."""
        return self.home / "config.yaml"

    @property
    def state_dir(self) -> Path:
        """The directory with everything the bot keeps."""
        return Path(self.config["state_dir"])

    @property
    def web(self) -> str:
        """The address of its health, metrics and callback pages."""
        return str(self.config["web"]["public_url"])

    @property
    def running(self) -> bool:
        """Whether the process runs."""
        return self._child is not None and self._child.running

    @property
    def pid(self) -> int:
        """The id of the last process."""
        return self._started().pid

    async def start(self, *, patience: float = 30) -> None:
        """Start the process and wait until it says that it is ready.

        Raises:
            BotDied: it ended instead, or took longer than ``patience`` seconds.
        """
        await self.launch()
        await self.ready(patience=patience)

    async def launch(self) -> None:
        """Start the process and do not wait for it."""
        await self._hang_up()
        self._write_config()
        self._notify = await NotifySocket.listen()
        environment = self._environment() | {"NOTIFY_SOCKET": self._notify.address}
        self._child = Child(
            (*self.under, *self._argv("run")), output=self.home / "bot.log", env=environment
        )
        await self._child.start()

    async def ready(self, *, patience: float = 30) -> None:
        """Wait until the process says that it is ready.

        Raises:
            BotDied: as for :meth:`start`.
        """
        if self._notify is None:
            raise RuntimeError("the bot was never started")
        ready = asyncio.ensure_future(self._notify.said("READY=1"))
        ended = asyncio.ensure_future(self._started().wait())
        try:
            await asyncio.wait({ready, ended}, timeout=patience, return_when="FIRST_COMPLETED")
            if ended.done():
                raise BotDied(f"the bot ended with code {ended.result()}:\n{self.log()[-3000:]}")
            if not ready.done():
                raise BotDied(f"the bot was not ready in {patience:g} s:\n{self.log()[-3000:]}")
        finally:
            ready.cancel()
            ended.cancel()
            await asyncio.gather(ready, ended, return_exceptions=True)

    async def stop(self) -> int:
        """End it as systemd does (SIGTERM) and return its exit code; killed after 15 s."""
        code = await self._started().stop()
        await self._hang_up()
        return code

    async def kill(self) -> None:
        """End it without a warning, as a power cut does."""
        await self._started().kill()
        await self._hang_up()

    async def ended(self) -> int:
        """Wait until it ends by itself and return its exit code."""
        return await self._started().wait()

    async def close(self) -> None:
        """Stop it if it runs."""
        if self.running:
            await self._started().stop()
        await self._hang_up()

    async def command(self, *words: str, stdin: bytes | None = None) -> Outcome:
        """Run another command of the program with this bot's configuration and environment."""
        self._write_config()
        process = await asyncio.create_subprocess_exec(
            *self._argv(*words),
            stdin=DEVNULL if stdin is None else PIPE,
            stdout=PIPE,
            stderr=PIPE,
            env=self._environment(),
            cwd=self.home,
            preexec_fn=die_with(os.getpid()),
        )
        try:
            out, err = await process.communicate(stdin)
        except asyncio.CancelledError:
            process.kill()
            await process.wait()
            raise
        return Outcome(process.returncode or 0, out.decode(), err.decode())

    def log(self) -> str:
        """Return what it has written to stderr and stdout, over all its starts."""
        return self._child.printed() if self._child is not None else ""

    def stored(self) -> Mapping[str, bytes]:
        """Return all files that the bot keeps, by their path in the state directory."""
        files = (path for path in self.state_dir.rglob("*") if path.is_file())
        return {str(path.relative_to(self.state_dir)): path.read_bytes() for path in files}

    def _started(self) -> Child:
        if self._child is None:
            raise RuntimeError("the bot was never started")
        return self._child

    async def _hang_up(self) -> None:
        if self._notify is not None:
            self._notify.close()
            self._notify = None

    def _argv(self, *words: str) -> tuple[str, ...]:
        return (sys.executable, "-m", "bot", *words, "--config", str(self.config_file))

    def _environment(self) -> dict[str, str]:
        kept = {name: os.environ[name] for name in _KEPT if name in os.environ}
        return kept | {"HOME": str(self.home)} | self.environment

    def _write_config(self) -> None:
        self.config_file.write_text(yaml.safe_dump(self.config, sort_keys=False))


def _config(homeserver: Synapse, user: str, state: Path, services: Json) -> Json:
    port = free_port()
    return {
        "homeserver": {"url": homeserver.url, "user": user, "device_name": "actas"},
        "state_dir": str(state),
        "access": {"users": [f"@*:{SERVER_NAME}"], "admins": [f"@ops:{SERVER_NAME}"]},
        "services": services,
        "web": {"listen": f"127.0.0.1:{port}", "public_url": f"http://127.0.0.1:{port}"},
        "log": {"level": "debug", "format": "text"},
    }
