"""The bot's login: made once, kept sealed, used at every start."""

from __future__ import annotations

import json
from dataclasses import dataclass
from enum import StrEnum

import structlog

from bot.errors import ConfigError
from bot.matrix.client import Homeserver, MatrixError, Session, adopt, log_in
from bot.secret import Secret
from bot.vault.vault import Vault

log = structlog.get_logger()


class Variable(StrEnum):
    """The parts of a :class:`Login`, as they are called in the environment."""

    PASSWORD = "ACTAS_PASSWORD"  # noqa: S105  # its name
    TOKEN = "ACTAS_ACCESS_TOKEN"  # noqa: S105  # its name
    DEVICE = "ACTAS_DEVICE_ID"
    RECOVERY_KEY = "ACTAS_RECOVERY_KEY"


@dataclass(frozen=True, slots=True)
class Login:
    """How to log in on the first start: with a password, or with a token and its device.

    ``recovery`` is the recovery key of an identity that the account has from elsewhere.
    """

    user: str
    device_name: str
    password: Secret | None = None
    token: Secret | None = None
    device_id: str | None = None
    recovery: Secret | None = None


class LoginEnded(ConfigError):
    """The homeserver does not know the bot's access token any more."""

    def __init__(self, refusal: MatrixError) -> None:
        super().__init__(
            "homeserver.user",
            f"the homeserver has ended the bot's login ({refusal})",
            f"Start once with {Variable.PASSWORD} set, or {Variable.TOKEN} with {Variable.DEVICE}",
        )


async def stored_session(vault: Vault) -> Session | None:
    """The session of the last login, whether or not it still works; None before the first."""
    stored = await vault.get_value("session")
    return _decode(stored) if stored is not None else None


async def restore(homeserver: Homeserver, vault: Vault, login: Login) -> Session:
    """The stored session, or a new one on the first start, stored before it is used.

    Raises:
        ConfigError: there is no way to log in, or the session is another account's.
        MatrixError, Unreachable: the homeserver refused or is away.
    """
    session = await stored_session(vault)
    if session is not None and session.user_id != login.user:
        raise ConfigError(
            "homeserver.user",
            f"the state directory belongs to {session.user_id}, not to {login.user}",
            "Use a state directory of its own for each account",
        )
    if session is not None and not await _is_dead(homeserver, session, login):
        homeserver.use(session.access_token)
        return session
    homeserver.use(None)
    session = await _first(homeserver, login)
    await vault.put_value("session", _encode(session))
    log.info("session.new", user=session.user_id, device=session.device_id)
    return session


async def _is_dead(homeserver: Homeserver, session: Session, login: Login) -> bool:
    """Whether the stored session has ended, where there is another way to log in."""
    if login.password is None and login.token is None:
        return False
    homeserver.use(session.access_token)
    try:
        await homeserver.request("GET", "/v3/account/whoami")
    except MatrixError as refusal:
        return refusal.dead_token
    return False


async def _first(homeserver: Homeserver, login: Login) -> Session:
    if login.password is None and login.token is None:
        raise ConfigError(
            Variable.PASSWORD,
            "is not set, and the database holds no login yet, or no longer",
            f"Set it (or {Variable.TOKEN} with {Variable.DEVICE}) for this first start; if there "
            "was a database, restore that",
        )
    try:
        if login.token is not None:
            session = await adopt(homeserver, login.token, login.device_id)
        else:
            assert login.password is not None  # noqa: S101  # as checked above
            session = await log_in(
                homeserver, login.user, login.password, device_name=login.device_name
            )
    except MatrixError as refusal:
        if refusal.status not in (401, 403):
            raise
        name = Variable.TOKEN if login.token else Variable.PASSWORD
        problem = f"the homeserver does not accept it ({refusal})"
        raise ConfigError(name, problem, "Correct it") from None
    if session.user_id != login.user or not session.device_id:
        raise ConfigError(
            Variable.TOKEN if login.token else "homeserver.user",
            f"is a login of {session.user_id} ({session.device_id or 'no device'})",
            f"Give one of {login.user}, with the device it was made for in {Variable.DEVICE}",
        )
    return session


def _encode(session: Session) -> bytes:
    return json.dumps([session.user_id, session.device_id, session.access_token.reveal()]).encode()


def _decode(stored: bytes) -> Session:
    user_id, device_id, token = json.loads(stored)
    return Session(user_id, device_id, Secret(token))
