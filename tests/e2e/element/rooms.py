"""What somebody at Element does with rooms."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sandbox import content
from tests.e2e.element.account import Account


class RoomMember(Account):
    """An account that creates, joins and leaves rooms. Invitations are accepted at once."""

    async def create_room(
        self, name: str | None = None, invite: Sequence[str] = (), **how: Any
    ) -> str:
        """Create a room and return its id; ``how`` is that of :func:`content.room`."""
        options = content.room(name, invite, **how)
        room = str(await self.do("createRoom", options=options))
        await self.has_joined(room, self.user)
        return room

    async def open_dm(self, user: str) -> str:
        """Open an encrypted direct message with somebody and return its room id."""
        room = await self.create_room(invite=(user,), direct=True)
        await self.do("markDirect", user=user, room=room)
        return room

    async def dm_with(self, user: str) -> str:
        """Wait until there is a direct message with ``user`` that both are in; return its id."""

        def shared() -> list[str]:
            return [room for room in self.direct.get(user, []) if user in self.members(room)]

        await self.until(shared, f"direct message with {user}")
        return shared()[0]

    async def join(self, room: str) -> None:
        """Join a room that one is invited to."""
        await self.do("join", room=room)
        await self.has_joined(room, self.user)

    async def leave(self, room: str) -> None:
        """Leave a room."""
        await self.do("leave", room=room)

    def members(self, room: str) -> set[str]:
        """The users who have joined a room, as this client sees it."""
        memberships = self._memberships.get(room, {})
        return {user for user, membership in memberships.items() if membership == "join"}

    async def has_joined(self, room: str, user: str) -> None:
        """Wait until ``user`` has joined a room."""
        await self.until(lambda: user in self.members(room), f"{user} joining {room}")
