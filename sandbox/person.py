"""People: cross-signed, encrypted Matrix users driven from Python.

Built on matrix-nio and on nothing of the bot's, so that what they see checks what it does.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Self
from urllib.parse import quote
from uuid import uuid4

from nio.crypto.attachments import decrypt_attachment

from sandbox import content
from sandbox.content import Quoted
from sandbox.device import Device
from sandbox.rooms import RoomMember
from sandbox.signing import Identity, Json
from sandbox.synapse import Synapse
from sandbox.timeline import Message, Wanted


class Person(RoomMember):
    """Somebody at one of their devices. Make one with :meth:`arrive`."""

    @classmethod
    async def arrive(
        cls,
        homeserver: Synapse,
        name: str,
        *,
        strict: bool = False,
        identity: bool = True,
        joins_for: Collection[str] = (),
    ) -> Self:
        """Register ``name``, publish an identity, sign the device and start syncing.

        ``joins_for`` are the users whose invitations are accepted at once; without ``identity``
        the person has no cross-signing at all; ``strict`` is :class:`~sandbox.device.Device`'s.
        """
        login = await homeserver.register(name, f"password of {name}")
        own = Identity(login.user) if identity else None
        device = Device(homeserver.url, login, own, strict=strict)
        person = cls(homeserver, login, device)
        person.joins_for |= set(joins_for)
        if own is not None:
            await device.publish_identity(own, login.password)
        await person.start()
        return person

    # devices and identity -------------------------------------------------------------------
    async def another_device(self, *, signed: bool, strict: bool = False) -> Self:
        """Log in on a second device, signed by this person's identity or not."""
        login = await self._homeserver.login(self.user, self.password)
        identity = self.device.identity if signed else None
        device = Device(self._homeserver.url, login, identity, strict=strict)
        person = type(self)(self._homeserver, login, device)
        await person.start()
        return person

    async def reset_identity(self) -> None:
        """Replace the cross-signing identity, as somebody does who lost their keys."""
        new = Identity(self.user)
        await self.device.publish_identity(new, self.password)
        self.device.identity = new
        await self.sign_device(self.device.device_id)

    async def sign_device(self, device: str) -> None:
        """Sign one of the own devices, as after comparing emoji with it."""
        identity = self.device.identity
        if identity is None:
            raise RuntimeError(f"{self.user} has no identity to sign with")
        answer = await self.device.call("POST", "/keys/query", {"device_keys": {self.user: []}})
        keys = identity.sign_device(answer["device_keys"][self.user][device])
        keys.pop("unsigned", None)
        body = {self.user: {device: keys}}
        answer = await self.device.call("POST", "/keys/signatures/upload", body)
        if answer.get("failures"):
            raise RuntimeError(f"signature refused: {answer}")

    # talking --------------------------------------------------------------------------------
    async def say(
        self,
        room: str,
        body: str,
        *,
        kind: str = "m.text",
        html: str | None = None,
        mention: str | None = None,
        thread: str | None = None,
        answers: Quoted | None = None,
        clear: bool = False,
    ) -> str:
        """Send a text, encrypted where the room is, and return its event id.

        ``clear`` sends plain text whatever the room says; the rest is :func:`content.text`'s.
        """
        message = content.text(
            body, kind=kind, html=html, mention=mention, thread=thread, answers=answers
        )
        return await self.send(room, message, clear=clear)

    async def edit(self, room: str, event_id: str, body: str) -> str:
        """Replace the text of an own message; return the edit's event id."""
        return await self.send(room, content.edit(event_id, body))

    async def send(
        self, room: str, message: Json, *, kind: str = "m.room.message", clear: bool = False
    ) -> str:
        """Send any content, encrypted where the room is, and return its event id."""
        await self.until(lambda: room in self.device.rooms, f"room {room}")
        if self.device.rooms[room].encrypted and not clear:
            return await self.device.send_encrypted(room, kind, message)
        path = f"/rooms/{quote(room)}/send/{kind}/{uuid4()}"
        return str((await self.device.call("PUT", path, message))["event_id"])

    async def redact(self, room: str, event_id: str) -> None:
        """Redact an event."""
        path = f"/rooms/{quote(room)}/redact/{quote(event_id)}/{uuid4()}"
        await self.device.call("PUT", path, {})

    # reading --------------------------------------------------------------------------------
    async def asks(self, room: str, body: str, of: str, wanted: Wanted = "") -> Message:
        """Say something in a room and return ``of``'s first message there that is ``wanted``."""
        position = self.position
        await self.say(room, body)
        return await self.sees(wanted, after=position, room=room, sender=of)

    async def download(self, message: Message) -> bytes:
        """Fetch and decrypt the file of a message."""
        file = message.content["file"]
        media = str(file["url"]).removeprefix("mxc://")
        headers = {"Authorization": f"Bearer {self.device.access_token}"}
        path = f"/_matrix/client/v1/media/download/{media}"
        response = await self.device.send("GET", path, None, headers)
        sealed = await response.read()
        plain: bytes = decrypt_attachment(
            sealed, file["key"]["k"], file["hashes"]["sha256"], file["iv"]
        )
        return plain
