"""The three processes that are compared, and how they are started and stopped."""

from __future__ import annotations

import sys
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import psutil

from sandbox.bot import Bot
from sandbox.process import Child
from sandbox.synapse import Login, Synapse

ACTAS: Final = "actas"
THIN: Final = "thin nio"
FLOOR: Final = "floor"
NAMES: Final = (ACTAS, THIN, FLOOR)
_PROJECT: Final = Path(__file__).resolve().parents[1]


@dataclass(frozen=True, slots=True)
class Usage:
    """What a process has used: ``cpu`` seconds of all its threads, ``memory`` MB resident now."""

    cpu: float
    memory: float


def rotated(rounds: int) -> Iterator[tuple[str, ...]]:
    """The contenders' names, beginning with another one each round."""
    for number in range(rounds):
        start = number % len(NAMES)
        yield NAMES[start:] + NAMES[:start]


class Contender(ABC):
    """A bot account and its process; ``login`` is a login of it that joins rooms for it."""

    encrypted = True

    def __init__(self, name: str, login: Login) -> None:
        self.name, self.login = name, login

    @property
    def user(self) -> str:
        """The user id."""
        return self.login.user

    @property
    @abstractmethod
    def pid(self) -> int:
        """The id of the last process."""

    @abstractmethod
    async def launch(self) -> None:
        """Start the process and do not wait for it."""

    @abstractmethod
    async def stop(self) -> None:
        """End it with SIGTERM."""

    @abstractmethod
    async def kill(self) -> None:
        """End it without a warning."""

    @abstractmethod
    def log(self) -> str:
        """What it has printed over all its starts."""

    def usage(self) -> Usage:
        """What the running process has used so far."""
        process = psutil.Process(self.pid)
        times = process.cpu_times()
        return Usage(times.user + times.system, process.memory_info().rss / 1_000_000)


class Actas(Contender):
    """The bot, configured as an operator would: all checks on, both services, level info."""

    def __init__(self, bot: Bot, login: Login) -> None:
        super().__init__(ACTAS, login)
        self._bot = bot
        bot.config["commands"] = {"per_minute": 6000}  # the most there can be: it is to answer
        bot.config["log"] = {"level": "info", "format": "text"}

    @property
    def pid(self) -> int:
        return self._bot.pid

    async def launch(self) -> None:
        await self._bot.launch()
        self._bot.environment.pop("ACTAS_PASSWORD", None)  # it is for the first start only

    async def stop(self) -> None:
        await self._bot.stop()

    async def kill(self) -> None:
        await self._bot.kill()

    def log(self) -> str:
        return self._bot.log()


class Script(Contender):
    """One of this package's two scripts."""

    def __init__(self, name: str, login: Login, home: Path, homeserver: Synapse) -> None:
        super().__init__(name, login)
        self.encrypted = name == THIN
        environment: Mapping[str, str] = {"PYTHONPATH": str(_PROJECT)}
        words = (homeserver.url, login.user, *((login.device,) if self.encrypted else ()))
        module = "bench.thin" if self.encrypted else "bench.floor"
        self._child = Child(
            (sys.executable, "-m", module, *words, login.token, str(home)),
            output=home / "output.log",
            env=environment,
        )

    @property
    def pid(self) -> int:
        return self._child.pid

    async def launch(self) -> None:
        await self._child.start()

    async def stop(self) -> None:
        await self._child.stop()

    async def kill(self) -> None:
        await self._child.kill()

    def log(self) -> str:
        return self._child.printed()
