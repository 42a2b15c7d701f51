"""What one event comes to, and whether its sender answers for it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from bot.matrix.devices import DeviceList
from bot.matrix.events import Said, step_of, text_of, timestamp
from bot.matrix.inbox import Item, Verifying
from bot.matrix.machine import Decrypted
from bot.matrix.pins import Pins
from bot.matrix.rooms import Rooms
from bot.model import Actor, Doubt, Message, Place, Stray


class Wants(Protocol):
    """Whether a text concerns the bot at all; what does not is forgotten at once."""

    def __call__(
        self, user: str, room: str, body: str, *, private: bool, mentions_bot: bool
    ) -> bool:
        """``private``: it was said in a direct message; ``mentions_bot``: it says so itself."""


@dataclass(frozen=True, slots=True)
class Trust:
    """What is asked of a message before its sender answers for it (``access`` in the config)."""

    encrypted_rooms_only: bool = True
    cross_signed_devices_only: bool = True


class Judge:
    """Knows who is pinned and who is in which room; both have been loaded as far as needed."""

    def __init__(self, *, pins: Pins, rooms: Rooms, trust: Trust, wants: Wants, bot: str) -> None:
        self._pins, self._rooms, self._trust = pins, rooms, trust
        self._wants, self._bot = wants, bot

    def decrypted(
        self,
        room_id: str,
        event: Mapping[str, Any],
        found: Decrypted,
        listed: DeviceList | None,
        place: Place,
    ) -> Item | None:
        """A message, if its device speaks for its sender; otherwise a stray text."""
        if (step := self._step(room_id, event, found.type, found.content)) is not None:
            return step
        said = self._said(room_id, event, found.type, found.content)
        if said is None:
            return None
        device = found.device
        if not said.plain:
            return self._stray(room_id, event, said, Doubt.EDITED)
        if device is None or listed is None:
            return self._stray(room_id, event, said, Doubt.UNKNOWN)
        if self._trust.cross_signed_devices_only and not device.signed:
            doubt = Doubt.UNKNOWN if listed.master is None else Doubt.UNSIGNED
            return self._stray(room_id, event, said, doubt)
        pin, pinned = self._pins.get(found.sender), self._pins.trusts(listed)
        actor = Actor(
            user=found.sender,
            room=room_id,
            device=device.device_id,
            identity=listed.master or "",
            pinned=pinned,
            private=self._is_private(room_id, found.sender),
            verified=pinned and device.signed and pin is not None and pin.verified_at is not None,
        )
        return _message(actor, event, said, place)

    def clear(self, room_id: str, event: Mapping[str, Any]) -> Item | None:
        """A text that was not encrypted: nobody's word, unless the operator loosened that."""
        # clients send these in clear as well: what they prove does not rest on it
        if (step := self._step(room_id, event, event["type"], event["content"])) is not None:
            return step
        said = self._said(room_id, event, event["type"], event["content"])
        if said is None:
            return None
        if not said.plain:
            return self._stray(room_id, event, said, Doubt.EDITED)
        if self._trust.encrypted_rooms_only or self._rooms.is_encrypted(room_id):
            return self._stray(room_id, event, said, Doubt.CLEAR)
        sender = event["sender"]
        pin = self._pins.get(sender)
        actor = Actor(
            user=sender,
            room=room_id,
            device="",
            identity=pin.master_key if pin else "",
            pinned=pin is None or (pin.changed_to is None and pin.frozen_at is None),
            private=False,
        )
        return _message(actor, event, said)

    def _step(
        self, room_id: str, event: Mapping[str, Any], kind: str, content: Mapping[str, Any]
    ) -> Verifying | None:
        """A step of an emoji verification, which is done in encrypted direct messages only."""
        step = step_of(kind, content, event["content"].get("m.relates_to"))
        sender, event_id = event["sender"], event["event_id"]
        if step is None or not self._rooms.is_encrypted(room_id):
            return None
        if not self._is_private(room_id, sender):
            return None
        transaction = step.transaction or event_id
        ts = timestamp(event)
        return Verifying(sender, room_id, event_id, step.kind, transaction, dict(step.content), ts)

    def _said(
        self, room_id: str, event: Mapping[str, Any], kind: str, content: Mapping[str, Any]
    ) -> Said | None:
        """What somebody wrote, if it concerns the bot."""
        said = text_of(kind, content, event["content"].get("m.relates_to"), self._bot)
        sender = event["sender"]
        if said is not None and self._wants(
            sender,
            room_id,
            said.body,
            private=self._is_private(room_id, sender),
            mentions_bot=said.mentions_bot,
        ):
            return said
        return None

    def _stray(self, room_id: str, event: Mapping[str, Any], said: Said, doubt: Doubt) -> Stray:
        return Stray(
            user=event["sender"],
            room=room_id,
            event_id=event["event_id"],
            body=said.body,
            doubt=doubt,
            private=self._is_private(room_id, event["sender"]),
            mentions_bot=said.mentions_bot,
        )

    def _is_private(self, room_id: str, user: str) -> bool:
        return self._rooms.get(room_id).is_private(self._bot, user)


def _message(
    actor: Actor, event: Mapping[str, Any], said: Said, place: Place | None = None
) -> Message:
    return Message(
        actor=actor,
        event_id=event["event_id"],
        body=said.body,
        ts=timestamp(event),
        thread=said.thread,
        mentions_bot=said.mentions_bot,
        place=place,
    )
