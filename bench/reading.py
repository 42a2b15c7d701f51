"""``python -m bench.reading``: what it costs to know who said something, beside nio's own decrypt.

No homeserver: events of one cross-signed device are encrypted ahead, and read in turns by bare
vodozemac, by nio (its SQLite store, the device verified), and by the bot, up to the person who
answers for it. Then whole sync responses of a hundred such events are taken in, commit included.
"""

from __future__ import annotations

import asyncio
import sys
import tempfile
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from statistics import median
from typing import Any, Final

import nio
import vodozemac
from nio.crypto import InboundGroupSession, OlmDevice
from nio.store import SqliteStore
from rich.console import Console
from rich.table import Table

from bench import machine as computer
from bench.olm import MEGOLM, Olm
from bot.log import set_up
from bot.matrix.client import Homeserver
from bot.matrix.inbound import Inbound
from bot.matrix.inbox import Inbox
from bot.matrix.judge import Judge, Trust
from bot.matrix.keys import KeyExchange
from bot.matrix.machine import Machine
from bot.matrix.order import Order
from bot.matrix.pins import Pins
from bot.matrix.rooms import Rooms
from bot.matrix.store import CryptoStore
from bot.model import Message
from bot.storage.database import Database
from bot.vault.keys import KeyRing, new_secret
from bot.vault.sealer import Sealer
from sandbox.synapse import Login

BOT, ALICE, ROOM = "@actas:example.org", "@alice:example.org", "!room:example.org"
_ROUNDS: Final = 15
_EVENTS: Final = 200  # read one by one, in each round
_BATCH: Final = 100  # in one sync
Json = dict[str, Any]


class Alice:
    """The one who speaks: a device, its room key, and as many events as are wanted."""

    def __init__(self) -> None:
        self.olm = Olm(Login(ALICE, "PHONE", "", ""))
        self.device_keys: Json = self.olm.upload()["device_keys"]
        self.session = vodozemac.GroupSession()
        self.session_key = self.session.session_key.to_base64()
        self._count = 0

    def events(self, count: int) -> list[Json]:
        """Encrypted texts, as a homeserver hands them out."""
        return [self._event() for _ in range(count)]

    def _event(self) -> Json:
        self._count += 1
        content = {"msgtype": "m.text", "body": f"!jenkins build job-{self._count}"}
        return {
            "type": "m.room.encrypted",
            "sender": ALICE,
            "event_id": f"$event{self._count}",
            "origin_server_ts": int(time.time() * 1000),
            "content": self.olm.encrypt(ROOM, self.session, content),
        }

    @property
    def curve25519(self) -> str:
        """The device's identity key."""
        return str(self.device_keys["keys"]["curve25519:PHONE"])

    @property
    def ed25519(self) -> str:
        """The device's fingerprint key."""
        return str(self.device_keys["keys"]["ed25519:PHONE"])

    def room_key(self) -> InboundGroupSession:
        """The key of the room's session, as nio keeps it."""
        return InboundGroupSession(self.session_key, self.ed25519, self.curve25519, ROOM)


class _Directory(Homeserver):
    """Answers ``/keys/query`` with Alice; nothing else is asked."""

    def __init__(self, alice: Alice) -> None:
        super().__init__("http://127.0.0.1:9")
        identity = alice.olm.identity.upload()
        self._answer = {
            "device_keys": {ALICE: {"PHONE": alice.device_keys}},
            "master_keys": {ALICE: identity["master_key"]},
            "self_signing_keys": {ALICE: identity["self_signing_key"]},
        }

    async def persist(self, method: str, where: str, *_: Any, **__: Any) -> Json:
        """Anything but the one question is a fault of this program."""
        assert (method, where) == ("POST", "/v3/keys/query")
        return self._answer


class Actas:
    """The bot's receiving side."""

    def __init__(self, alice: Alice, database: Database) -> None:
        sealer = Sealer(KeyRing.from_text(new_secret()))
        self.homeserver = homeserver = _Directory(alice)
        store = CryptoStore(database, sealer, "BOT")
        self.machine = Machine(BOT, "BOT", store)
        pins, rooms = Pins(database), Rooms(homeserver, database, sealer, BOT)
        self.keys = KeyExchange(homeserver, self.machine, store, pins, signed_only=True)
        everything: dict[str, Any] = {"trust": Trust(), "wants": lambda *_, **__: True}
        self.judge = Judge(pins=pins, rooms=rooms, bot=BOT, **everything)
        self.inbound = Inbound(
            homeserver=homeserver,
            machine=self.machine,
            store=store,
            keys=self.keys,
            pins=pins,
            rooms=rooms,
            inbox=Inbox(database, sealer),
            max_age=300,
            refused=Counter(),
            **everything,
        )
        self.order = Order()
        self._syncs = 0

    async def meet(self, alice: Alice) -> None:
        """Be in the room with Alice, and have her key and device."""
        content = {"algorithm": MEGOLM}
        encryption = {"type": "m.room.encryption", "state_key": "", "content": content}
        await self.sync([], [_member(BOT), _member(ALICE), encryption])
        self.machine.accept(alice.room_key())
        self.devices = await self.keys.devices_of([ALICE])

    async def sync(self, events: list[Json], state: list[Json] | None = None) -> list[Any]:
        """Take in one response; returns the items that came of it."""
        self._syncs += 1
        room = {"timeline": {"events": events}, "state": {"events": state or []}}
        response = {"next_batch": f"s{self._syncs}", "rooms": {"join": {ROOM: room}}}
        waiting = await self.inbound.receive(response, since="s0", catching_up=False)
        return [each.item for each in waiting]

    def read(self, event: Json) -> None:
        """From the event to the person who answers for it."""
        found = self.machine.decrypt_room_event(ROOM, event, self.devices)
        place = self.order.place(ALICE, ROOM, found.session_id, found.index)
        message = self.judge.decrypted(ROOM, event, found, self.devices[ALICE], place)
        assert isinstance(message, Message)
        assert message.actor.pinned


