"""How sessions are written and read again: each way beside its inverse. Pure functions.

What is written is sealed by the store; vodozemac's own encryption of pickles adds nothing to that
and has a fixed key.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final, TypeAlias

import vodozemac
from nio.crypto import InboundGroupSession, OlmAccount, Session

_KEY: Final = bytes(32)
Stored: TypeAlias = dict[str, Any]

# What we know of an Olm session beside nio: the Ed25519 key of the device that it is with, None
# until that is known, and whether the device itself has opened it.
Session.ed25519, Session.proved = None, False


@dataclass(slots=True)
class Outbound:
    """A Megolm session of ours. ``shared``: (user id, device id, Curve25519 key) that have it.

    ``reserved`` is the message index up to which the stored state covers us: a session that is
    loaded again starts there, so that no index is ever used twice.
    """

    session: vodozemac.GroupSession
    created: int
    shared: set[tuple[str, str, str]] = field(default_factory=set)
    reserved: int = -1

    @property
    def index(self) -> int:
        """The index of the next message; also how many have been sent."""
        return int(self.session.message_index)

    def covered(self) -> bool:
        """Whether one more message may be encrypted without writing first."""
        return self.index < self.reserved


def write_account(account: OlmAccount) -> Stored:
    """The Olm account, and whether the homeserver has its keys."""
    return {"pickle": account._account.pickle(_KEY), "shared": account.shared}  # noqa: SLF001  # nio has no pickle with a given key


def read_account(stored: Stored) -> OlmAccount:
    """The inverse of :func:`write_account`."""
    account = OlmAccount(account=vodozemac.Account.from_pickle(stored["pickle"], _KEY))
    account.shared = stored["shared"]
    return account


def write_olm(session: Session) -> Stored:
    """An Olm session; when it was used last stands beside it."""
    return {
        "pickle": session._session.pickle(_KEY),  # noqa: SLF001  # as above
        "created": used_at(session.creation_time),
        "ed25519": session.ed25519,
        "proved": session.proved,
    }


def read_olm(stored: Stored, used: int) -> Session:
    """The inverse of :func:`write_olm`; older rows do not say whose a session is."""
    session = Session(vodozemac.Session.from_pickle(stored["pickle"], _KEY))
    session.ed25519, session.proved = stored.get("ed25519"), stored.get("proved", False)
    session.creation_time, session.use_time = _naive(stored["created"]), _naive(used)
    return session


def write_inbound(session: InboundGroupSession) -> Stored:
    """A Megolm session of somebody's; its room and sender stand beside it."""
    return {"pickle": session._session.pickle(_KEY), "ed25519": session.ed25519}  # noqa: SLF001  # as above


def read_inbound(stored: Stored, room_id: str, sender_key: str) -> InboundGroupSession:
    """The inverse of :func:`write_inbound`."""
    return InboundGroupSession(
        session_key="",
        signing_key=stored["ed25519"],
        sender_key=sender_key,
        room_id=room_id,
        session=vodozemac.InboundGroupSession.from_pickle(stored["pickle"], _KEY),
    )


def write_outbound(outbound: Outbound) -> Stored:
    """A Megolm session of ours, with who has it and the indices that are reserved."""
    return {
        "pickle": outbound.session.pickle(_KEY),
        "created": outbound.created,
        "shared": sorted(outbound.shared),
        "reserved": outbound.reserved,
    }


def read_outbound(stored: Stored) -> Outbound:
    """The inverse of :func:`write_outbound`, moved on to the end of the reserve."""
    session = vodozemac.GroupSession.from_pickle(stored["pickle"], _KEY)
    while session.message_index < stored["reserved"]:
        session.encrypt(b"")  # moves the ratchet on; the ciphertext is thrown away
    return Outbound(session, stored["created"], {(u, d, k) for u, d, k in stored["shared"]})


def used_at(naive: datetime) -> int:
    """nio's naive local times in UTC milliseconds."""
    return int(naive.timestamp() * 1000)


def _naive(ms: int) -> datetime:
    return datetime.fromtimestamp(ms / 1000, UTC).astimezone().replace(tzinfo=None)
