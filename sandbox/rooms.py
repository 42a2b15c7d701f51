"""What somebody does with rooms."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from urllib.parse import quote

from sandbox import content
from sandbox.account import Account
from sandbox.reader import PATIENCE
from sandbox.signing import Json


class RoomMember(Account):
    """An account that creates, joins and leaves rooms.

    Each method returns when this device has seen what it did, so that what is sent next is
    encrypted for the right people.
    """

    async def create_room(
        self, name: str | None = None, invite: Sequence[str] = (), **how: Any
    ) -> str:
        """Create a room and return its id; ``how`` is that of :func:`content.room`."""
        body = content.room(name, invite, **how)
        room = str((await self.device.call("POST", "/createRoom", body))["room_id"])
        await self.until(lambda: room in self.device.rooms, f"room {room}")
        return room

    async def open_dm(self, user: str) -> str:
        """Open an encrypted direct message with somebody and return its room id."""
        room = await self.create_room(invite=(user,), direct=True)
        await self.mark_direct(user, room)
        return room

    async def dm_with(self, user: str, *, patience: float = PATIENCE) -> str:
        """Wait until there is a direct message with ``user`` that both are in; return its id."""
        await self.until(
            lambda: any(user in self.members(room) for room in self.direct.get(user, [])),
            f"direct message with {user}",
            patience=patience,
        )
        return next(room for room in self.direct[user] if user in self.members(room))

    async def join(self, room: str) -> None:
        """Join a room that one is invited to."""
        await self._act(room, "join", {})
        await self.until(lambda: room in self.device.rooms, f"room {room}")

    async def leave(self, room: str) -> None:
        """Leave a room."""
        await self._act(room, "leave", {})
        await self.until(lambda: room not in self.device.rooms, f"end of {room}")

    async def invite(self, room: str, user: str) -> None:
        """Invite somebody."""
        await self._act(room, "invite", {"user_id": user})
        await self.until(lambda: user in self.device.rooms[room].users, f"{user} in {room}")

    async def kick(self, room: str, user: str) -> None:
        """Remove somebody."""
        await self._act(room, "kick", {"user_id": user})
        await self.until(lambda: user not in self.device.rooms[room].users, f"{user} gone")

    async def set_state(self, room: str, kind: str, state: Json, key: str = "") -> None:
        """Set a state event of a room."""
        await self.device.call("PUT", f"/rooms/{quote(room)}/state/{kind}/{quote(key)}", state)

    async def enable_encryption(self, room: str) -> None:
        """Turn a room's encryption on."""
        event = content.encryption()
        await self.set_state(room, event["type"], event["content"])
        await self.until(lambda: self.device.rooms[room].encrypted, f"encryption in {room}")

    def members(self, room: str) -> set[str]:
        """The users who have joined a room, as this device sees it."""
        known = self.device.rooms.get(room)
        if known is None:
            return set()
        return {user for user, member in known.users.items() if not member.invited}

    async def has_joined(self, room: str, user: str, *, patience: float = PATIENCE) -> None:
        """Wait until ``user`` has joined a room."""
        joined = f"{user} joining {room}"
        await self.until(lambda: user in self.members(room), joined, patience=patience)

    async def _act(self, room: str, act: str, body: Json) -> None:
        await self.device.call("POST", f"/rooms/{quote(room)}/{act}", body)
