"""What commands open: the secret, and the database of a bot that may be running."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from bot.config import Location, environment
from bot.errors import ConfigError
from bot.storage.database import Database
from bot.vault.keys import VARIABLE, KeyRing
from bot.vault.sealer import Sealer


def read_sealer() -> Sealer:
    """The sealer with the keys of ``ACTAS_SECRET``.

    Raises:
        ConfigError: it is not set or malformed.
    """
    secret = environment(VARIABLE)
    if secret is None:
        fix = f"Set it, or {VARIABLE}=file:PATH; `actas new-secret` prints one for a first start"
        raise ConfigError(VARIABLE, "is not set", fix)
    return Sealer(KeyRing.from_text(secret.reveal()))


@asynccontextmanager
async def open_database(location: Location) -> AsyncIterator[Database]:
    """The database as it is; one that is not there yet is not made.

    Raises:
        ConfigError: there is none, or it is not of this program's version.
    """
    if location.database is None and not (location.state_dir / "actas.db").exists():
        problem = f"there is no database in {location.state_dir}"
        raise ConfigError("state_dir", problem, "`actas run` and `actas setup` make it")
    database = await Database.open(location.target, user=location.user, migrate=False)
    try:
        yield database
    finally:
        await database.close()
