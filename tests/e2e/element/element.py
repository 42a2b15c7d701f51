"""Somebody at Element."""

from __future__ import annotations

import base64
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from itertools import count
from typing import Final, Self, cast

from sandbox import content
from sandbox.content import Quoted
from sandbox.synapse import Synapse
from tests.e2e.element.identity import Identified, Isolation
from tests.e2e.element.message import Shown
from tests.e2e.element.node import Json
from tests.e2e.element.rooms import RoomMember

_markers: Final = count(1)


class Element(RoomMember, Identified):
    """A user at one device; begin with :meth:`arrive` or :meth:`log_in`.

    To be used like :class:`sandbox.person.Person`.
    """

    @classmethod
    @asynccontextmanager
    async def arrive(
        cls,
        homeserver: Synapse,
        name: str,
        *,
        isolation: Isolation = Isolation.SIGNED,
        url: str = "",
    ) -> AsyncIterator[Self]:
        """Register ``name``, log in, publish an identity and keep it in the secret storage.

        ``url`` is where the client takes the homeserver to be, if something stands before it.
        """
        login = await homeserver.register(name, f"password of {name}")
        url = url or homeserver.url
        async with cls.log_in(url, login.user, login.password, isolation=isolation) as element:
            await element.publish_identity()
            yield element

    @classmethod
    @asynccontextmanager
    async def log_in(
        cls,
        url: str,
        user: str,
        password: str,
        *,
        recovery_key: str = "",
        isolation: Isolation = Isolation.SIGNED,
    ) -> AsyncIterator[Self]:
        """Log in to an account on the homeserver at ``url``; sign the device by a recovery key.

        Raises:
            ElementRefused: the homeserver did, or the recovery key is a wrong one.
        """
        element = cls(url)
        try:
            await element.start(url, user, password, isolation=isolation, device="Element")
            if recovery_key:
                await element.recover(recovery_key)
            yield element
        finally:
            await element.close()

    def __init__(self, url: str) -> None:
        super().__init__()
        self._url = url

    @asynccontextmanager
    async def another_device(
        self, *, signed: bool, isolation: Isolation = Isolation.SIGNED
    ) -> AsyncIterator[Self]:
        """Log in on a second device; signed by means of the recovery key or (yet) unsigned."""
        key = self.recovery_key if signed else ""
        async with self.log_in(
            self._url, self.user, self.password, recovery_key=key, isolation=isolation
        ) as other:
            yield other

    async def call(self, method: str, path: str, body: Json | None = None) -> Json:
        """Call the Client-Server API, ``path`` being what follows ``/_matrix/client/v3``."""
        return cast(Json, await self.do("call", method=method, path=path, body=body))

    async def log_out(self) -> None:
        """Delete this device."""
        await self.do("logOut")

    # talking --------------------------------------------------------------------------------
    async def say(
        self,
        room: str,
        body: str,
        *,
        kind: str = "m.text",
        mention: str | None = None,
        thread: str | None = None,
        answers: Quoted | None = None,
    ) -> str:
        """Send a text, encrypted where the room is, and return its event id."""
        message = content.text(body, kind=kind, mention=mention, thread=thread, answers=answers)
        return await self.send(room, message)

    async def edit(self, room: str, event_id: str, body: str) -> str:
        """Replace the text of an own message; return the edit's event id."""
        return await self.send(room, content.edit(event_id, body))

    async def react(self, room: str, event_id: str, key: str) -> str:
        """React to a message; return the reaction's event id."""
        relation = {"rel_type": "m.annotation", "event_id": event_id, "key": key}
        return await self.send(room, {"m.relates_to": relation}, kind="m.reaction")

    async def send(self, room: str, message: Json, *, kind: str = "m.room.message") -> str:
        """Send any content, encrypted where the room is, and return its event id."""
        return str(await self.do("send", room=room, type=kind, content=message))

    async def redact(self, room: str, event_id: str) -> None:
        """Redact an event."""
        await self.do("redact", room=room, event=event_id)

    # reading --------------------------------------------------------------------------------
    async def catches_up(self) -> None:
        """Wait until everything that has happened on the homeserver so far has arrived."""
        await self.do("catchUp", marker=next(_markers))

    async def download(self, message: Shown) -> bytes:
        """Fetch and decrypt the file of a message."""
        return base64.b64decode(await self.do("download", file=message.content["file"]))
