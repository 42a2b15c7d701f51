"""Fixed sentences: they hold nothing of anybody's, so they may reach devices nothing else does."""

from __future__ import annotations

from typing import Final

from bot.model import Doubt

CLEAR_ROOM: Final = (
    "I work in encrypted rooms only. Turn on encryption in this room's settings, and I will answer."
)
DOUBTS: Final = {
    Doubt.CLEAR: "That was not encrypted, so I cannot know who said it. I did nothing.",
    Doubt.UNSIGNED: (
        "This device is not verified by its owner, so I did nothing. Verify it from another "
        "session of yours (Settings, Sessions), then say it again."
    ),
    Doubt.UNKNOWN: (
        "I cannot tell that this comes from a device of its sender's, so I did nothing. Set up "
        "cross-signing in your client's security settings, then say it again."
    ),
}
CHANGED: Final = (
    "Your identity has changed: the keys that stand for you are not the ones I know you by. "
    "Nothing of yours is used until you connect again: say `connect` and the service's name here. "
    "If you have not reset your identity, tell your homeserver's admin."
)
LATE: Final = (
    "While I was away something for me got too old to run. Say it again if you still want it."
)
LOCKED: Final = (
    "I could not decrypt a message: its key has not reached me. Say it again; if that does not "
    "help, sign out of this session and in again."
)


def exposed(revoke_hint: str, *, removed: bool) -> str:
    """What is said when a secret was posted where it does not belong."""
    revoke = f" {revoke_hint.rstrip('.')}: others may have seen it." if revoke_hint else ""
    rest = "I have removed the message." if removed else "Please delete your message; I may not."
    return (
        f"That looks like a secret. I did not store it.{revoke} {rest} Secrets belong in an "
        "encrypted direct message with me, from a device that you have verified."
    )
