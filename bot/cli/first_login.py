"""The first login, before the bot runs for the first time."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress

from bot.cli.installation import Installation
from bot.config import Config
from bot.errors import ConfigError
from bot.matrix.client import Homeserver, MatrixError, Session, Unreachable
from bot.matrix.login import Login, restore, stored_session
from bot.storage.state import prepare
from bot.vault.keys import KeyRing
from bot.vault.sealer import Sealer


async def log_in(
    config: Config, ring: KeyRing, login: Login, *, keep: Callable[[], object], reset: bool
) -> Session:
    """Log in, store the session sealed, and publish the bot's identity and device.

    ``keep`` is called once the state holds what the account would be stuck without, whether or not
    the rest succeeds: a device whose keys, and an identity, that the homeserver may already have.
    ``reset`` replaces the account's identity, if it has one.

    Raises:
        ConfigError: the homeserver cannot be reached or refuses, or the state cannot be used.
        WrongKey: the state directory was sealed with another secret.
    """
    prepare(config.state_dir)
    async with Installation(config.homeserver, config.location, Sealer(ring)).opened() as desk:
        try:
            await desk.vault.proven()  # nothing is sealed with a new secret before it is to stay
            fresh = await stored_session(desk.vault) is None
            session = await restore(desk.homeserver, desk.vault, login)
            await desk.vault.prove()
            try:
                await desk.introduce(session, login, reset=reset)
            except ConfigError:  # the account's own state is in the way: nothing was published
                if fresh and login.token is None and config.database is None:
                    await _log_out(desk.homeserver)
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


async def _log_out(homeserver: Homeserver) -> None:
    """End a session that nothing will remember."""
    with suppress(Unreachable, MatrixError):  # the error that led here is the one to tell
        await homeserver.request("POST", "/v3/logout", {})
