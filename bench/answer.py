"""What the two contenders answer that have nothing to say: about as much as the bot's ``help``."""

from __future__ import annotations

from typing import Any, Final

TEXT: Final = "\n".join(
    [
        "I do things on other services as yourself, with your own account.",
        *(
            f"• `command {n} <word> [words]`: what this command does, in one line"
            for n in range(12)
        ),
        "Say `help` and a word for more about it.",
    ]
)


def answer(event_id: str) -> dict[str, Any]:
    """The content of ``m.room.message`` that answers an event."""
    return {
        "msgtype": "m.notice",
        "body": TEXT,
        "m.relates_to": {"m.in_reply_to": {"event_id": event_id}},
    }
