"""What a person's client shows: messages with their edits and redactions folded in."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

Json = dict[str, Any]


@dataclass(slots=True)
class Message:
    """One message as it is shown now.

    ``content`` has edits folded in and is empty once redacted. ``encrypted`` tells that it came
    encrypted and was read; ``unreadable`` says why there is nothing to read, else it is empty.
    ``device`` sent it, as far as is known, and ``signed`` tells that the device's owner signed it.
    ``arrived`` and ``changed`` are positions in the :class:`Timeline`.
    """

    room: str
    event_id: str
    sender: str
    ts: int
    content: Json
    encrypted: bool
    arrived: int = 0
    changed: int = 0
    device: str = ""
    signed: bool = False
    unreadable: str = ""
    relation: Json = field(default_factory=dict)
    edits: int = 0
    redacted: bool = False

    @property
    def body(self) -> str:
        """The plain text."""
        return str(self.content.get("body", ""))

    @property
    def html(self) -> str:
        """The formatted text, empty where there is none."""
        return str(self.content.get("formatted_body", ""))

    @property
    def kind(self) -> str:
        """``m.text``, ``m.notice``, ``m.file``, …"""
        return str(self.content.get("msgtype", ""))

    @property
    def thread(self) -> str | None:
        """The root event of the thread that it stands in."""
        return self.relation.get("event_id") if self._relates("m.thread") else None

    @property
    def reply_to(self) -> str | None:
        """The event that it answers; not the fallback of a thread."""
        if self._relates("m.thread") and self.relation.get("is_falling_back"):
            return None
        answered: str | None = self.relation.get("m.in_reply_to", {}).get("event_id")
        return answered

    def _relates(self, kind: str) -> bool:
        return self.relation.get("rel_type") == kind


Wanted = str | Callable[[Message], bool]
"""A text that a message's body holds (case aside), or a test of the message."""


class NotSeen(AssertionError):
    """What was waited for did not show in time."""


@dataclass(frozen=True, slots=True)
class Arrival:
    """An event as a device received it, read as far as it could."""

    room: str
    event: Json
    encrypted: bool = False
    device: str = ""
    signed: bool = False
    unreadable: str = ""


class Timeline:
    """All rooms' messages in order of arrival; ``position`` grows with each visible change.

    ``listeners`` are called with each message that is new or has changed.
    """

    def __init__(self) -> None:
        self.listeners: list[Callable[[Message], None]] = []
        self._messages: dict[str, Message] = {}
        self._changes: list[str] = []  # event ids; a position is an index into it
        self._watchers: set[asyncio.Event] = set()

    @property
    def position(self) -> int:
        """Where the timeline stands now; what comes later is after it."""
        return len(self._changes)

    def __iter__(self) -> Iterator[Message]:
        return iter(list(self._messages.values()))

    def get(self, event_id: str) -> Message | None:
        """Return the message that this event began, if it was seen."""
        return self._messages.get(event_id)

    def take(self, arrival: Arrival) -> None:
        """Show an event: a message, an edit or a redaction; anything else shows nothing."""
        event = arrival.event
        content = event.get("content", {})
        if event.get("type") == "m.room.redaction":
            self._redact(event.get("redacts") or content.get("redacts"))
        elif event.get("type") in {"m.room.message", "m.room.encrypted"}:
            relation = content.get("m.relates_to") or {}
            if relation.get("rel_type") == "m.replace":
                self._edit(arrival, relation.get("event_id"))
            else:
                self._show(arrival, relation)

    def put(self, message: Message) -> None:
        """Show a message as it is now, in place of what was shown of it before."""
        known = self._messages.get(message.event_id)
        message.arrived = known.arrived if known else self.position + 1
        self._messages[message.event_id] = message
        self._changed(message)

    async def wait(
        self,
        wanted: Callable[[Message], bool],
        *,
        after: int,
        patience: float,
        what: str = "message",
    ) -> Message:
        """Return the first message that is ``wanted`` and is new or changed after a position.

        Raises:
            NotSeen: none came within ``patience`` seconds; the text tells what came instead.
        """
        watcher = asyncio.Event()
        self._watchers.add(watcher)
        try:
            async with asyncio.timeout(patience):
                while True:
                    for message in self.since(after):
                        if wanted(message):
                            return message
                    watcher.clear()
                    await watcher.wait()
        except TimeoutError:
            raise NotSeen(self._instead(what, after, patience)) from None
        finally:
            self._watchers.discard(watcher)

    def since(self, position: int) -> list[Message]:
        """Return what is new or has changed after a position, in order of arrival."""
        changed = {
            self._messages[event_id].arrived: event_id for event_id in self._changes[position:]
        }
        return [self._messages[changed[arrived]] for arrived in sorted(changed)]

    def _instead(self, what: str, after: int, patience: float) -> str:
        lines = [f"  {m.room} {m.sender}: {m.body or m.unreadable!r}" for m in self.since(after)]
        came = "\n".join(lines) if lines else "  nothing"
        return f"no {what} within {patience:g} s; what came:\n{came}"

    def _show(self, arrival: Arrival, relation: Json) -> None:
        event = arrival.event
        known = self._messages.get(event["event_id"])
        if known is not None and (not known.unreadable or arrival.unreadable):
            return
        redacted = "redacted_because" in event.get("unsigned", {})
        message = Message(
            room=arrival.room,
            event_id=event["event_id"],
            sender=event["sender"],
            ts=event["origin_server_ts"],
            content={} if redacted or arrival.unreadable else event.get("content", {}),
            encrypted=arrival.encrypted,
            device=arrival.device,
            signed=arrival.signed,
            unreadable="" if redacted else arrival.unreadable,
            relation=relation,
            redacted=redacted,
        )
        self.put(message)

    def _edit(self, arrival: Arrival, original: Any) -> None:
        message = self._messages.get(original)
        content = arrival.event["content"].get("m.new_content")
        if message is None or message.redacted or not isinstance(content, dict):
            return
        same_hand = message.sender == arrival.event["sender"]
        if not same_hand or message.encrypted != arrival.encrypted or arrival.unreadable:
            return  # clients show no such edit (spec, "Validity of replacement events")
        message.content = content
        message.edits += 1
        self._changed(message)

    def _redact(self, original: Any) -> None:
        message = self._messages.get(original)
        if message is not None and not message.redacted:
            message.content, message.redacted, message.unreadable = {}, True, ""
            self._changed(message)

    def _changed(self, message: Message) -> None:
        self._changes.append(message.event_id)
        message.changed = self.position
        for watcher in self._watchers:
            watcher.set()
        for listener in self.listeners:
            listener(message)
