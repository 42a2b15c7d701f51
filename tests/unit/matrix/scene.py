"""The bot's sync loop between an honest person and a hostile one, on a hostile homeserver."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from contextlib import asynccontextmanager, suppress
from typing import Any

from unpaddedbase64 import encode_base64

from bot.matrix.client import MatrixError, Unreachable
from bot.matrix.judge import Trust
from bot.matrix.sync import SyncLoop
from bot.model import Message
from bot.storage.database import Database
from tests.unit.matrix.feed import Feed
from tests.unit.matrix.mutation import Change
from tests.unit.matrix.rig import ROOM, Answers, Peer, Rig
from tests.unit.matrix.shapes import ALICE, MALLORY, Json


class _Loop(SyncLoop):
    """A sync loop whose failures, and those of its chores, are failures of the test."""

    failed: Callable[[Exception], None]

    async def _pause(self, error, failures):
        self.failed(error)

    async def _guarded(self, chore):
        with suppress(MatrixError, Unreachable):
            await chore


class Scene:
    """Alice is honest; Mallory, in the same room, is not, and neither is the homeserver.

    Whatever they do, :meth:`sync` sees to it that what comes out is what Alice said, once and as
    herself, and what Mallory said as Mallory.
    """

    def __init__(self, bot: Rig, feed: Feed, alice: Peer, mallory: Peer) -> None:
        self.bot, self.feed, self.alice, self.mallory = bot, feed, alice, mallory
        self.last: Json = {}  # of Alice's events
        self.loop = _Loop(
            homeserver=feed,
            database=bot.database,
            inbound=bot.inbound,
            keys=bot.keys,
            bot=bot.machine.user_id,
            deliver=self._deliver,
            ready=self._ready,
        )
        self.loop.failed = self._failed
        self._taken: asyncio.Future[list[Any]]
        self._syncs = 0
        self._said: set[str] = set()  # by Alice
        self._certain: set[str] = set()  # of that, what has to be heard
        self._heard: set[str] = set()
        self._mallorys: set[str] = set()

    # ------------------------------------------------------------------ what is sent
    def alice_says(self, *, altered: bool = False) -> Json:
        """A text that nobody has said before; one that is not altered will be heard."""
        body = f"!help {len(self._said)}"
        self._said.add(body)
        if not altered:
            self._certain.add(body)
        return self.alice.say(body)

    def mallory_encrypts(self, payload: Any, **outer: Any) -> Json:
        """Anything, in Mallory's session; it is noted if it is a text that counts as hers."""
        if _is_text(payload):
            self._mallorys.add(payload["content"]["body"])
        return self.mallory.encrypt(payload, **outer)

    def stolen_key(self) -> Json:
        """The room key of Alice's session, as Mallory would give it for her own."""
        return {
            "algorithm": "m.megolm.v1.aes-sha2",
            "room_id": ROOM,
            "session_id": self.alice.start.session_id,
            "session_key": self.alice.start.session_key.to_base64(),
        }

    def olm(self, change: Change, kind: str, content: Any) -> Json:
        """A to-device event that Mallory's device encrypts to the bot's, its payload changed."""
        bot, own = self.bot.machine.account.identity_keys, self.mallory.machine.account
        payload = {
            "sender": MALLORY,
            "sender_device": "PHONE",
            "keys": {"ed25519": own.identity_keys["ed25519"]},
            "recipient": self.bot.machine.user_id,
            "recipient_keys": {"ed25519": bot["ed25519"]},
            "type": kind,
            "content": content,
        }
        olm = self.mallory.machine.session_store.get(bot["curve25519"])
        kind_of_olm, body = olm.encrypt(json.dumps(change(payload))).to_parts()
        ciphertext = {bot["curve25519"]: {"type": kind_of_olm, "body": encode_base64(body)}}
        content = {
            "algorithm": "m.olm.v1.curve25519-aes-sha2",
            "sender_key": own.identity_keys["curve25519"],
            "ciphertext": ciphertext,
        }
        return {"type": "m.room.encrypted", "sender": MALLORY, "content": content}

    # ------------------------------------------------------------------ what comes of it
    async def sync(self, *sent: Any, **response: Any) -> None:
        """Feed a response in which ``sent`` is said in the room.

        Alice, who says something after it and again in the next one, is heard both times.
        """
        room = {"timeline": {"events": [*sent, self.alice_says()]}}
        rooms = response.pop("rooms", {})
        joined = rooms.pop("join", {}) | {ROOM: room}
        await self.take({"rooms": {"join": joined} | rooms} | response)

    async def take(self, response: Any) -> None:
        """Feed any response; in the next one Alice says something, and is heard."""
        await self._take(response)
        self.last = self.alice_says()
        room = {"timeline": {"events": [self.last]}}
        await self._take({"rooms": {"join": {ROOM: room}}})
        assert self._certain <= self._heard

    async def _take(self, response: Any) -> None:
        self._taken = asyncio.get_running_loop().create_future()
        self._syncs += 1
        self.feed.syncs.put_nowait({"next_batch": f"s{self._syncs}"} | response)
        for item in await self._taken:
            if isinstance(item, Message):
                self._check(item)
        for chore in list(self.loop._chores):
            await chore

    def _check(self, message: Message) -> None:
        who, body = message.actor, message.body
        if who.user == ALICE:
            assert body in self._said, "what she did not say"
            assert body not in self._heard, "what she said once"
            self._heard.add(body)
        else:
            assert who.user == MALLORY
            assert body in self._mallorys
        speaker = self.alice if who.user == ALICE else self.mallory
        assert (who.device, who.identity, who.room) == ("PHONE", speaker.identity.master, ROOM)

    def _failed(self, error: Exception) -> None:
        self._taken.set_exception(error)

    def _deliver(self, waiting) -> None:
        self._taken.set_result([each.item for each in waiting])

    async def _ready(self) -> None:
        """Nobody waits for it."""


def _is_text(payload: Any) -> bool:
    """Whether a payload is a text that its sender may be taken at: no edit, no state, no notice."""
    if not isinstance(payload, dict) or "state_key" in payload:
        return False
    content = payload.get("content")
    if payload.get("type") != "m.room.message" or payload.get("room_id") != ROOM:
        return False
    if not isinstance(content, dict) or content.get("msgtype") != "m.text":
        return False
    return isinstance(content.get("body"), str) and "m.new_content" not in content


@asynccontextmanager
async def scene(path, sealer):
    """A bot that syncs, in a room with Alice and Mallory, whose keys it has."""
    answers = Answers()
    feed = Feed(answers)
    database = await Database.open(path / "actas.db")
    database._raw.raw.execute("PRAGMA synchronous = OFF")  # power cuts are not what is looked at
    bot = Rig(answers, feed, database, sealer, Trust())
    alice = await Peer.arrive(ALICE, path, sealer)
    mallory = await Peer.arrive(MALLORY, path, sealer)
    answers.show(alice)
    answers.show(mallory)
    answers.claims |= {ALICE: alice, MALLORY: mallory}
    await bot.enter(ALICE, MALLORY)
    keys = [peer.send_key(bot.machine) for peer in (alice, mallory)]
    await bot.sync(to_device=keys)
    here = Scene(bot, feed, alice, mallory)
    running = asyncio.create_task(here.loop.run())
    try:
        await here.sync()
        yield here
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        for each in (database, alice.database, mallory.database):
            await each.close()
