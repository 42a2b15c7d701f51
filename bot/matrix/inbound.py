"""From a sync response to messages that somebody answers for.

A batch is taken in whole: room state, room keys, device lists, then every event on its own; what
comes of it is written in one transaction together with the sync token, and only then worked on.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final

import structlog
from sqlalchemy import bindparam, select, tuple_

from bot.clock import now
from bot.matrix.client import Homeserver, Unreachable
from bot.matrix.devices import DeviceList
from bot.matrix.events import (
    entries,
    section,
    session_id,
    timestamp,
)
from bot.matrix.ids import is_id
from bot.matrix.inbox import (
    Entry,
    Inbox,
    Late,
    Locked,
    Waiting,
    Withheld,
)
from bot.matrix.judge import Judge, Trust, Wants
from bot.matrix.keys import KeyExchange
from bot.matrix.machine import Machine, NoKey, Refused
from bot.matrix.order import Order
from bot.matrix.pins import Pins
from bot.matrix.rooms import Rooms
from bot.matrix.store import CryptoStore
from bot.matrix.timelines import Timelines
from bot.model import Message
from bot.storage import tables
from bot.storage.statements import insert_new, portions, upsert

_INDEX: Final = tables.megolm_index
_PLACE: Final = (_INDEX.c.sender_key, _INDEX.c.session_id, _INDEX.c.message_index)
_SEEN: Final = select(*_PLACE, _INDEX.c.event_id).where(
    tuple_(*_PLACE).in_(bindparam("keys", expanding=True))
)

log = structlog.get_logger()


@dataclass(slots=True)
class _Batch:
    """What one sync response has come to."""

    events: Sequence[tuple[str, Mapping[str, Any]]]
    entries: list[Entry]
    unlocked: list[Entry] = field(default_factory=list)
    indices: list[dict[str, Any]] = field(default_factory=list)
    asked: set[str] = field(default_factory=set)


class Inbound:
    """Takes in sync responses."""

    def __init__(
        self,
        *,
        homeserver: Homeserver,
        machine: Machine,
        store: CryptoStore,
        keys: KeyExchange,
        pins: Pins,
        rooms: Rooms,
        inbox: Inbox,
        trust: Trust,
        max_age: int,
        wants: Wants,
        refused: Counter[str],
    ) -> None:
        self._machine, self._store, self._max_age = machine, store, max_age * 1000
        self._keys, self._pins, self._rooms, self._inbox = keys, pins, rooms, inbox
        bot: str = machine.user_id
        self._timelines = Timelines(homeserver, rooms, store, bot, self._max_age)
        self._judge = Judge(pins=pins, rooms=rooms, trust=trust, wants=wants, bot=bot)
        self._refused = refused
        self._order = Order()
        self._told_withheld: set[tuple[str, str, str]] = set()

    async def receive(
        self, response: Mapping[str, Any], *, since: str | None, catching_up: bool
    ) -> list[Waiting]:
        """Take in one response and write it with its token; returns what is to be worked on.

        ``since`` is None for a first sync, whose timelines are not looked at. ``catching_up``:
        the bot was down, so an event's age is the server's word and not that of its arrival.

        Raises:
            Unreachable: it is not a sync response.
        """
        token = response.get("next_batch")
        if not isinstance(token, str):
            raise Unreachable("the homeserver's answer is not a sync response")
        if since is None:  # it does not say whose devices have changed since we last knew
            await self._store.outdate_all()
        arrived = await self._take_keys(response)
        taken = await self._timelines.take(response, since)
        batch = _Batch(taken.events, list(taken.arrivals))
        await self._unlock(batch, arrived)
        await self._give_up(batch)
        await self._read(batch, catching_up=catching_up)
        fresh = await self._write(batch, token)
        received = now()
        items = {
            e.event_id: e
            for e in (*batch.unlocked, *batch.entries)
            if not isinstance(e, Locked) and e.event_id in fresh
        }
        return [Waiting(item, received) for item in items.values()]

    # ------------------------------------------------------------------ keys
    async def _take_keys(self, response: Mapping[str, Any]) -> set[tuple[str, str]]:
        events = entries(section(response, "to_device"), "events")
        await self._store.need_senders(self._machine.olm_senders(events))
        senders = (event.get("sender") for event in events if isinstance(event, dict))
        await self._store.need_devices({user for user in senders if is_id(user)})
        offered = await self._store.never_dropped(self._machine.receive_to_device(events))
        await self._store.need_inbound({(s.room_id, s.id) for s in offered})
        arrived = {(s.room_id, s.id) for s in offered if self._machine.accept(s)}
        lists = section(response, "device_lists")
        changed = {u for kind in ("changed", "left") for u in entries(lists, kind) if is_id(u)}
        await self._store.need_devices(changed)
        self._store.mark_outdated(changed)
        return arrived

    # ------------------------------------------------------------------ events
    async def _unlock(self, batch: _Batch, arrived: set[tuple[str, str]]) -> None:
        """Look again at events whose room key has come now, with all the checks."""
        if not arrived:
            return
        for locked in await self._inbox.locked({session for _, session in arrived}, self._max_age):
            await self._rooms.need([locked.room])
            devices = await self._devices([(locked.room, locked.event)])
            entry = await self._contained(locked.room, locked.event, devices, batch)
            if isinstance(entry, Message) and locked.overdue:
                entry = Late.of(entry)
            if entry is not None and not isinstance(entry, Locked):
                batch.unlocked.append(entry)

    async def _give_up(self, batch: _Batch) -> None:
        """Do not wait any longer for room keys that a client says it keeps from us."""
        kept, self._told_withheld = (
            set(self._machine.withheld) - self._told_withheld,
            set(self._machine.withheld),
        )
        if not kept:
            return
        for locked in await self._inbox.locked({session for *_, session in kept}, self._max_age):
            if (locked.user, locked.room, locked.session_id) in kept:
                batch.unlocked.append(Withheld(locked.user, locked.room, locked.event_id))

    async def _read(self, batch: _Batch, *, catching_up: bool) -> None:
        devices = await self._devices(batch.events)
        for room_id, event in batch.events:
            entry = await self._contained(room_id, event, devices, batch)
            if catching_up and timestamp(event) < now() - self._max_age:
                if isinstance(entry, Message):
                    entry = Late.of(entry)
                elif isinstance(entry, Locked):
                    entry = replace(entry, overdue=True)
            if entry is not None:
                batch.entries.append(entry)

    async def _contained(
        self,
        room_id: str,
        event: Mapping[str, Any],
        devices: dict[str, DeviceList],
        batch: _Batch,
    ) -> Entry | None:
        """What one event comes to; a bad one is logged, and the others go on (N2)."""
        try:
            return await self._entry(room_id, event, devices, batch)
        except Exception as error:  # noqa: BLE001  # one bad item must not end the batch
            log.warning("event.broken", room=room_id, error=type(error).__name__)
            return None

    async def _devices(
        self, events: Iterable[tuple[str, Mapping[str, Any]]]
    ) -> dict[str, DeviceList]:
        """Have what decrypting these events needs; returns their senders' devices."""
        encrypted = [(room, e) for room, e in events if e.get("type") == "m.room.encrypted"]
        sessions = {(room, session_id(e)) for room, e in encrypted}
        await self._store.need_inbound({(r, s) for r, s in sessions if s is not None})
        return await self._keys.devices_of({e["sender"] for _, e in encrypted})

    async def _entry(
        self,
        room_id: str,
        event: Mapping[str, Any],
        devices: dict[str, DeviceList],
        batch: _Batch,
    ) -> Entry | None:
        """What one event comes to; None where it does not concern the bot."""
        sender, event_id = event["sender"], event["event_id"]
        if event["type"] != "m.room.encrypted":
            await self._pins.need([sender])
            return self._judge.clear(room_id, event)
        self._rooms.mark_encrypted(room_id)
        try:
            found = self._machine.decrypt_room_event(room_id, event, devices)
        except NoKey as missing:
            if (sender, room_id, missing.session_id) in self._machine.withheld:
                return Withheld(sender, room_id, event_id)
            return Locked(sender, room_id, event_id, missing.session_id, dict(event))
        except Refused as refusal:
            self._refused[refusal.reason] += 1
            log.warning("event.refused", room=room_id, user=sender, reason=refusal.reason)
            return None
        if found.device is None and sender not in batch.asked:
            batch.asked.add(sender)
            devices.update(await self._keys.devices_of([sender], anew=[sender]))
            found = self._machine.decrypt_room_event(room_id, event, devices)
        batch.indices.append(
            {
                "sender_key": found.sender_key,
                "session_id": found.session_id,
                "message_index": found.index,
                "event_id": event_id,
            }
        )
        place = self._order.place(sender, room_id, found.session_id, found.index)
        return self._judge.decrypted(room_id, event, found, devices.get(sender), place)

    # ------------------------------------------------------------------ the transaction
    async def _write(self, batch: _Batch, token: str) -> set[str]:
        """One transaction: token, inbox, replay guard, rooms, crypto state."""
        rooms: set[str] = set()
        try:
            async with self._store.transaction() as connection:
                replayed = await self._replayed(connection, batch.indices)
                keep = [e for e in batch.entries if e.event_id not in replayed]
                unlocked = [e for e in batch.unlocked if e.event_id not in replayed]
                fresh = await self._inbox.add(connection, keep)
                fresh |= await self._inbox.unlock(connection, unlocked)
                rooms = await self._rooms.write(connection)
                row = {"name": "next_batch", "value": token}
                await connection.execute(upsert(connection, tables.sync_state), [row])
        except BaseException:
            self._rooms.rewrite(rooms)
            raise
        return fresh

    async def _replayed(self, connection: Any, indices: list[dict[str, Any]]) -> set[str]:
        """The events whose ciphertext has been seen before (N7), in this batch or earlier.

        One that was taken in earlier is not taken in again under its own id either: it may have
        meant nothing then, or been forgotten since.
        """
        seen: dict[tuple[str, str, int], str] = {}
        keys = [(i["sender_key"], i["session_id"], i["message_index"]) for i in indices]
        for some in portions(keys):
            found = await connection.execute(_SEEN, {"keys": some})
            seen |= {(key, session, index): event for key, session, index, event in found}
        replayed, new = set(), []
        earlier = set(seen)
        for key, row in zip(keys, indices, strict=True):
            if (first := seen.get(key)) is None:
                seen[key] = row["event_id"]
                new.append(row)
                continue
            if key in earlier or first != row["event_id"]:
                replayed.add(row["event_id"])
            if first != row["event_id"]:  # otherwise it is the same event, delivered again
                self._refused["replayed"] += 1
                log.warning("event.refused", reason="replayed", event_id=row["event_id"])
        if new:
            await connection.execute(insert_new(connection, _INDEX), new)
        return replayed
