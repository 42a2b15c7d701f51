"""A bot's receiving side without a homeserver: sync responses are written by hand.

The cryptography is real on both ends. What a homeserver would be asked is answered by a small
server of our own, from what the test says it knows.
"""

from __future__ import annotations

import itertools
import json
from collections import Counter
from collections.abc import Collection, Mapping
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from typing import Any

import vodozemac
from aiohttp import web
from aiohttp.test_utils import TestServer

from bot.clock import now
from bot.matrix.client import Homeserver
from bot.matrix.devices import Device
from bot.matrix.identity import OwnIdentity
from bot.matrix.inbound import Inbound
from bot.matrix.inbox import Inbox
from bot.matrix.judge import Trust
from bot.matrix.keys import KeyExchange
from bot.matrix.machine import Machine
from bot.matrix.pins import Pins
from bot.matrix.rooms import Rooms
from bot.matrix.store import CryptoStore
from bot.storage.database import Database

BOT = "@actas:example.org"
ROOM = "!room:example.org"
_numbers = itertools.count(1)


def event_id() -> str:
    return f"$event{next(_numbers)}"


@dataclass(frozen=True)
class Start:
    """A Megolm session before its first message, to be shared after it."""

    session_id: str
    session_key: vodozemac.SessionKey


class Peer:
    """Somebody's device, with an identity of its own unless another one is given."""

    def __init__(self, machine: Machine, identity: OwnIdentity) -> None:
        self.machine, self.identity = machine, identity
        self.user: str = machine.user_id
        self.session = vodozemac.GroupSession()
        self.start = Start(self.session.session_id, self.session.session_key)

    @classmethod
    async def arrive(cls, user, path, sealer, *, device="PHONE", identity=None):
        database = await Database.open(path / f"{user}-{device}-{next(_numbers)}.db")
        machine = Machine(user, device, CryptoStore(database, sealer, device))
        peer = cls(machine, identity or OwnIdentity.new())
        peer.database = database
        return peer

    def keys(self, *, signed: bool = True) -> dict[str, Any]:
        """The device as ``/keys/query`` shows it."""
        keys = self.machine.device_keys(self.identity.self_signing)
        if not signed:
            own = f"ed25519:{self.machine.device_id}"
            signatures = keys["signatures"][self.user]
            keys["signatures"] = {self.user: {own: signatures[own]}}
        return keys

    def send_key(self, to: Machine, room: str = ROOM, session=None) -> dict[str, Any]:
        """The to-device event that gives ``to`` our room key, over a new Olm session."""
        account = to.account._account
        account.generate_one_time_keys(1)
        (one_time_key,) = account.one_time_keys.values()
        account.mark_keys_as_published()
        self.machine.create_session(
            one_time_key.to_base64(), to.account.identity_keys["curve25519"]
        )
        keys = to.account.identity_keys
        device = Device(to.user_id, to.device_id, keys["ed25519"], keys["curve25519"], signed=True)
        content = self.machine.room_key_for(device, room, session or self.start)
        return {"type": "m.room.encrypted", "sender": self.user, "content": content}

    def say(self, body: str = "!help", room: str = ROOM, **changes: Any) -> dict[str, Any]:
        """An encrypted text; ``changes`` replace fields of the payload, or outer_… of the event."""
        content = changes.pop("content", {"msgtype": "m.text", "body": body})
        outer = {k.removeprefix("outer_"): v for k, v in changes.items() if k.startswith("outer_")}
        payload = {k: v for k, v in changes.items() if not k.startswith("outer_")}
        return self.encrypt(
            {"type": "m.room.message", "content": content, "room_id": room} | payload, **outer
        )

    def encrypt(self, payload: Any, *, session=None, **outer: Any) -> dict[str, Any]:
        session = session or self.session
        ciphertext = session.encrypt(json.dumps(payload).encode()).to_base64()
        return {
            "type": "m.room.encrypted",
            "sender": self.user,
            "event_id": event_id(),
            "origin_server_ts": now(),
            "content": {
                "algorithm": "m.megolm.v1.aes-sha2",
                "ciphertext": ciphertext,
                "session_id": session.session_id,
                "sender_key": self.machine.account.identity_keys["curve25519"],
                "device_id": self.machine.device_id,
            },
        } | outer


