"""The first login, before the bot runs for the first time."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress

from bot.config import Config
from bot.errors import ConfigError
from bot.matrix.client import Homeserver, MatrixError, Session, Unreachable
from bot.matrix.introduction import introduce
from bot.matrix.login import Login, restore, stored_session
from bot.matrix.store import CryptoStore
from bot.storage.database import Database
from bot.storage.state import locked, prepare
from bot.vault.keys import KeyRing
from bot.vault.sealer import Sealer
from bot.vault.vault import Vault


async def log_in(
    config: Config, ring: KeyRing, login: Login, *, keep: Callable[[], object]
) -> Session:
    """Log in, store the session sealed, and publish the bot's identity and device.

    ``keep`` is called once the state holds what the account would be stuck without, whether or not
    the rest succeeds: a device whose keys, and an identity, that the homeserver may already have.

    Raises:
        ConfigError: the homeserver cannot be reached or refuses, or the state cannot be used.
        WrongKey: the state directory was sealed with another secret.
    """
    prepare(config.state_dir)
    with locked(config.state_dir):
        location, sealer = config.location, Sealer(ring)
        database = await Database.open(location.target, user=location.user, exclusive=True)
        homeserver = Homeserver(config.homeserver.url)
        try:
            vault = Vault(database, sealer)
            await vault.proven()  # nothing is sealed with a new secret before it is sure to stay
            fresh = await stored_session(vault) is None
            session = await restore(homeserver, vault, login)
            await vault.prove()
            try:
                store = CryptoStore(database, sealer, session.device_id)
                await introduce(homeserver, session, store, vault, login)
            except ConfigError:  # the account's own state is in the way: nothing was published
                if fresh and login.token is None and config.database is None:
                    await _log_out(homeserver)
                else:
                    keep()
                raise
            except BaseException:  # also when interrupted: it may have been published
                keep()
                raise
            keep()
        except (Unreachable, MatrixError) as error:
            problem = f"{config.homeserver.url} does not let the bot in ({error})"
            raise ConfigError("--homeserver", problem, "See that it runs, and try again") from None
        else:
            return session
        finally:
            await homeserver.close()
            await database.close()


async def _log_out(homeserver: Homeserver) -> None:
    """End a session that nothing will remember."""
    with suppress(Unreachable, MatrixError):  # the error that led here is the one to tell
        await homeserver.request("POST", "/v3/logout", {})
