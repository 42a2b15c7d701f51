"""Somebody who asks and measures how long the answer takes.

The clock starts before the request that sends the command, which is encrypted ahead, and stops when
the sync response is there that holds the answer, before it is read. That costs the same whether the
room is encrypted or not, so that figures can be compared.
"""

from __future__ import annotations

import asyncio
import itertools
import json
from contextlib import suppress
from dataclasses import dataclass
from time import perf_counter
from typing import Final, Self
from urllib.parse import quote

import aiohttp
import vodozemac

from bench.olm import MEGOLM, Olm
from bench.wire import Json, Wire
from sandbox.synapse import Login, Synapse

PATIENCE: Final = 20.0  # seconds after which a command counts as unanswered
ENCRYPTION: Final[Json] = {
    "type": "m.room.encryption",
    "state_key": "",
    "content": {"algorithm": MEGOLM},
}
_NOTHING: Final[Json] = {"types": []}


class NoAnswer(Exception):
    """A command was not answered in time."""


@dataclass(frozen=True, slots=True)
class Room:
    """A room of two: the asker and ``bot``. ``session`` is None where it is not encrypted."""

    room_id: str
    bot: str
    session: vodozemac.GroupSession | None


@dataclass(frozen=True, slots=True)
class Asked:
    """A command on its way: when it was sent (:func:`perf_counter`), as which event."""

    room: Room
    sent: float
    event_id: str


class Asker:
    """A cross-signed user at a device that does no more than it must. Make one with `arrive`."""

    def __init__(self, login: Login, wire: Wire) -> None:
        self.user, self._wire, self._olm = login.user, wire, Olm(login)
        self._numbers = itertools.count()
        self._answers: dict[str, tuple[float, Json]] = {}  # by the command's event id
        self._waiting: dict[str, asyncio.Event] = {}
        self._to_device: list[Json] = []
        self._listening: asyncio.Task[None] | None = None

    @classmethod
    async def arrive(cls, homeserver: Synapse, http: aiohttp.ClientSession, name: str) -> Self:
        """Register, publish identity and device, and begin to listen."""
        login = await homeserver.register(name, f"password of {name}")
        asker = cls(login, Wire(http, homeserver.url, login))
        identity = asker._olm.identity.upload()
        await asker._wire.call("POST", "/keys/device_signing/upload", identity)
        await asker._wire.call("POST", "/keys/upload", asker._olm.upload())
        query = {"filter": _filter(asker.user), "timeout": "0"}
        batch = json.loads(await asker._wire.poll(query))
        asker._listening = asyncio.create_task(asker._listen(query, batch["next_batch"]))
        return asker

    async def leave(self) -> None:
        """Stop listening."""
        if self._listening is not None:
            self._listening.cancel()
            with suppress(asyncio.CancelledError):
                await self._listening

    # rooms ----------------------------------------------------------------------------------
    async def open_room(self, bot: Login, joiner: Wire, *, encrypted: bool) -> Room:
        """Open a room with a bot, which ``joiner`` joins for it."""
        body = {
            "preset": "private_chat",
            "invite": [bot.user],
            "initial_state": [ENCRYPTION] if encrypted else [],
        }
        room_id = (await self._wire.call("POST", "/createRoom", body))["room_id"]
        await joiner.call("POST", f"/rooms/{quote(room_id)}/join", {})
        return Room(room_id, bot.user, vodozemac.GroupSession() if encrypted else None)

    async def give_key(self, room: Room) -> None:
        """Give the room's key to the bot's signed or only device."""
        if room.session is None:
            return
        query: Json = {"device_keys": {room.bot: []}}
        shown = (await self._wire.call("POST", "/keys/query", query))["device_keys"][room.bot]
        for device, keys in shown.items():
            wanted = {"one_time_keys": {room.bot: {device: "signed_curve25519"}}}
            claimed = await self._wire.call("POST", "/keys/claim", wanted)
            (prekey,) = claimed["one_time_keys"][room.bot][device].values()
            content = self._olm.room_key(room.room_id, room.session, keys, prekey["key"])
            path = f"/sendToDevice/m.room.encrypted/{next(self._numbers)}"
            await self._wire.call("PUT", path, {"messages": {room.bot: {device: content}}})

    # asking ---------------------------------------------------------------------------------
    async def ask(self, room: Room, *, patience: float = PATIENCE) -> float:
        """Say ``help`` and return the seconds until the answer was there.

        Raises:
            NoAnswer: none came within ``patience`` seconds.
        """
        asked = await self.say(room)
        return await self.answered(asked, patience=patience) - asked.sent

    async def say(self, room: Room) -> Asked:
        """Say ``help``, and do not wait for an answer."""
        content: Json = {"msgtype": "m.text", "body": "help"}
        kind = "m.room.message"
        if room.session is not None:
            kind, content = (
                "m.room.encrypted",
                self._olm.encrypt(room.room_id, room.session, content),
            )
        path = f"/rooms/{quote(room.room_id)}/send/{kind}/{next(self._numbers)}"
        body = json.dumps(content).encode()
        sent = perf_counter()
        answer = await self._wire.send("PUT", path, body)
        return Asked(room, sent, answer["event_id"])

    async def answered(self, asked: Asked, *, patience: float = PATIENCE) -> float:
        """Return when the answer was there (:func:`perf_counter`).

        Raises:
            NoAnswer: none came within ``patience`` seconds.
        """
        if asked.event_id not in self._answers:
            heard = self._waiting[asked.event_id] = asyncio.Event()
            try:
                await asyncio.wait_for(heard.wait(), patience)
            except TimeoutError:
                self._check()
                raise NoAnswer(f"{asked.room.bot} did not answer {self.user}") from None
            finally:
                del self._waiting[asked.event_id]
        return self._answers[asked.event_id][0]

    def read(self, asked: Asked) -> str:
        """Decrypt an answer and return its text: that there is one is not enough."""
        while self._to_device:
            self._olm.take(self._to_device.pop(0))
        _, event = self._answers[asked.event_id]
        content = event["content"]
        if asked.room.session is not None:
            content = self._olm.read(asked.room.room_id, event)
        return str(content["body"])

    # listening ------------------------------------------------------------------------------
    async def _listen(self, query: dict[str, str], since: str) -> None:
        while True:
            data = await self._wire.poll(query | {"since": since, "timeout": "30000"})
            arrived = perf_counter()
            batch = json.loads(data)
            since = batch["next_batch"]
            self._to_device.extend(batch.get("to_device", {}).get("events", ()))
            for room in batch.get("rooms", {}).get("join", {}).values():
                for event in room["timeline"]["events"]:
                    self._hear(arrived, event)

    def _hear(self, arrived: float, event: Json) -> None:
        relation = event["content"].get("m.relates_to", {})
        answered = relation.get("m.in_reply_to", {}).get("event_id")
        if answered is not None:
            self._answers.setdefault(answered, (arrived, event))
            if answered in self._waiting:
                self._waiting[answered].set()

    def _check(self) -> None:
        """Raise what ended the listening, if something did."""
        if self._listening is not None and self._listening.done():
            self._listening.result()


def _filter(user: str) -> str:
    timeline = {
        "types": ["m.room.encrypted", "m.room.message"],
        "not_senders": [user],
        "limit": 50,
    }
    room = {
        "state": _NOTHING,
        "ephemeral": _NOTHING,
        "account_data": _NOTHING,
        "timeline": timeline,
    }
    return json.dumps({"presence": _NOTHING, "account_data": _NOTHING, "room": room})
