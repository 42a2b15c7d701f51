"""Whole and valid contents of everything that a sync may bring, as other clients write them."""

from __future__ import annotations

from typing import Any, Final

from bot.clock import now
from tests.unit.matrix.rig import BOT, ROOM, event_id

Json = dict[str, Any]
MALLORY: Final = "@mallory:example.org"
ALICE: Final = "@alice:example.org"
ELSEWHERE: Final = "!elsewhere:example.org"

_KEY: Final = "k" * 43
_METHODS: Final = ["m.sas.v1", "m.qr_code.show.v1", "m.reciprocate.v1"]
_SESSION: Final = {
    "algorithm": "m.megolm.v1.aes-sha2",
    "room_id": ROOM,
    "sender_key": _KEY,
    "session_id": _KEY,
}


def _verifications() -> dict[str, Json]:
    start = {
        "method": "m.sas.v1",
        "key_agreement_protocols": ["curve25519-hkdf-sha256"],
        "hashes": ["sha256"],
        "message_authentication_codes": ["hkdf-hmac-sha256.v2", "hkdf-hmac-sha256"],
        "short_authentication_string": ["emoji", "decimal"],
        "from_device": "PHONE",
    }
    accept = {
        "method": "m.sas.v1",
        "key_agreement_protocol": "curve25519-hkdf-sha256",
        "hash": "sha256",
        "message_authentication_code": "hkdf-hmac-sha256.v2",
        "short_authentication_string": ["emoji"],
        "commitment": _KEY,
    }
    return {
        "request": {"from_device": "PHONE", "methods": _METHODS, "timestamp": now()},
        "ready": {"from_device": "PHONE", "methods": _METHODS},
        "start": start,
        "accept": accept,
        "key": {"key": _KEY},
        "mac": {"mac": {"ed25519:PHONE": _KEY}, "keys": _KEY},
        "done": {},
        "cancel": {"code": "m.user", "reason": "no"},
    }


def in_room() -> dict[str, Json]:
    """Contents of what is said in a room, by type; a type may stand there in several ways."""
    relation = {"rel_type": "m.reference", "event_id": event_id()}
    found = {
        f"m.key.verification.{step}": content | {"m.relates_to": relation}
        for step, content in _verifications().items()
    }
    request = {
        "msgtype": "m.key.verification.request",
        "body": "I ask to verify your key",
        "from_device": "PHONE",
        "methods": _METHODS,
        "to": BOT,
    }
    replaced = {"rel_type": "m.replace", "event_id": event_id()}
    edit = text("* !help") | {"m.new_content": text("!help"), "m.relates_to": replaced}
    return found | {
        "m.room.message": text("!help"),
        "m.room.message/verification": request,
        "m.room.message/edit": edit,
        "m.room.message/notice": text("!help") | {"msgtype": "m.notice"},
        "m.room.message/file": {"msgtype": "m.file", "body": "a", "url": "mxc://example.org/a"},
        "m.reaction": {"m.relates_to": {"rel_type": "m.annotation", "key": "👍"} | relation},
        "m.room.redaction": {"redacts": event_id()},
        "m.room.encryption": encryption(),
        "m.room.member": {"membership": "join"},
        "m.room_key": room_key(),
    }


def to_device() -> dict[str, Json]:
    """Contents of to-device events, by type."""
    transaction = {"transaction_id": "t1"}
    found = {
        f"m.key.verification.{step}": content | transaction
        for step, content in _verifications().items()
    }
    forwarded = room_key() | {
        "sender_key": _KEY,
        "sender_claimed_ed25519_key": _KEY,
        "forwarding_curve25519_key_chain": [],
    }
    request = {"action": "request", "requesting_device_id": "PHONE", "request_id": "r1"}
    return found | {
        "m.room_key": room_key(),
        "m.forwarded_room_key": forwarded,
        "m.dummy": {},
        "m.room_key.withheld": {"code": "m.unverified", "reason": "no"} | _SESSION,
        "m.room_key_request": request | {"body": _SESSION},
        "m.secret.request": {"name": "m.cross_signing.master", "action": "request"} | request,
        "m.secret.send": {"request_id": "r1", "secret": _KEY},
        "m.room.message": text("!help"),
    }


def sections() -> dict[tuple[str, ...], Any]:
    """What else a sync response consists of, by where it stands."""
    invite = [member(BOT, "invite"), member(MALLORY), state("m.room.name", "", {"name": "x"})]
    return {
        ("rooms", "invite", "!invited:example.org"): {"invite_state": {"events": invite}},
        ("rooms", "knock", "!knocked:example.org"): {"knock_state": {"events": invite}},
        ("rooms", "leave", ELSEWHERE): {"timeline": {"events": [member(BOT, "leave")]}},
        ("rooms", "join", ELSEWHERE): {
            "state": {"events": [member(BOT), state("m.room.encryption", "", encryption())]},
            "timeline": {"events": [clear("m.room.message", text("!help"))], "prev_batch": "p1"},
            "summary": {"m.heroes": [MALLORY], "m.joined_member_count": 2},
            "ephemeral": {"events": [{"type": "m.typing", "content": {"user_ids": [MALLORY]}}]},
            "account_data": {"events": [{"type": "m.tag", "content": {"tags": {"u.x": {}}}}]},
            "unread_notifications": {"highlight_count": 1, "notification_count": 1},
        },
        ("device_lists",): {"changed": [MALLORY, ALICE], "left": ["@gone:example.org"]},
        ("device_one_time_keys_count",): {"signed_curve25519": 20, "curve25519": 1},
        ("device_unused_fallback_key_types",): ["signed_curve25519"],
        ("account_data",): {"events": [{"type": "m.direct", "content": {MALLORY: [ROOM]}}]},
        ("presence",): {"events": [{"type": "m.presence", "sender": MALLORY, "content": {}}]},
    }


def states() -> list[Json]:
    """State events; none is about the bot, whose own coming and going the server decides."""
    return [
        member(MALLORY),
        member(MALLORY, "leave"),
        member("@new:example.org", "invite"),
        state("m.room.encryption", "", encryption()),
        state("m.room.power_levels", "", {"users": {MALLORY: 100}}),
    ]


def text(body: str) -> Json:
    """A text message's content."""
    return {"msgtype": "m.text", "body": body, "m.mentions": {"user_ids": [BOT]}}


def encryption() -> Json:
    """The content of ``m.room.encryption``."""
    return {
        "algorithm": "m.megolm.v1.aes-sha2",
        "rotation_period_ms": 604_800_000,
        "rotation_period_msgs": 100,
    }


def room_key() -> Json:
    """The content of ``m.room_key``."""
    return _SESSION | {"session_key": "AQ" * 120}


def clear(kind: str, content: Json, **more: Any) -> Json:
    """An event that is not encrypted."""
    return {
        "type": kind,
        "sender": MALLORY,
        "event_id": event_id(),
        "origin_server_ts": now(),
        "content": content,
        "unsigned": {"age": 1},
    } | more


def state(kind: str, key: str, content: Json) -> Json:
    """A state event."""
    return clear(kind, content, state_key=key)


def member(user: str, membership: str = "join") -> Json:
    """Somebody's membership."""
    return state("m.room.member", user, {"membership": membership, "displayname": "x"})
