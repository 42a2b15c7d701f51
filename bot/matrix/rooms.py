"""The rooms the bot is in: members, encryption, what was said once. Kept over restarts.

Nothing sensitive is decided from here: :meth:`Rooms.members_now` asks the server.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

import structlog
from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.clock import now
from bot.errors import Unopenable
from bot.matrix.client import Homeserver, MatrixError, path
from bot.matrix.events import timestamp
from bot.storage import tables
from bot.storage.database import Database
from bot.storage.statements import insert_new, portions, upsert
from bot.vault.context import row_context
from bot.vault.sealer import Sealer

log = structlog.get_logger()

_PRESENT = ("join", "invite")
_OPENNESS = {
    "m.room.history_visibility": "history_visibility",
    "m.room.guest_access": "guest_access",
    "m.room.join_rules": "join_rule",
}
_SETTINGS = ("algorithm", "rotation_period_ms", "rotation_period_msgs")


@dataclass(slots=True)
class Room:
    """A room as the last sync left it.

    ``members`` are those who have joined or are invited; ``encryption`` is what is used of the
    content of ``m.room.encryption``; ``joined_at`` is the server's time (ms) of our own joining;
    ``told`` names the notices that were given once. ``guests`` are those of the members who have
    no account of their own (Synapse says so in their membership); ``openness`` is the one word of
    each state event of :data:`_OPENNESS`.
    """

    room_id: str
    members: dict[str, str] = field(default_factory=dict)
    encryption: dict[str, Any] | None = None
    joined_at: int = 0
    told: set[str] = field(default_factory=set)
    guests: set[str] = field(default_factory=set)
    openness: dict[str, str] = field(default_factory=dict)

    @property
    def is_open(self) -> bool:
        """Whether people outside can read it, or guests are in it or can come in by themselves."""
        seen = self.openness
        if seen.get("m.room.history_visibility") == "world_readable" or self.guests:
            return True
        guests_come = seen.get("m.room.guest_access") == "can_join"
        return guests_come and seen.get("m.room.join_rules") == "public"

    def is_private(self, bot: str, user: str) -> bool:
        """Whether its members are exactly the bot and ``user``."""
        return set(self.members) == {bot, user}

    def apply(self, event: Mapping[str, Any], bot: str) -> bool:
        """Take in a state event. True if something changed; malformed ones change nothing."""
        kind, key, content = event.get("type"), event.get("state_key"), event.get("content")
        if not isinstance(key, str) or not isinstance(content, dict) or not key.isprintable():
            return False
        if kind == "m.room.encryption" and key == "":
            self.encryption = {
                name: content[name]
                for name in _SETTINGS
                if isinstance(content.get(name), str | int)
            }
        elif kind == "m.room.member":
            membership = content.get("membership")
            if key == bot and membership == "join" and self.members.get(bot) != "join":
                self.joined_at = timestamp(event)
            self.guests.discard(key)
            if membership in _PRESENT:
                self.members[key] = membership
                if content.get("kind") == "guest":
                    self.guests.add(key)
            else:
                self.members.pop(key, None)
        elif isinstance(kind, str) and kind in _OPENNESS and key == "":
            word = content.get(_OPENNESS[kind])
            self.openness[kind] = word[:32] if isinstance(word, str) else "unknown"
        else:
            return False
        return True


class Rooms:
    """All rooms, loaded when they are first needed."""

    def __init__(
        self, homeserver: Homeserver, database: Database, sealer: Sealer, bot: str
    ) -> None:
        self._homeserver, self._database, self._sealer, self._bot = (
            homeserver,
            database,
            sealer,
            bot,
        )
        self._rooms: dict[str, Room] = {}
        self._encrypted: set[str] = set()
        self._clear: set[str] = set()  # the server was asked about these since the start
        self._dirty: set[str] = set()
        self._direct: dict[str, list[str]] | None = None
        self._creating = asyncio.Lock()

    async def open(self) -> None:
        """Read which rooms were ever encrypted."""
        t = tables.encrypted_room
        async with self._database.transaction() as connection:
            self._encrypted = set(await connection.scalars(select(t.c.room_id)))

    async def need(self, rooms: Collection[str]) -> None:
        """Have these rooms in memory."""
        t, rows = tables.room_state, list[Any]()
        for some in portions(room_id for room_id in rooms if room_id not in self._rooms):
            async with self._database.transaction() as connection:
                rows += (await connection.execute(select(t).where(t.c.room_id.in_(some)))).all()
        for row in rows:
            if row.room_id in self._rooms:
                continue  # a sync has brought something newer meanwhile
            context = row_context("room_state", row.room_id)
            try:
                stored = json.loads(self._sealer.open(row.sealed, **context))
            except Unopenable:
                log.error("room.unopenable", room=row.room_id)  # its members are asked for anew
                continue
            stored["told"] = set(stored["told"])
            stored["guests"] = set(stored.get("guests", ()))
            self._rooms[row.room_id] = Room(**stored)
            if stored["encryption"] is not None:  # whatever the list of encrypted rooms has lost
                self.mark_encrypted(row.room_id)

    def get(self, room_id: str) -> Room:
        """The room; an empty one where nothing is known. :meth:`need` has been called."""
        return self._rooms.setdefault(room_id, Room(room_id))

    def is_encrypted(self, room_id: str) -> bool:
        """Whether the room is or ever was encrypted (P7)."""
        return room_id in self._encrypted

    def update(self, room_id: str, events: Iterable[Any]) -> bool:
        """Apply state events. True if something changed."""
        room, changed = self.get(room_id), False
        for event in events:
            if isinstance(event, dict) and room.apply(event, self._bot):
                changed = True
        if room.encryption is not None:
            self._encrypted.add(room_id)
        if changed:
            self._dirty.add(room_id)
        return changed

    def mark_encrypted(self, room_id: str) -> None:
        """Remember that something encrypted was seen there, for good."""
        if room_id not in self._encrypted:
            self._encrypted.add(room_id)
            self._dirty.add(room_id)

    def tell_once(self, room_id: str, notice: str) -> bool:
        """True the first time ``notice`` is to be given in the room."""
        room = self.get(room_id)
        if notice in room.told:
            return False
        room.told.add(notice)
        self._dirty.add(room_id)
        return True

    def drop(self, room_id: str) -> None:
        """Forget a room we are not in any more; that it was encrypted is remembered."""
        self._rooms[room_id] = Room(room_id)
        self._dirty.add(room_id)

    async def write(self, connection: AsyncConnection) -> set[str]:
        """Write what has changed, in the caller's transaction; returns of which rooms.

        If the transaction fails, :meth:`rewrite` these.
        """
        dirty, self._dirty = self._dirty, set()
        rows, gone = [], []
        for room_id in dirty:
            room = self._rooms[room_id]
            if not room.members:
                gone.append(room_id)
                continue
            stored = {
                "room_id": room_id,
                "members": room.members,
                "encryption": room.encryption,
                "joined_at": room.joined_at,
                "told": sorted(room.told),
                "guests": sorted(room.guests),
                "openness": room.openness,
            }
            sealed = self._sealer.seal(
                json.dumps(stored).encode(), **row_context("room_state", room_id)
            )
            rows.append({"room_id": room_id, "sealed": sealed})
        t = tables.room_state
        if rows:
            await connection.execute(upsert(connection, t), rows)
        if gone:
            await connection.execute(delete(t).where(t.c.room_id.in_(gone)))
        sticky = [{"room_id": r, "since": now()} for r in dirty if r in self._encrypted]
        if sticky:
            await connection.execute(insert_new(connection, tables.encrypted_room), sticky)
        return dirty

    def rewrite(self, rooms: set[str]) -> None:
        """Have these rooms written once more."""
        self._dirty |= rooms

    # ------------------------------------------------------------------ asking the server
    async def members_now(self, room_id: str) -> dict[str, str]:
        """Who has joined or is invited, as the server lists them at this moment (N16).

        Raises:
            MatrixError, Unreachable: it does not say.
        """
        answer = await self._homeserver.request("GET", path("/v3/rooms/{}/members", room_id))
        members = {}
        for event in answer["chunk"]:
            membership = event["content"].get("membership")
            if membership in _PRESENT:
                members[event["state_key"]] = membership
        return members

    async def is_private_now(self, room_id: str, user: str) -> bool:
        """P1: encrypted, and its members are exactly the bot and ``user``. Asks the server."""
        if not self.is_encrypted(room_id):
            return False
        return await self.members_now(room_id) == {self._bot: "join", user: "join"}

    async def is_open(self, room_id: str) -> bool:
        """Whether people outside can read the room; see :attr:`Room.is_open`.

        The server is asked about what no sync has told.
        """
        await self.need([room_id])
        room = self.get(room_id)
        for kind, key in _OPENNESS.items():
            if kind in room.openness:
                continue
            try:
                where = path("/v3/rooms/{}/state/{}/", room_id, kind)
                content = await self._homeserver.request("GET", where)
            except MatrixError as error:
                if error.status != HTTPStatus.NOT_FOUND:
                    raise
                content = {key: "not set"}
            self.update(room_id, [{"type": kind, "state_key": "", "content": content}])
        return room.is_open

    async def direct(self, user: str) -> str:
        """An encrypted direct message with ``user``; one is made where there is none.

        Raises:
            MatrixError, Unreachable: it cannot be found or made.
        """
        listed = await self._listed_direct()
        for room_id in reversed(listed.get(user, [])):
            if await self._still_direct(room_id, user):
                return room_id
        async with self._creating:
            return await self._create_direct(user)

    async def look_again(self, room_id: str) -> bool:
        """Whether a room is encrypted; the server is asked about one that seems not to be.

        A room that is being made may arrive before its encryption does, and what was known of a
        room may be lost. Any answer but "there is no encryption" is a yes (P7).
        """
        async with self._creating:
            if self.is_encrypted(room_id):
                return True
        if room_id in self._clear:
            return False
        where = path("/v3/rooms/{}/state/m.room.encryption/", room_id)
        try:
            content = await self._homeserver.persist("GET", where)
        except MatrixError as error:
            if error.status != HTTPStatus.NOT_FOUND:
                return True
            self._clear.add(room_id)  # should that change, a sync will tell
            return False
        self.update(room_id, [{"type": "m.room.encryption", "state_key": "", "content": content}])
        return True

    async def _create_direct(self, user: str) -> str:
        answer = await self._homeserver.request(
            "POST",
            "/v3/createRoom",
            {
                "preset": "trusted_private_chat",
                "is_direct": True,
                "invite": [user],
                "initial_state": [
                    {
                        "type": "m.room.encryption",
                        "state_key": "",
                        "content": {"algorithm": "m.megolm.v1.aes-sha2"},
                    }
                ],
            },
        )
        room_id = str(answer["room_id"])
        room = self.get(room_id)
        room.members, room.joined_at = {self._bot: "join", user: "invite"}, 1
        room.told.add("greeting")  # the bot came to ask for something
        room.encryption = {"algorithm": "m.megolm.v1.aes-sha2"}
        self.mark_encrypted(room_id)
        await self.remember_direct(user, room_id)
        return room_id

    async def remember_direct(self, user: str, room_id: str) -> None:
        """List the room in ``m.direct``, last: it is the one that was used last."""
        listed = await self._listed_direct()
        rooms = [r for r in listed.get(user, []) if r != room_id] + [room_id]
        if rooms == listed.get(user):
            return
        listed[user] = rooms
        where = path("/v3/user/{}/account_data/m.direct", self._bot)
        await self._homeserver.persist("PUT", where, listed)

    async def _listed_direct(self) -> dict[str, list[str]]:
        if self._direct is None:
            where = path("/v3/user/{}/account_data/m.direct", self._bot)
            try:
                found = await self._homeserver.request("GET", where)
            except MatrixError as error:
                if error.status != 404:
                    raise
                found = {}
            self._direct = {u: list(r) for u, r in found.items() if isinstance(r, list)}
        return self._direct

    async def _still_direct(self, room_id: str, user: str) -> bool:
        await self.need([room_id])
        if not self.is_encrypted(room_id):
            return False
        try:
            members = await self.members_now(room_id)
        except MatrixError:
            return False
        return set(members) == {self._bot, user} and members[self._bot] == "join"
