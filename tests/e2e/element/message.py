"""A message as Element shows it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sandbox.timeline import Message, Timeline


@dataclass(slots=True)
class Shown(Message):
    """A message with the shield beside it.

    ``shield`` is ``NONE`` where nothing is wrong, ``GREY`` or ``RED``, and empty where the message
    was not encrypted; ``warning`` says what is wrong. ``unreadable`` is the SDK's own word.
    """

    shield: str = ""
    warning: str = ""
    edited: str = ""  # the event that made it what it is now

    @property
    def unwarned(self) -> bool:
        """Whether it came encrypted, and nothing is wrong with who sent it."""
        return (self.encrypted, self.shield, self.warning) == (True, "NONE", "")


def show(timeline: Timeline, record: dict[str, Any]) -> None:
    """Put what the client tells about a message into a timeline."""
    message = Shown(**record)
    message.signed = message.unwarned
    before = timeline.get(message.event_id)
    if isinstance(before, Shown):
        message.edits = before.edits + (message.edited not in {"", before.edited})
    timeline.put(message)
