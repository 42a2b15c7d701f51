"""All tables. Times are UTC milliseconds since the epoch; ``sealed`` columns are vault envelopes.

What stands in clear is what the homeserver sees as well (user, room, event and session ids, times)
and the names of services and commands; never a text that somebody wrote, a key or a token.
"""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, Index, LargeBinary, MetaData, String, Table

metadata = MetaData()

# ------------------------------------------------------------------------------------ the vault
credential = Table(
    "credential",
    metadata,
    Column("user_id", String, primary_key=True),
    Column("service", String, primary_key=True),
    Column("label", String, primary_key=True),  # which secret of the slot; "credential"
    Column("sealed", LargeBinary, nullable=False),
    Column("account", LargeBinary, nullable=False),  # sealed: the user's name over there
    Column("identity", String, nullable=False),  # master key it was given under
    Column("created_at", BigInteger, nullable=False),
    Column("expires_at", BigInteger),
    Column("last_used_at", BigInteger),
    Column("fresh_until", BigInteger),  # then it is renewed before it is used
    Column("reminded_at", BigInteger),  # when its owner was told that it ends soon
)
sealed_value = Table(
    "sealed_value",
    metadata,
    Column("name", String, primary_key=True),  # "canary", "session", "identity", "olm_account"
    Column("sealed", LargeBinary, nullable=False),
)

# --------------------------------------------------------------------------- who people are
identity_pin = Table(
    "identity_pin",
    metadata,
    Column("user_id", String, primary_key=True),
    Column("master_key", String, nullable=False),
    Column("first_seen", BigInteger, nullable=False),
    Column("changed_to", String),  # another identity that the server shows now
    Column("verified_at", BigInteger),  # by comparing emoji
    Column("frozen_at", BigInteger),  # by an admin
)

# ----------------------------------------------------------------------- messages and commands
inbox = Table(
    "inbox",
    metadata,
    Column("event_id", String, primary_key=True),
    Column("room_id", String, nullable=False),
    Column("sender", String, nullable=False),
    Column("server_ts", BigInteger, nullable=False),
    Column("received_at", BigInteger, nullable=False),
    Column("state", String, nullable=False),  # new, locked (waits for its room key), done
    Column("session_id", String),  # of a locked event
    Column("sealed", LargeBinary),  # emptied when done
    Index("inbox_open", "state", "received_at"),
)
megolm_index = Table(
    "megolm_index",
    metadata,
    Column("sender_key", String, primary_key=True),
    Column("session_id", String, primary_key=True),
    Column("message_index", BigInteger, primary_key=True),
    Column("event_id", String, nullable=False),
)
journal = Table(
    "journal",
    metadata,
    Column("event_id", String, primary_key=True),  # of the message that asked for it
    Column("user_id", String, nullable=False),
    Column("room_id", String, nullable=False),
    Column("service", String, nullable=False),  # "" for built-in commands
    Column("command", String, nullable=False),
    Column("effect", String, nullable=False),
    Column("state", String, nullable=False),  # started, finished, failed, interrupted
    Column("started_at", BigInteger, nullable=False),
    Column("finished_at", BigInteger),
    Column("reply", LargeBinary),  # sealed, until it has been sent
    Column("note", LargeBinary),  # sealed: what was run and what it is about, for "history"
    Column("approved_by", String),  # the second person, where one was asked for
    Index("journal_user", "user_id", "started_at"),
)
following = Table(
    "following",
    metadata,
    Column("event_id", String, primary_key=True),  # of the message that asked for it
    Column("user_id", String, nullable=False),
    Column("sealed", LargeBinary, nullable=False),  # what is followed, and the answer it edits
)

# ------------------------------------------------------------------------------- Matrix state
sync_state = Table(
    "sync_state",
    metadata,
    Column("name", String, primary_key=True),  # "next_batch", "filter"
    Column("value", String, nullable=False),
)
encrypted_room = Table(  # sticky: a room that was ever encrypted never gets clear text
    "encrypted_room",
    metadata,
    Column("room_id", String, primary_key=True),
    Column("since", BigInteger, nullable=False),
)
room_state = Table(
    "room_state",
    metadata,
    Column("room_id", String, primary_key=True),
    Column("sealed", LargeBinary, nullable=False),  # members, encryption settings, own join
)
device_list = Table(
    "device_list",
    metadata,
    Column("user_id", String, primary_key=True),
    Column("outdated", Boolean, nullable=False),
    Column("sealed", LargeBinary, nullable=False),  # devices and cross-signing keys
)
olm_session = Table(
    "olm_session",
    metadata,
    Column("sender_key", String, primary_key=True),
    Column("session_id", String, primary_key=True),
    Column("sealed", LargeBinary, nullable=False),
    Column("used_at", BigInteger, nullable=False),
)
inbound_session = Table(
    "inbound_session",
    metadata,
    Column("room_id", String, primary_key=True),
    Column("sender_key", String, primary_key=True),
    Column("session_id", String, primary_key=True),
    Column("sealed", LargeBinary, nullable=False),
    Column("used_at", BigInteger, nullable=False),
    Index("inbound_session_used", "used_at"),
)
outbound_session = Table(
    "outbound_session",
    metadata,
    Column("room_id", String, primary_key=True),
    Column("sealed", LargeBinary, nullable=False),
)
