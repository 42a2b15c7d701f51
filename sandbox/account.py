"""Somebody's account at one of their devices: what the syncs bring, and waiting for it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import Any, Final
from urllib.parse import quote
from uuid import uuid4

import nio

from sandbox.device import Device
from sandbox.reader import PATIENCE, Reader
from sandbox.signing import Json
from sandbox.synapse import Login, Synapse
from sandbox.timeline import Arrival, Message, NotSeen

_MARKER: Final = "test.actas.marker."


class Account(Reader[Message]):
    """A logged-in user, syncing.

    ``joins_for`` are the users whose invitations are accepted at once. ``direct`` is ``m.direct``:
    direct messages by user. ``to_device`` collects what arrived for this device, as nio events.
    """

    def __init__(self, homeserver: Synapse, login: Login, device: Device) -> None:
        super().__init__()
        self.user, self.password = login.user, login.password
        self.device = device
        self.joins_for: set[str] = set()
        self.direct: dict[str, list[str]] = {}
        self.to_device: list[Any] = []
        self._homeserver = homeserver
        self._markers: set[str] = set()
        self._synced = asyncio.Condition()

    async def start(self) -> None:
        """Publish the device's keys and start syncing."""
        await self.device.start(self._on_sync)

    async def close(self) -> None:
        """Stop syncing; the account stays."""
        await self.device.close()

    def fault(self) -> BaseException | None:
        """What ended the sync loop, if something did."""
        return self.device.fault()

    async def until(
        self, holds: Callable[[], bool], what: str, *, patience: float = PATIENCE
    ) -> None:
        """Wait until something holds that a sync brings about.

        Raises:
            NotSeen: it did not in time.
        """
        try:
            async with asyncio.timeout(patience), self._synced:
                await self._synced.wait_for(holds)
        except TimeoutError:
            late = NotSeen(f"{self.user} did not see within {patience:g} s: {what}")
            raise (self.fault() or late) from None

    async def catches_up(self) -> None:
        """Wait until everything that has happened on the homeserver so far has arrived."""
        marker = f"{_MARKER}{uuid4()}"
        await self.set_account_data(marker, {})
        await self.until(lambda: marker in self._markers, "catching up")
        self._markers.discard(marker)

    async def set_account_data(self, kind: str, data: Json) -> None:
        """Set global account data of this account."""
        path = f"/user/{quote(self.user)}/account_data/{kind}"
        await self.device.call("PUT", path, data)

    async def mark_direct(self, user: str, room: str) -> None:
        """Remember a room as a direct message with ``user`` (``m.direct``)."""
        rooms = self.direct.get(user, [])
        if room not in rooms:
            self.direct = self.direct | {user: [*rooms, room]}
            await self.set_account_data("m.direct", self.direct)

    async def _on_sync(self, response: nio.SyncResponse, arrivals: list[Arrival]) -> None:
        self.to_device.extend(response.to_device_events)
        for event in response.account_data_events:
            self._on_account_data(event)
        for arrival in arrivals:
            self.timeline.take(arrival)
        for room, info in response.rooms.invite.items():
            await self._on_invite(room, info.invite_state)
        async with self._synced:
            self._synced.notify_all()

    def _on_account_data(self, event: Any) -> None:
        kind, data = getattr(event, "type", ""), getattr(event, "content", None)
        if kind == "m.direct" and isinstance(data, dict):
            self.direct = data
        elif kind.startswith(_MARKER):
            self._markers.add(kind)

    async def _on_invite(self, room: str, state: Sequence[Any]) -> None:
        for event in state:
            own = getattr(event, "state_key", None) == self.user
            if not own or getattr(event, "membership", "") != "invite":
                continue
            if event.sender in self.joins_for:
                await self.device.call("POST", f"/rooms/{quote(room)}/join", {})
                if event.content.get("is_direct"):
                    await self.mark_direct(event.sender, room)
            return
