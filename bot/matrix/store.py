"""The crypto state, behind nio's store interface, in our own database.

nio reads and changes objects in memory; this store remembers which of them are dirty, and
:meth:`CryptoStore.flush` writes those in the caller's transaction. Objects are loaded when they are
first needed (``need_*``), so that neither start nor memory grows with the bot's age. Everything is
sealed with the vault's key.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Collection, Iterable
from contextlib import asynccontextmanager
from typing import Any, Final, TypeGuard

import structlog
from nio.crypto import (
    DeviceStore,
    GroupSessionStore,
    InboundGroupSession,
    OlmAccount,
    Session,
    SessionStore,
)
from sqlalchemy import Table, delete, select, tuple_, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.clock import now
from bot.errors import Unopenable
from bot.matrix import pickles
from bot.matrix.devices import DeviceList
from bot.matrix.pickles import Outbound
from bot.storage import tables
from bot.storage.database import Database
from bot.storage.statements import insert_new, portions, upsert
from bot.vault.context import row_context
from bot.vault.sealer import Sealer

_RESERVE: Final = 32  # messages a stored outbound session may be ahead of what was written
_KEPT: Final = 30 * 24 * 3600 * 1000  # ms that an unused inbound session is kept
_USE_NOTED: Final = 24 * 3600 * 1000  # ms between two notes of an inbound session's use
_IN_MEMORY: Final = 2000  # inbound sessions
_OLM_SESSIONS: Final = 5  # Olm sessions kept with one device
_DROPPED: Final = -1  # in the place of a message's index: the whole session is forgotten

log = structlog.get_logger()


class CryptoStore:
    """nio's ``MatrixStore`` interface (as far as it is used) over our tables."""

    def __init__(self, database: Database, sealer: Sealer, device_id: str) -> None:
        self._database, self._sealer, self._device_id = database, sealer, device_id
        self.account: OlmAccount | None = None
        self.sessions = SessionStore()
        self.inbound: dict[tuple[str, str], dict[str, InboundGroupSession]] = {}
        self.outbound: dict[str, Outbound] = {}
        self.devices: dict[str, DeviceList] = {}
        self.outdated: set[str] = set()
        self._known_senders: set[str] = set()
        self._used: dict[tuple[str, str, str], int] = {}
        self._dirty: dict[tuple[str, ...], Any] = {}
        self._loading = asyncio.Lock()  # two must not load the same: each would go its own way
        self._writing = asyncio.Lock()  # a flush waits for one under way: it may hold its state

    # ------------------------------------------------------------------ what nio calls
    def load_account(self) -> OlmAccount | None:
        """The account that :meth:`open` has read."""
        return self.account

    def save_account(self, account: OlmAccount) -> None:
        """Remember the account as changed."""
        self.account = account
        self._dirty["sealed_value", "olm_account"] = account

    def load_sessions(self) -> SessionStore:
        """The Olm sessions in memory; :meth:`need_senders` fills it."""
        return self.sessions

    def save_session(self, sender_key: str, session: Session) -> None:
        """Remember an Olm session as changed."""
        self._dirty["olm_session", sender_key, session.id] = session

    def load_inbound_group_sessions(self) -> GroupSessionStore:
        """Nothing: ours are in :attr:`inbound`, by room and session id, and by who gave them."""
        return GroupSessionStore()

    def save_inbound_group_session(self, session: InboundGroupSession) -> None:
        """Remember a Megolm session as new or better."""
        self._hold(session)
        self._dirty["inbound_session", *_place(session)] = session

    def load_device_keys(self) -> DeviceStore:
        """Nothing: ours are device lists, in :attr:`devices`."""
        return DeviceStore()

    def load_outgoing_key_requests(self) -> dict[str, Any]:
        """None: keys are never requested from other devices."""
        return {}

    # ------------------------------------------------------------------ what the machine calls
    def save_outbound(self, room_id: str, outbound: Outbound) -> None:
        """Remember an outbound session as changed, and reserve the indices it will use next."""
        outbound.reserved = outbound.index + _RESERVE
        self.outbound[room_id] = outbound
        self._dirty["outbound_session", room_id] = outbound

    def drop_outbound(self, room_id: str) -> None:
        """Forget a room's outbound session: the next message starts a new one."""
        self.outbound.pop(room_id, None)
        self._dirty["outbound_session", room_id] = None

    def save_devices(self, devices: DeviceList) -> None:
        """Remember a device list as fresh."""
        self.devices[devices.user_id] = devices
        self.outdated.discard(devices.user_id)
        self._dirty["device_list", devices.user_id] = devices

    def mark_outdated(self, users: Iterable[str]) -> None:
        """Have device lists asked for again before they are next relied upon."""
        for user in users:
            if user in self.devices and user not in self.outdated:
                self.outdated.add(user)
                self._dirty["device_list", user] = self.devices[user]

    async def outdate_all(self) -> None:
        """Have every device list asked for again before it is next relied upon."""
        async with self._database.transaction() as connection:
            await connection.execute(update(tables.device_list).values(outdated=True))
        self.mark_outdated(list(self.devices))

    def note_use(self, session: InboundGroupSession) -> None:
        """An inbound session decrypted something."""
        key = _place(session)
        if now() - self._used.get(key, 0) > _USE_NOTED:
            self._used[key] = now()
            self._dirty.setdefault(("inbound_session", *key), session)

    # ------------------------------------------------------------------ reading
    async def open(self) -> None:
        """Read what is always needed: the Olm account; another device's state is dropped."""
        for row in await self._rows(tables.sealed_value, "name", ["olm_account"]):
            stored = self._open("sealed_value", row.sealed, "olm_account")
            if stored["device"] != self._device_id:
                await self._forget_device()
                break
            self.account = pickles.read_account(stored)

    async def _forget_device(self) -> None:
        """A new login is a new device: its Olm sessions and outbound sessions start afresh."""
        account = tables.sealed_value.c.name == "olm_account"
        async with self._database.transaction() as connection:
            await connection.execute(delete(tables.sealed_value).where(account))
            await connection.execute(delete(tables.olm_session))
            await connection.execute(delete(tables.outbound_session))

    async def need_senders(self, sender_keys: Collection[str]) -> None:
        """Have the Olm sessions with these Curve25519 keys in memory."""
        async with self._loading:
            missing = set(sender_keys) - self._known_senders
            for row in await self._rows(tables.olm_session, "sender_key", missing):
                self._known_senders.add(row.sender_key)
                stored = self._opened("olm_session", row.sealed, row.sender_key, row.session_id)
                if self._is_ours(stored):
                    self.sessions.add(row.sender_key, pickles.read_olm(stored, row.used_at))

    def bind_sessions(self, sender_key: str, ed25519: str) -> None:
        """Who holds a Curve25519 key has named its Ed25519 key: sessions they opened are theirs."""
        for session in self.sessions[sender_key]:
            if session.ed25519 is None:
                session.ed25519, session.proved = ed25519, True
                self.save_session(sender_key, session)

    def tidy_sessions(self, sender_key: str) -> None:
        """Keep the newest few Olm sessions with a device; anybody can open any number of them.

        Those that its holder opened are counted for themselves: others can have us open more.
        """
        sessions = self.sessions[sender_key]
        proved = [session for session in sessions if session.proved]
        opened = [session for session in sessions if not session.proved]
        for old in (*proved[_OLM_SESSIONS:], *opened[_OLM_SESSIONS:]):
            self._dirty["olm_session", sender_key, old.id] = None
            sessions.remove(old)
        if sessions:
            self._known_senders.add(sender_key)
        else:
            self.sessions._entries.pop(sender_key)  # noqa: SLF001  # nio's look-up has made an empty one

    async def need_inbound(self, wanted: Collection[tuple[str, str]]) -> None:
        """Have these Megolm sessions, (room id, session id), in memory if we have them at all."""
        if len(self.inbound) > _IN_MEMORY:
            self._shrink(wanted)
        missing = [key for key in set(wanted) if key not in self.inbound]
        t = tables.inbound_session
        rows: list[Any] = []
        for some in portions(missing):
            wanted_now = tuple_(t.c.room_id, t.c.session_id).in_(some)
            async with self._database.transaction() as connection:
                rows += (await connection.execute(select(t).where(wanted_now))).all()
        for row in rows:
            place = (row.room_id, row.sender_key, row.session_id)
            if row.sender_key in self.inbound.get((row.room_id, row.session_id), ()):
                continue
            stored = self._opened("inbound_session", row.sealed, *place)
            if stored is None:
                continue
            self._hold(pickles.read_inbound(stored, row.room_id, row.sender_key))
            self._used[place] = row.used_at

    def _hold(self, session: InboundGroupSession) -> None:
        claims = self.inbound.setdefault((session.room_id, session.id), {})
        claims[session.sender_key] = session

    async def need_outbound(self, room_id: str) -> None:
        """Have the room's outbound session in memory if there is one."""
        if room_id in self.outbound or ("outbound_session", room_id) in self._dirty:
            return
        for row in await self._rows(tables.outbound_session, "room_id", [room_id]):
            stored = self._opened("outbound_session", row.sealed, room_id)
            if self._is_ours(stored):
                self.outbound[room_id] = pickles.read_outbound(stored)

    async def need_devices(self, users: Collection[str]) -> None:
        """Have the stored device lists of these users in memory."""
        missing = [user for user in users if user not in self.devices]
        for row in await self._rows(tables.device_list, "user_id", missing):
            if row.user_id in self.devices:
                continue
            stored = self._opened("device_list", row.sealed, row.user_id)
            if stored is None:
                continue
            self.devices[row.user_id] = DeviceList.from_json(stored)
            if row.outdated:
                self.outdated.add(row.user_id)

    # ------------------------------------------------------------------ writing
    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[AsyncConnection]:
        """One transaction that also writes everything dirty; nothing is forgotten if it fails."""
        async with self._writing, self._all_or_nothing() as connection:
            yield connection

    async def flush(self) -> None:
        """Write everything dirty now: before anything leaves that was encrypted with it."""
        async with self._writing:
            if self._dirty:
                async with self._all_or_nothing():
                    pass

    async def expire(self) -> int:
        """Drop inbound sessions unused for 30 days, and what guarded them against replays.

        That they were there is kept: :meth:`never_dropped`.
        """
        t, seen = tables.inbound_session, tables.megolm_index
        old = t.c.used_at < now() - _KEPT
        async with self._database.transaction() as connection:
            found = await connection.execute(select(t.c.sender_key, t.c.session_id).where(old))
            mark = {"message_index": _DROPPED, "event_id": ""}
            if gone := [{**row, **mark} for row in found.mappings()]:
                await connection.execute(delete(t).where(old))
                left = seen.c.session_id.not_in(select(t.c.session_id))
                await connection.execute(delete(seen).where(left, seen.c.message_index != _DROPPED))
                await connection.execute(insert_new(connection, seen), gone)
        self._shrink(())  # what is in memory must not outlive what guards it against replays
        return len(gone)

    async def never_dropped(self, offered: list[InboundGroupSession]) -> list[InboundGroupSession]:
        """Those of some sessions that are really new, or still known.

        A homeserver that gives a room key again, once both it and its messages are forgotten, would
        have them all run once more (N7).
        """
        t, keys = tables.megolm_index, [(session.sender_key, session.id) for session in offered]
        dropped: set[tuple[str, str]] = set()
        for some in portions(keys):
            these = tuple_(t.c.sender_key, t.c.session_id).in_(some)
            query = select(t.c.sender_key, t.c.session_id)
            async with self._database.transaction() as connection:
                found = await connection.execute(query.where(these, t.c.message_index == _DROPPED))
                dropped |= {(sender_key, session_id) for sender_key, session_id in found}
        for session in offered:
            if (session.sender_key, session.id) in dropped:
                log.warning("room_key.refused", room=session.room_id, reason="dropped before")
        return [s for s in offered if (s.sender_key, s.id) not in dropped]

    @asynccontextmanager
    async def _all_or_nothing(self) -> AsyncIterator[AsyncConnection]:
        written: dict[tuple[str, ...], Any] = {}
        try:
            async with self._database.transaction() as connection:
                yield connection
                written, self._dirty = self._dirty, {}
                await self._write(connection, written)
        except BaseException:
            self._dirty = written | self._dirty
            raise

    async def _write(self, connection: AsyncConnection, dirty: dict[tuple[str, ...], Any]) -> None:
        rows: dict[str, list[dict[str, Any]]] = {}
        for (table, *keys), thing in dirty.items():
            if thing is None:
                t = tables.metadata.tables[table]
                row = (c == key for c, key in zip(t.primary_key, keys, strict=True))
                await connection.execute(delete(t).where(*row))
            else:
                rows.setdefault(table, []).append(self._row(table, keys, thing))
        for table, batch in rows.items():
            await connection.execute(upsert(connection, tables.metadata.tables[table]), batch)

    def _row(self, table: str, keys: list[str], thing: Any) -> dict[str, Any]:
        """One row; what only this device can use says whose it is."""
        device, columns = {"device": self._device_id}, dict[str, Any]()
        match table:
            case "sealed_value":
                stored, names = pickles.write_account(thing) | device, ["name"]
            case "olm_session":
                stored, names = pickles.write_olm(thing) | device, ["sender_key", "session_id"]
                columns = {"used_at": pickles.used_at(thing.use_time)}
            case "inbound_session":
                stored, names = (
                    pickles.write_inbound(thing),
                    ["room_id", "sender_key", "session_id"],
                )
                columns = {"used_at": now()}
            case "outbound_session":
                stored, names = pickles.write_outbound(thing) | device, ["room_id"]
            case _:
                stored, names = thing.to_json(), ["user_id"]
                columns = {"outdated": keys[0] in self.outdated}
        sealed = self._seal(table, stored, *keys)
        return {**dict(zip(names, keys, strict=True)), **columns, "sealed": sealed}

    def _seal(self, table: str, stored: dict[str, Any], *keys: str) -> bytes:
        plain = json.dumps(stored, separators=(",", ":")).encode()
        return self._sealer.seal(plain, **row_context(table, *keys))

    def _open(self, table: str, sealed: bytes, *keys: str) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self._sealer.open(sealed, **row_context(table, *keys)))
        return found

    def _opened(self, table: str, sealed: bytes, *keys: str) -> dict[str, Any] | None:
        """What can be had anew: what does not open is as good as gone, and stops nothing."""
        try:
            return self._open(table, sealed, *keys)
        except Unopenable:
            log.error("crypto_state.unopenable", table=table)
            return None

    def _is_ours(self, stored: dict[str, Any] | None) -> TypeGuard[dict[str, Any]]:
        """Whether it was there, and made by this device: another's keys would leave us mute."""
        return stored is not None and stored.get("device", self._device_id) == self._device_id

    async def _rows(self, table: Table, column: str, keys: Collection[str]) -> list[Any]:
        rows: list[Any] = []
        for some in portions(keys):
            these = select(table).where(table.c[column].in_(some))
            async with self._database.transaction() as connection:
                rows += (await connection.execute(these)).all()
        return rows

    def _shrink(self, wanted: Collection[tuple[str, str]]) -> None:
        keep = set(wanted) | {(k[1], k[3]) for k in self._dirty if k[0] == "inbound_session"}
        self.inbound = {key: s for key, s in self.inbound.items() if key in keep}
        self._used = {key: at for key, at in self._used.items() if key[::2] in keep}


def _place(session: InboundGroupSession) -> tuple[str, str, str]:
    """Its primary key: room id, Curve25519 key of who gave it, session id."""
    return session.room_id, session.sender_key, session.id
