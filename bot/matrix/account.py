"""The bot's own account: its login, kept sealed, and the parts that work with it."""

from __future__ import annotations

import json
from dataclasses import dataclass

import structlog

from bot.errors import ConfigError
from bot.matrix.client import Homeserver, MatrixError, Session, adopt, log_in
from bot.matrix.identity import OwnIdentity, publish
from bot.matrix.inbox import Inbox
from bot.matrix.keys import KeyExchange
from bot.matrix.machine import Machine
from bot.matrix.outbound import Sender
from bot.matrix.pins import Pins
from bot.matrix.rooms import Rooms
from bot.matrix.store import CryptoStore
from bot.secret import Secret
from bot.storage.database import Database
from bot.vault.sealer import Sealer
from bot.vault.vault import Vault

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Login:
    """How to log in on the first start: with a password, or with a token and its device."""

    user: str
    device_name: str
    password: Secret | None = None
    token: Secret | None = None
    device_id: str | None = None


@dataclass(frozen=True, slots=True)
class Account:
    """The assembled Matrix side of the bot."""

    session: Session
    machine: Machine
    store: CryptoStore
    pins: Pins
    keys: KeyExchange
    rooms: Rooms
    inbox: Inbox
    sender: Sender


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
    if session is not None and not await _is_dead(homeserver, session, login):
        if session.user_id != login.user:
            raise ConfigError(
                "homeserver.user",
                f"the state directory belongs to {session.user_id}, not to {login.user}",
                "Use a state directory of its own for each account",
            )
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
            "ACTAS_PASSWORD",
            "is not set, and this is the first start",
            "Set it (or ACTAS_ACCESS_TOKEN with ACTAS_DEVICE_ID) for this start only",
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
        name = "ACTAS_ACCESS_TOKEN" if login.token else "ACTAS_PASSWORD"
        raise ConfigError(
            name, f"the homeserver does not accept it ({refusal.errcode})", "Correct it"
        ) from None
    if session.user_id != login.user or not session.device_id:
        raise ConfigError(
            "ACTAS_ACCESS_TOKEN" if login.token else "homeserver.user",
            f"is a login of {session.user_id} ({session.device_id or 'no device'})",
            f"Give one of {login.user}, with the device it was made for in ACTAS_DEVICE_ID",
        )
    return session


async def assemble(
    homeserver: Homeserver,
    session: Session,
    *,
    database: Database,
    sealer: Sealer,
    vault: Vault,
    password: Secret | None,
    encrypted_only: bool,
    signed_only: bool,
) -> Account:
    """Load the crypto state, make sure that our identity and device are published, wire up.

    Raises:
        ConfigError: the account has an identity that was not made here.
        MatrixError, Unreachable: the homeserver refused or is away (on a first start only).
    """
    store = CryptoStore(database, sealer, session.device_id)
    await store.open()
    fresh = store.account is None
    machine = Machine(session.user_id, session.device_id, store)
    await _present(homeserver, session, machine, vault, password, fresh=fresh)
    pins = Pins(database)
    keys = KeyExchange(homeserver, machine, store, pins, signed_only=signed_only)
    rooms = Rooms(homeserver, database, sealer, session.user_id)
    await rooms.open()
    sender = Sender(homeserver, rooms, machine, keys, store, encrypted_only=encrypted_only)
    return Account(session, machine, store, pins, keys, rooms, Inbox(database, sealer), sender)


async def _present(
    homeserver: Homeserver,
    session: Session,
    machine: Machine,
    vault: Vault,
    password: Secret | None,
    *,
    fresh: bool,
) -> None:
    """Publish identity and device once; noted in the vault, so that later starts need not ask."""
    published = await vault.get_value("published")
    if published == session.device_id.encode():
        if fresh:
            raise ConfigError(
                "database",
                f"the encryption keys of the bot's device {session.device_id} are gone from it",
                "Restore the database, or end that session and start with ACTAS_PASSWORD set",
            )
        return
    own = await OwnIdentity.load(vault)
    if own is None:
        own = OwnIdentity.new()
        await own.save(vault)
    await machine.store.flush()
    await publish(homeserver, session, machine, own, password)
    await vault.put_value("published", session.device_id.encode())


def _encode(session: Session) -> bytes:
    return json.dumps([session.user_id, session.device_id, session.access_token.reveal()]).encode()


def _decode(stored: bytes) -> Session:
    user_id, device_id, token = json.loads(stored)
    return Session(user_id, device_id, Secret(token))
