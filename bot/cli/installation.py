"""An installation whose bot does not run, opened by a command that changes its account."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from bot.config import HomeserverConfig, Location, load_homeserver, load_location
from bot.errors import ConfigError
from bot.matrix.client import Homeserver, Session
from bot.matrix.introduction import introduce
from bot.matrix.login import Login
from bot.matrix.store import CryptoStore
from bot.storage.database import Database
from bot.storage.state import locked, prepare
from bot.vault.sealer import Sealer
from bot.vault.vault import Vault


@dataclass(frozen=True, slots=True)
class Desk:
    """What is open while an installation is worked on."""

    homeserver: Homeserver
    database: Database
    sealer: Sealer
    vault: Vault

    async def introduce(self, session: Session, login: Login, *, reset: bool = False) -> None:
        """See that the homeserver shows the bot's identity and device; ``reset`` replaces it.

        Raises:
            ConfigError, MatrixError, Unreachable: see :func:`bot.matrix.introduction.introduce`.
        """
        store = CryptoStore(self.database, self.sealer, session.device_id)
        await introduce(self.homeserver, session, store, self.vault, login, reset=reset)


@dataclass(frozen=True, slots=True)
class Installation:
    """Where a bot's homeserver and state are, and what opens the state."""

    homeserver: HomeserverConfig
    location: Location
    sealer: Sealer

    @classmethod
    def read(cls, config: Path, sealer: Sealer) -> Self:
        """The installation of a configuration; other parts of that are not looked at.

        Raises:
            ConfigError: it cannot be read, or the bot has no database yet, or is running.
        """
        location = load_location(config)
        if location.database is None and not (location.state_dir / "actas.db").exists():
            problem = f"there is no database in {location.state_dir}"
            raise ConfigError("state_dir", problem, "`actas run` makes it")
        if not location.state_dir.exists():
            prepare(location.state_dir)
        with locked(location.state_dir):
            pass  # a running bot is told before anything is asked
        return cls(load_homeserver(config), location, sealer)

    @asynccontextmanager
    async def opened(self) -> AsyncIterator[Desk]:
        """Hold the state directory and the database, and be ready to talk to the homeserver.

        Raises:
            ConfigError: the bot is running, or the database cannot be used.
        """
        location = self.location
        with locked(location.state_dir):
            database = await Database.open(location.target, user=location.user, exclusive=True)
            homeserver = Homeserver(self.homeserver.url)
            try:
                yield Desk(homeserver, database, self.sealer, Vault(database, self.sealer))
            finally:
                await homeserver.close()
                await database.close()