def _member(user: str) -> Json:
    content = {"membership": "join"}
    return {"type": "m.room.member", "state_key": user, "origin_server_ts": 1, "content": content}


@contextmanager
def nio_reader(alice: Alice, home: Path) -> Iterator[Callable[[Json], None]]:
    """nio's Olm machine with Alice's device verified."""
    machine = nio.crypto.Olm(BOT, "THIN", SqliteStore(BOT, "THIN", str(home)))
    keys = {"curve25519": alice.curve25519, "ed25519": alice.ed25519}
    device = OlmDevice(ALICE, "PHONE", keys)
    machine.device_store.add(device)
    machine.store.save_device_keys({ALICE: {"PHONE": device}})
    machine.verify_device(device)
    machine.inbound_group_store.add(alice.room_key())

    def read(event: Json) -> None:
        found = machine.decrypt_megolm_event(nio.Event.parse_encrypted_event(event), ROOM)
        assert found.verified

    yield read


def bare_reader(alice: Alice) -> Callable[[Json], None]:
    """vodozemac alone: it decrypts, and knows nothing of anybody."""
    session = vodozemac.InboundGroupSession(vodozemac.SessionKey(alice.session_key))

    def read(event: Json) -> None:
        session.decrypt(vodozemac.MegolmMessage.from_base64(event["content"]["ciphertext"]))

    return read


@asynccontextmanager
async def actas(alice: Alice, home: Path) -> AsyncIterator[Actas]:
    """The bot's receiving side on a database of its own."""
    database = await Database.open(home / "actas.db")
    try:
        bot = Actas(alice, database)
        await bot.meet(alice)
        yield bot
        await bot.homeserver.close()
    finally:
        await database.close()


async def measure(home: Path) -> dict[str, list[float]]:
    """Milliseconds by what was done: of one event, and of a sync with a hundred."""
    alice, took = Alice(), dict[str, list[float]]()
    async with actas(alice, home) as bot:
        with nio_reader(alice, home) as with_nio:
            readers = {"vodozemac": bare_reader(alice), "nio": with_nio, "actas": bot.read}
            for number in range(_ROUNDS):
                names = [*readers][number % 3 :] + [*readers][: number % 3]
                events = alice.events(_EVENTS)
                for name in names:
                    took.setdefault(name, []).append(_each(readers[name], events))
                batch = alice.events(_BATCH)
                began = time.perf_counter()
                items = await bot.sync(batch)
                took.setdefault("sync", []).append((time.perf_counter() - began) * 1000)
                assert len(items) == _BATCH
    return took


def _each(read: Callable[[Json], None], events: list[Json]) -> float:
    samples = []
    for event in events:
        began = time.perf_counter()
        read(event)
        samples.append((time.perf_counter() - began) * 1000)
    return median(samples)


def main() -> None:
    """Measure and print."""
    set_up("error")
    with tempfile.TemporaryDirectory(prefix="actas-bench-") as home:
        took = asyncio.run(measure(Path(home)))
    console = Console(highlight=False, width=None if sys.stdout.isatty() else 160)
    console.print("\n".join((*computer.describe(), "")), markup=False)
    table = Table(box=None, pad_edge=False)
    for title in ("", "median (lowest–highest round)", "aim"):
        table.add_column(title, no_wrap=True)
    bare, ours = took["vodozemac"], took["actas"]
    checks = [a - b for a, b in zip(ours, bare, strict=True)]
    rows = {
        "one event: vodozemac decrypts": (bare, ""),
        "… nio decrypts and looks for the device": (took["nio"], ""),
        "… actas decrypts, checks, names who said it": (ours, ""),
        "… of that, the checks": (checks, "≤ 0.5 ms"),
        f"a sync with {_BATCH} of them, commit included": (took["sync"], "≤ 150 ms"),
    }
    for title, (rounds, aim) in rows.items():
        table.add_row(title, f"{median(rounds):.3f} ms ({min(rounds):.3f}–{max(rounds):.3f})", aim)
    console.print(table)


if __name__ == "__main__":
    main()
