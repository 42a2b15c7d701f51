"""Child processes that never outlive their parent."""

from __future__ import annotations

import asyncio
import ctypes
import os
import signal
import socket
from asyncio.subprocess import DEVNULL, Process
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Final

_PR_SET_PDEATHSIG: Final = 1
_libc = ctypes.CDLL(None, use_errno=True)


def die_with(parent: int) -> Callable[[], None]:
    """Return what a new child runs first, so that the kernel kills it when ``parent`` dies."""

    def leash() -> None:
        _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
        if os.getppid() != parent:  # the parent died in between
            os.kill(os.getpid(), signal.SIGKILL)

    return leash


def free_port() -> int:
    """Return a port of loopback that nobody listens on now, for servers that cannot choose."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


class Child:
    """A command that runs beside this process, in the directory of the file it prints to."""

    def __init__(
        self, argv: Sequence[str], *, output: Path, env: Mapping[str, str] | None = None
    ) -> None:
        self.argv, self.output = tuple(argv), output
        self._env = None if env is None else dict(env)
        self._process: Process | None = None

    @property
    def running(self) -> bool:
        """Whether the process has been started and has not ended."""
        return self._process is not None and self._process.returncode is None

    @property
    def pid(self) -> int:
        """The id of the process, which may have ended."""
        if self._process is None:
            raise RuntimeError(f"{self.argv[0]} was never started")
        return self._process.pid

    async def start(self) -> None:
        """Start it; what it prints is added to the end of :attr:`output`."""
        if self.running:
            raise RuntimeError(f"{self.argv[0]} is running already")
        with self.output.open("ab") as sink:
            self._process = await asyncio.create_subprocess_exec(
                *self.argv,
                stdin=DEVNULL,
                stdout=sink,
                stderr=sink,
                env=self._env,
                cwd=self.output.parent,
                start_new_session=True,  # a Ctrl-C on the terminal is for the parent alone
                preexec_fn=die_with(os.getpid()),
            )

    async def wait(self) -> int:
        """Wait until it ends; return its exit code (minus the signal's number if killed)."""
        if self._process is None:
            raise RuntimeError(f"{self.argv[0]} was never started")
        return await self._process.wait()

    def send(self, number: signal.Signals) -> None:
        """Send it a signal; one that has ended is left in peace."""
        if self._process is not None and self._process.returncode is None:
            self._process.send_signal(number)

    async def stop(self, *, grace: float = 15) -> int:
        """Ask it to end, kill it after ``grace`` seconds, and return its exit code."""
        self.send(signal.SIGTERM)
        try:
            return await asyncio.wait_for(self.wait(), grace)
        except TimeoutError:
            return await self.kill()

    async def kill(self) -> int:
        """End it without a warning, as a crash or a power cut would; return its exit code."""
        self.send(signal.SIGKILL)
        return await self.wait()

    def printed(self) -> str:
        """Return everything it has printed so far, over all its starts."""
        return self.output.read_text(errors="replace") if self.output.exists() else ""
