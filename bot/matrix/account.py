"""The bot's own account: the parts that work with it."""

from __future__ import annotations

from dataclasses import dataclass

from bot.matrix.client import Homeserver, Session
from bot.matrix.inbox import Inbox
from bot.matrix.judge import Trust
from bot.matrix.keys import KeyExchange
from bot.matrix.machine import Machine
from bot.matrix.outbound import Sender
from bot.matrix.pins import Pins
from bot.matrix.rooms import Rooms
from bot.matrix.store import CryptoStore
from bot.storage.database import Database
from bot.vault.sealer import Sealer


@dataclass(frozen=True, slots=True)
class Account:
    """The assembled Matrix side of the bot."""

    session: Session
    machine: Machine
    trust: Trust
    store: CryptoStore
    pins: Pins
    keys: KeyExchange
    rooms: Rooms
    inbox: Inbox
    sender: Sender


async def assemble(
    homeserver: Homeserver,
    session: Session,
    machine: Machine,
    trust: Trust,
    *,
    database: Database,
    sealer: Sealer,
) -> Account:
    """Wire up what works with an account whose device has been introduced."""
    store: CryptoStore = machine.store
    pins = Pins(database)
    signed_only, encrypted_only = trust.cross_signed_devices_only, trust.encrypted_rooms_only
    keys = KeyExchange(homeserver, machine, store, pins, signed_only=signed_only)
    rooms = Rooms(homeserver, database, sealer, session.user_id)
    await rooms.open()
    sender = Sender(homeserver, rooms, machine, keys, store, encrypted_only=encrypted_only)
    inbox = Inbox(database, sealer)
    return Account(session, machine, trust, store, pins, keys, rooms, inbox, sender)
