"""What ``actas setup`` does with the bot's own identity: replace it, and make a recovery key."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final

import typer

from bot.cli.asking import Asker
from bot.cli.installation import Desk, Installation
from bot.cli.logins import given_login, insist, with_password
from bot.config import environment
from bot.errors import ConfigError
from bot.matrix.adoption import make_recovery_key
from bot.matrix.client import MatrixError, Session, Unreachable
from bot.matrix.identity import Held
from bot.matrix.introduction import ForeignIdentity, query_own_keys
from bot.matrix.login import Login, LoginEnded, Variable, restore
from bot.matrix.secret_storage import SecretStorage
from bot.secret import Secret
from bot.vault.keys import KeyRing
from bot.vault.sealer import Sealer

_USE: Final = """\
Recovery key of {user}:

    {key}

Log into the bot's account with Element, and enter it there to verify that session. Whoever has
this key and the account's password can read what people write to the bot from then on, and speak
in its name: keep it as you keep ACTAS_SECRET. It is stored nowhere, and not shown again."""


def change(
    asker: Asker, config: Path, ring: KeyRing, *, reset: bool = False, recovery: bool = False
) -> None:
    """Replace the identity of an installation, make a recovery key for it, or both.

    Raises:
        ConfigError, WrongKey: the bot is running, or the installation cannot be opened; or see
            :func:`agree_to_reset`, :func:`reset_identity` and :func:`give_recovery_key`.
    """
    place = Installation.read(config, Sealer(ring))
    if reset:
        agree_to_reset(asker, place.homeserver.user)
        reset_identity(asker, place)
    if recovery:
        give_recovery_key(asker, place)


def agree_to_reset(asker: Asker, user: str) -> None:
    """Say what a new identity means; where nobody can be asked, the flag was the consent.

    Raises:
        ConfigError: an identity is to be kept at the same time.
        typer.Exit: the operator thought better of it.
    """
    if environment(Variable.RECOVERY_KEY) is not None:
        problem = "is set, to keep the identity that --reset-identity replaces"
        raise ConfigError(Variable.RECOVERY_KEY, problem, "Take one of them out")
    asker.remark(
        f"--reset-identity replaces the cross-signing identity of {user}: everybody who has\n"
        "verified the bot will be warned and has to verify it again, and a recovery key made\n"
        "before opens the old identity only."
    )
    if asker.interactive and not asker.confirm("Replace it?"):
        raise _unchanged()


def reset_identity(asker: Asker, place: Installation) -> None:
    """Give the account a new identity, and sign the bot's device with it.

    Raises:
        ConfigError: it was refused, and everything is as it was; or it may have been taken.
    """
    login = given_login(place.homeserver.user, place.homeserver.device_name)
    insist(asker, with_password(asker, login), lambda each: asyncio.run(_reset(place, each)))
    typer.echo(f"{login.user} has a new identity, and the bot's device is signed by it.")


def give_recovery_key(asker: Asker, place: Installation) -> None:
    """Put the identity into the account's secret storage, and print the key of that.

    Raises:
        ConfigError: the account has a recovery key and nobody can be asked; or the homeserver
            refused or is away.
        typer.Exit: the operator keeps the key that there is.
    """
    login = given_login(place.homeserver.user, place.homeserver.device_name)
    key = asyncio.run(_deposit(asker, place, login))
    typer.echo(_USE.format(user=login.user, key=key.reveal()))


async def _reset(place: Installation, login: Login) -> None:
    fix = "See that it runs, and run this again; until then the bot starts with either identity"
    async with _account(place, login, fix) as (desk, session):
        await desk.introduce(session, login, reset=True)


async def _deposit(asker: Asker, place: Installation, login: Login) -> Secret:
    fix = "See that it runs, and run `actas setup --recovery-key` again"
    async with _account(place, login, fix) as (desk, session):
        await desk.introduce(session, login)
        own = (await Held.load(desk.vault)).current
        answer = await query_own_keys(desk.homeserver, session.user_id)
        if own is None or not own.is_in(answer, session.user_id):
            raise ForeignIdentity(session.user_id)
        storage = SecretStorage(desk.homeserver, session.user_id)
        if await storage.exists():
            _agree_to_another_key(asker, session.user_id)
        return await make_recovery_key(storage, own)


def _agree_to_another_key(asker: Asker, user: str) -> None:
    if not asker.interactive:
        problem = f"{user} has a recovery key already, and a new one makes that useless"
        raise ConfigError("--recovery-key", problem, "Run this in a terminal to be asked")
    asker.remark(
        f"{user} has a recovery key already. A new one makes it useless, with everything else\n"
        "that it opens."
    )
    if not asker.confirm("Make a new one?"):
        raise _unchanged()


def _unchanged() -> typer.Exit:
    typer.echo("Nothing was changed.", err=True)
    return typer.Exit(1)


@asynccontextmanager
async def _account(
    place: Installation, login: Login, fix: str
) -> AsyncIterator[tuple[Desk, Session]]:
    """The bot's account, logged in; ``fix`` is for a homeserver that is away or refuses."""
    async with place.opened() as desk:
        try:
            await desk.vault.prove()
            yield desk, await restore(desk.homeserver, desk.vault, login)
        except MatrixError as error:
            if error.dead_token:
                raise LoginEnded(error) from None
            raise _refused(place, error, fix) from None
        except Unreachable as error:
            raise _refused(place, error, fix) from None


def _refused(place: Installation, error: Exception, fix: str) -> ConfigError:
    return ConfigError("homeserver.url", f"{place.homeserver.url} does not do it ({error})", fix)
