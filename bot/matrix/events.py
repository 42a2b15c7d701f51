"""Reading what a homeserver sent, which may be anything. Pure functions; none of them raises."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from bot.clock import now
from bot.matrix.ids import is_id, is_key
from bot.matrix.inbox import Invite

VERIFICATION: Final = "m.key.verification."
_DEEPEST: Final = 100  # levels of an event; Python's own tools give up somewhere below a thousand
_LARGEST: Final = 2**53  # up to where the spec lets numbers go


@dataclass(frozen=True, slots=True)
class Said:
    """What somebody wrote. ``plain`` is False for edits and emotes, which never run."""

    body: str = field(repr=False)  # it may hold a secret
    plain: bool
    mentions_bot: bool
    thread: str | None


@dataclass(frozen=True, slots=True)
class Step:
    """A step of a verification: ``kind`` is "request", "start", "key", …

    ``transaction`` is the id of the request's event, None for a request, whose own id it is.
    """

    kind: str
    transaction: str | None
    content: Mapping[str, Any]


def text_of(kind: str, content: Mapping[str, Any], outer: Any, bot: str) -> Said | None:
    """What a message's content says; None for notices, files and everything else.

    ``outer`` is the relation that stands in clear around an encrypted content.
    """
    relation = content.get("m.relates_to", outer)
    relation = relation if isinstance(relation, dict) else {}
    new = content.get("m.new_content")
    body = new.get("body") if isinstance(new, dict) else content.get("body")
    msgtype = content.get("msgtype")
    if kind != "m.room.message" or msgtype not in ("m.text", "m.emote") or not _is_text(body):
        return None
    edit = "m.new_content" in content or any(
        isinstance(r, dict) and r.get("rel_type") == "m.replace" for r in (relation, outer)
    )
    thread = relation.get("event_id") if relation.get("rel_type") == "m.thread" else None
    return Said(
        body=str(body),
        plain=msgtype == "m.text" and not edit,
        mentions_bot=bot in entries(content.get("m.mentions"), "user_ids"),
        thread=thread if _is_text(thread) else None,
    )


def step_of(kind: str, content: Mapping[str, Any], outer: Any) -> Step | None:
    """The step of an emoji verification that an event is; None for everything else.

    ``outer`` is the relation that stands in clear around an encrypted content: senders take it out
    of the content, and it is part of what both sides hash.
    https://spec.matrix.org/v1.18/client-server-api/#key-verification-framework
    """
    if kind == "m.room.message" and content.get("msgtype") == f"{VERIFICATION}request":
        return Step("request", None, content)
    relation = content.get("m.relates_to", outer)
    if not isinstance(kind, str) or not kind.startswith(VERIFICATION):
        return None
    if not isinstance(relation, dict) or not is_id(relation.get("event_id")):
        return None
    whole = {**content, "m.relates_to": relation}
    return Step(kind.removeprefix(VERIFICATION), relation["event_id"], whole)


def is_said(event: Mapping[str, Any]) -> bool:
    """Whether it is an event that can carry a text or a step, whole enough to be looked at."""
    kind = event.get("type")
    return (
        isinstance(kind, str)
        and (kind in ("m.room.encrypted", "m.room.message") or kind.startswith(VERIFICATION))
        and "state_key" not in event
        and is_id(event.get("sender"))
        and is_id(event.get("event_id"))
        and isinstance(event.get("content"), dict)
        and is_shallow(event)
    )


def invitation(room_id: str, invited: Any, bot: str) -> Invite | None:
    """Who invites the bot, by the stripped state."""
    for event in entries(section(invited, "invite_state"), "events"):
        if not isinstance(event, dict) or event.get("type") != "m.room.member":
            continue
        content, sender = event.get("content"), event.get("sender")
        if event.get("state_key") == bot and isinstance(content, dict) and is_id(sender):
            direct = content.get("is_direct") is True
            return Invite(sender, room_id, f"invite {room_id} {now()}", direct)
    return None


def session_id(event: Mapping[str, Any]) -> str | None:
    """The Megolm session of an encrypted event."""
    found = event["content"].get("session_id")
    return found if is_key(found) else None


def timestamp(event: Mapping[str, Any]) -> int:
    """The server's time of an event (ms); 0 where it has none, or one that no clock shows."""
    ts = event.get("origin_server_ts")
    return ts if isinstance(ts, int) and 0 <= ts < _LARGEST else 0


def is_shallow(thing: Any) -> bool:
    """Whether it can be copied and written out: nobody's client nests more than a few levels."""
    level = [thing]
    for _ in range(_DEEPEST):
        inner: list[Any] = []
        for each in level:
            if isinstance(each, dict):
                inner += each.values()
            elif isinstance(each, list):
                inner += each
        if not inner:
            return True
        level = inner
    return False


def section(thing: Any, key: str) -> dict[str, Any]:
    """The object under ``key``; an empty one where there is none."""
    found = thing.get(key) if isinstance(thing, dict) else None
    return found if isinstance(found, dict) else {}


def entries(thing: Any, key: str) -> list[Any]:
    """The array under ``key``; an empty one where there is none."""
    found = thing.get(key) if isinstance(thing, dict) else None
    return found if isinstance(found, list) else []


def _is_text(value: Any) -> bool:
    return isinstance(value, str)
