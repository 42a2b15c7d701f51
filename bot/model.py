"""Who speaks, and what was said."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum, auto

from bot.secret import Secret


@dataclass(frozen=True, slots=True)
class Actor:
    """A person behind one of their own cross-signed devices, in a room.

    Made only by ``matrix/judge.py``, from a decrypted event that passed every check (and read
    back from the sealed inbox). With ``access.encrypted_rooms_only: false`` a text in clear makes
    one too: its ``device`` is "", and no secret is ever taken from it.

    ``identity`` is the public master key (unpadded base64) whose chain signed the device;
    ``pinned`` is False when that is not the identity the bot knows the user by (it has changed), or
    an admin has frozen the user.
    ``private`` is True where the room's members are exactly the bot and this user; ``verified``
    where that identity has been verified by comparing emoji.
    """

    user: str
    room: str
    device: str
    identity: str
    pinned: bool = True
    private: bool = False
    verified: bool = False


@dataclass(frozen=True, slots=True)
class Place:
    """Where a message stands in a Megolm session: no homeserver can say otherwise.

    All of the session from ``since`` up to it has come, in order and without a gap.
    """

    session: str
    index: int
    since: int


def follows(place: Place | None, other: Place | None) -> bool:
    """Whether what stands at ``place`` came certainly after ``other``, as it was said.

    False where that cannot be told: in another session, which another device or a rotation makes,
    or where something has not come that was said between the two. Both in clear: there the
    homeserver's word counts, where the operator allows that.
    """
    if place is None or other is None:
        return place is other
    return place.session == other.session and place.since <= other.index < place.index


@dataclass(frozen=True, slots=True)
class Message:
    """A text addressed to nobody yet. ``body`` is never that of an edit.

    ``thread`` is the root event of the thread it stands in; ``mentions_bot`` tells an intentional
    mention (MSC3952); ``ts`` is the server's time in milliseconds; ``place`` is None for a text
    in clear.
    """

    actor: Actor
    event_id: str
    body: str = field(repr=False)  # it may hold a secret
    ts: int
    thread: str | None = None
    mentions_bot: bool = False
    place: Place | None = None


class Doubt(Enum):
    """Why a text is not taken as its sender's word."""

    CLEAR = "clear"  # it was not encrypted
    UNSIGNED = "unsigned"  # its device is not signed by its owner
    EDITED = "edited"  # it replaces what was said before, or is no plain text
    UNKNOWN = "unknown"  # its device is not one of the sender's, or they have no identity


class Standing(Enum):
    """What an identity is to the one that the bot knows a user by."""

    KNOWN = auto()  # the same, or the first one
    CHANGED = auto()  # another one
    MUST_VERIFY = auto()  # another one, and the known one had been verified
    FROZEN = auto()  # whatever it is: an admin has frozen the user


@dataclass(frozen=True, slots=True)
class Stray:
    """A text that nobody answers for. It is looked at for secrets, and never run."""

    user: str
    room: str
    event_id: str
    body: str = field(repr=False)  # it may hold a secret
    doubt: Doubt
    private: bool = False
    mentions_bot: bool = False


@dataclass(frozen=True, slots=True)
class Credential:
    """What a service needs to act as one user.

    ``account`` is the user's name over there; ``identity`` the Matrix identity (master key) it was
    given under: a credential is used for no other. After ``fresh_until`` it is renewed before it is
    used; at ``expires`` it ends. Times are timezone-aware.
    """

    user: str
    service: str
    account: str
    fields: Mapping[str, Secret] = field(repr=False)
    identity: str
    created: datetime
    expires: datetime | None = None
    last_used: datetime | None = None
    fresh_until: datetime | None = None
