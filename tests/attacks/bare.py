"""A bot on matrix-nio as its documentation shows how to write one, and nothing more."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any, Self

import nio

from sandbox.gateway import Gateway
from sandbox.synapse import Login
from sandbox.world import World

_numbers = count(1)
_CALL = "!jenkins build "


@dataclass(frozen=True)
class Ran:
    """A command, as whom the bot ran it, and whether the text had been encrypted."""

    user: str
    room: str
    text: str
    encrypted: bool


def _is_up(_: Ran) -> None:
    """A service that always answers."""


class BareBot:
    """Runs every text that begins with ``!`` as whoever ``event.sender`` says, and answers it.

    ``ran`` is what it ran; ``service`` stands for what a command calls, and may raise. Messages
    that cannot be read are in ``locked``, answers that could not be sent in ``unsent``.
    """

    def __init__(self, login: Login, gateway: Gateway, home: Path) -> None:
        self.user, self.device, self.gateway = login.user, login.device, gateway
        self.full_state = True  # as most bots ask for when they start; the README does not
        self.keeps_token = True  # which is not the default
        self.service: Callable[[Ran], None] = _is_up
        self.ran: list[Ran] = []
        self.locked: list[nio.MegolmEvent] = []
        self.unsent: list[Exception] = []
        self.client: Any = None
        self._ran = asyncio.Condition()
        self._login, self._home = login, home
        self._accounts: dict[str, str] = {}
        self._loop: asyncio.Task[None] | None = None

    @classmethod
    @asynccontextmanager
    async def open(cls, world: World, home: Path) -> AsyncIterator[Self]:
        """A running one, with an account of its own; ``home`` is an empty directory."""
        login = await world.homeserver.register(f"bare-{next(_numbers)}", "password of bare")
        async with Gateway(world.homeserver.url) as gateway:
            bare = cls(login, gateway, home)
            try:
                await bare.start()
                yield bare
            finally:
                await bare.kill()

    # the process ----------------------------------------------------------------------------
    async def start(self) -> None:
        """Start, and wait until it has synced and its keys are known."""
        position = self.gateway.position
        await self.launch()
        await self.gateway.sees("/sync", after=position)
        if not self.client.olm.account.shared:
            await self.gateway.sees("/keys/upload", after=position)

    async def launch(self) -> None:
        """Start, and do not wait."""
        await self.kill()
        config = nio.AsyncClientConfig(encryption_enabled=True, store_sync_tokens=self.keeps_token)
        self.client = nio.AsyncClient(
            self.gateway.url, self.user, self.device, store_path=str(self._home), config=config
        )
        self.client.restore_login(self.user, self.device, self._login.token)
        self.client.add_event_callback(self._on_text, nio.RoomMessageText)
        self.client.add_event_callback(self._on_invite, nio.InviteMemberEvent)
        self.client.add_event_callback(self._on_locked, nio.MegolmEvent)
        self._loop = asyncio.create_task(
            self.client.sync_forever(timeout=30_000, full_state=self.full_state)
        )

    async def kill(self) -> None:
        """End it as a crash does: what is only in memory is lost."""
        if self._loop is not None:
            self._loop.cancel()
            await asyncio.wait([self._loop])
            await self.client.close()
            self.client.store.database.close()
            self._loop = None

    async def died(self) -> BaseException:
        """Wait until ``sync_forever`` has raised something, and return that."""
        assert self._loop is not None
        async with asyncio.timeout(20):
            await asyncio.wait([self._loop])
        error = self._loop.exception()
        assert error is not None
        return error

    # what it does for people ----------------------------------------------------------------
    async def connect(self, person: Any, account: str) -> None:
        """Somebody has given it their credential."""
        self._accounts[person.user] = account

    async def started_by(self, job: str) -> list[str]:
        """Whose credential it has started builds of a job with, oldest first."""
        mine = [ran.user for ran in self.ran if ran.text == _CALL + job]
        return [self._accounts[user] for user in mine]

    async def runs(self, text: str, times: int = 1) -> None:
        """Wait until it has run a command so often; it may not have answered yet."""
        async with asyncio.timeout(20), self._ran:
            await self._ran.wait_for(lambda: [ran.text for ran in self.ran].count(text) >= times)

    async def _on_text(self, room: nio.MatrixRoom, event: nio.RoomMessageText) -> None:
        if event.sender == self.user or not event.body.startswith("!"):
            return
        ran = Ran(event.sender, room.room_id, event.body, event.decrypted)
        self.service(ran)
        async with self._ran:
            self.ran.append(ran)
            self._ran.notify_all()
        answer = {
            "msgtype": "m.notice",
            "body": f"Done: {event.body}",
            "m.relates_to": {"m.in_reply_to": {"event_id": event.event_id}},
        }
        try:
            await self.client.room_send(
                room.room_id, "m.room.message", answer, ignore_unverified_devices=True
            )
        except Exception as error:  # noqa: BLE001  # a careful bot outlives an answer
            self.unsent.append(error)

    async def _on_invite(self, room: nio.MatrixRoom, event: nio.InviteMemberEvent) -> None:
        if event.state_key == self.user and event.membership == "invite":
            await self.client.join(room.room_id)

    async def _on_locked(self, _: nio.MatrixRoom, event: nio.MegolmEvent) -> None:
        self.locked.append(event)