@dataclass
class Answers:
    """What the homeserver knows."""

    devices: dict[str, dict[str, Any]] = field(default_factory=dict)
    masters: dict[str, Any] = field(default_factory=dict)
    self_signing: dict[str, Any] = field(default_factory=dict)
    claims: dict[str, Peer] = field(default_factory=dict)
    sent: list[dict[str, Any]] = field(default_factory=list)
    lose_to_device: bool = False

    def show(self, *peers: Peer, signed: bool = True) -> None:
        """Know these devices and the identity of the last one."""
        for peer in peers:
            self.devices.setdefault(peer.user, {})[peer.machine.device_id] = peer.keys(
                signed=signed
            )
            objects = peer.identity.key_objects(peer.user)
            self.masters[peer.user] = objects["master"]
            self.self_signing[peer.user] = objects["self_signing"]

    def shown(self, asked: Collection[str]) -> dict[str, Any]:
        """What ``/keys/query`` tells of these users."""
        return {
            "device_keys": {user: self.devices.get(user, {}) for user in asked},
            "master_keys": {u: k for u, k in self.masters.items() if u in asked},
            "self_signing_keys": {u: k for u, k in self.self_signing.items() if u in asked},
        }

    def claimed(self, asked: Mapping[str, Collection[str]]) -> dict[str, Any]:
        """One-time keys of those in ``claims``, as ``/keys/claim`` gives them."""
        keys = {}
        for user, devices in asked.items():
            peer = self.claims[user]
            body = peer.machine.prekeys(0, fallback_used=False)["one_time_keys"]
            (key_id, key), *_ = body.items()
            keys[user] = {device: {key_id: key} for device in devices}
        return {"one_time_keys": keys}

    async def query(self, request: web.Request) -> web.Response:
        return web.json_response(self.shown((await request.json())["device_keys"]))

    async def claim(self, request: web.Request) -> web.Response:
        return web.json_response(self.claimed((await request.json())["one_time_keys"]))

    def sent_to(self, user: str) -> list[dict[str, Any]]:
        """The to-device events that the bot has sent to a user."""
        return [
            {"type": "m.room.encrypted", "sender": BOT, "content": content}
            for messages in self.sent
            for content in messages.get(user, {}).values()
        ]

    async def to_device(self, request: web.Request) -> web.Response:
        """Take it; with ``lose_to_device`` nobody hears of that."""
        self.sent.append((await request.json())["messages"])
        return web.json_response({}, status=400 if self.lose_to_device else 200)


class Rig:
    """The bot's side: feed it with :meth:`sync`."""

    def __init__(self, answers: Answers, homeserver: Homeserver, database: Database, sealer, trust):
        self.answers, self.database = answers, database
        self.store = CryptoStore(database, sealer, "BOTDEVICE")
        self.machine = Machine(BOT, "BOTDEVICE", self.store)
        self.pins = Pins(database)
        self.keys = KeyExchange(
            homeserver,
            self.machine,
            self.store,
            self.pins,
            signed_only=trust.cross_signed_devices_only,
        )
        self.rooms = Rooms(homeserver, database, sealer, BOT)
        self.inbox = Inbox(database, sealer)
        self.inbound = Inbound(
            homeserver=homeserver,
            machine=self.machine,
            store=self.store,
            keys=self.keys,
            pins=self.pins,
            rooms=self.rooms,
            inbox=self.inbox,
            trust=trust,
            max_age=300,
            wants=lambda user, room, body, **_: True,
            refused=Counter(),
        )
        self._tokens = itertools.count(1)

    async def sync(self, *events, to_device=(), room=ROOM, state=(), catching_up=False, **more):
        """One response with these events; returns the items that came of it."""
        response = {
            "to_device": {"events": list(to_device)},
            "rooms": {
                "join": {
                    room: {"timeline": {"events": list(events)}, "state": {"events": list(state)}}
                }
            },
        } | more
        return await self.take(response, catching_up=catching_up)

    async def take(
        self, response: Mapping[str, Any], *, since: str | None = "s0", catching_up: bool = False
    ):
        """One response as it stands."""
        response = {"next_batch": f"s{next(self._tokens)}", **response}
        waiting = await self.inbound.receive(response, since=since, catching_up=catching_up)
        return [w.item for w in waiting]

    @contextmanager
    def full_disk(self):
        """Every batch's commit fails in this block."""
        original = self.database.transaction

        @asynccontextmanager
        async def failing():
            async with original() as connection:
                yield connection
                if self.store._writing.locked():
                    raise OSError("the disk is full")

        self.database.transaction = failing
        try:
            yield
        finally:
            self.database.transaction = original

    async def enter(self, *users: str, room: str = ROOM, encrypted: bool = True) -> None:
        """Come into a room with these members."""
        state = [_member(user) for user in (BOT, *users)]
        if encrypted:
            content = {"algorithm": "m.megolm.v1.aes-sha2"}
            state.append({"type": "m.room.encryption", "state_key": "", "content": content})
        await self.sync(room=room, state=state)


def _member(user: str) -> Mapping[str, Any]:
    return {
        "type": "m.room.member",
        "state_key": user,
        "sender": user,
        "origin_server_ts": 1,
        "content": {"membership": "join"},
    }


@asynccontextmanager
async def rig(path, sealer, trust: Trust | None = None):
    """A bot that has just started, on a database of its own in ``path``."""
    answers = Answers()
    app = web.Application()
    client = "/_matrix/client/v3"
    app.router.add_post(f"{client}/keys/query", answers.query)
    app.router.add_post(f"{client}/keys/claim", answers.claim)
    app.router.add_put(client + "/sendToDevice/m.room.encrypted/{txn}", answers.to_device)
    server = TestServer(app, host="127.0.0.1")
    await server.start_server()
    homeserver = Homeserver(str(server.make_url("")))
    database = await Database.open(path / "actas.db")
    try:
        yield Rig(answers, homeserver, database, sealer, trust or Trust())
    finally:
        await homeserver.close()
        await server.close()
        await database.close()
