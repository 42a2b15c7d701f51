"""Fixed sentences: they hold nothing of anybody's, so they may reach devices nothing else does."""

from __future__ import annotations

from typing import Final

from bot.model import Doubt, Standing

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
_CHANGED: Final = (
    "Your identity has changed: the keys that stand for you are not the ones I know you by. "
)
_NOT_YOU: Final = "If you have not reset your identity, tell your homeserver's admin."
STANDINGS: Final = {
    Standing.CHANGED: (
        f"{_CHANGED}Nothing of yours is used until you connect again: say `connect` and the "
        f"service's name here. {_NOT_YOU}"
    ),
    Standing.MUST_VERIFY: (
        f"{_CHANGED}As I had verified those, nothing of yours is used until I have verified these "
        f"as well (say `verify` here), or an admin of mine unfreezes you. {_NOT_YOU}"
    ),
    Standing.FROZEN: (
        "An admin of mine has frozen what is yours here. Nothing of it is used until they "
        "unfreeze you: ask them."
    ),
}
OPEN_ROOM: Final = "People outside can read this room, so I answer in our direct message."
LATE: Final = (
    "While I was away something for me got too old to run. Say it again if you still want it."
)
LOCKED: Final = (
    "I could not decrypt this: its key has not reached me in time, so I did nothing. Say it again; "
    "if that does not help, /discardsession in Element makes a new key."
)
WITHHELD: Final = (
    "I could not decrypt this: your client keeps its key from me, so I did nothing. See that it "
    "trusts me (say `verify` in our direct message), then say it again."
)
COMPARE: Final = (
    "Compare what your client shows now with what my operator sees when they run `actas verify`: "
    "by phone, or side by side. If it is the same, confirm it, and so will they. Nobody needs to "
    "write it here."
)
VERIFIED: Final = (
    "Verified: I know you by these keys from now on. Should they ever change, nothing of yours is "
    "used until you have been verified anew, or an admin of mine unfreezes you."
)
UNSIGNED_REQUEST: Final = (
    "I verify people from devices that they have signed themselves. Verify this device from "
    "another session of yours (Settings, Sessions), then begin again."
)


def exposed(revoke_hint: str, *, removed: bool) -> str:
    """What is said when a secret was posted where it does not belong."""
    revoke = f" {revoke_hint.rstrip('.')}: others may have seen it." if revoke_hint else ""
    rest = "I have removed the message." if removed else "Please delete your message; I may not."
    return (
        f"That looks like a secret. I did not store it.{revoke} {rest} Secrets belong in an "
        "encrypted direct message with me, from a device that you have verified."
    )
