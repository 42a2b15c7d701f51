"""The contents of messages, written as Element writes them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Quoted:
    """A message that is answered; ``body`` is quoted as old clients do when it is not empty."""

    event_id: str
    sender: str = ""
    body: str = ""


def text(
    body: str,
    *,
    kind: str = "m.text",
    html: str | None = None,
    mention: str | None = None,
    thread: str | None = None,
    answers: Quoted | None = None,
) -> Json:
    """Return the content of ``m.room.message``.

    ``mention`` puts a pill of that user in front; ``thread`` is the thread's root event.
    """
    content: Json = {"msgtype": kind, "body": body, "m.mentions": {}}
    if html is not None:
        content |= {"format": "org.matrix.custom.html", "formatted_body": html}
    if mention is not None:
        content |= _with_pill(body, html, mention)
    if answers is not None and answers.body:
        quote = "\n".join(f"> {line}" for line in answers.body.splitlines())
        content["body"] = f"> <{answers.sender}> {quote[2:]}\n\n{content['body']}"
    relation = _relation(thread, answers)
    return content | ({"m.relates_to": relation} if relation else {})


def edit(event_id: str, body: str) -> Json:
    """Return the content that replaces the text of an own message."""
    new: Json = {"msgtype": "m.text", "body": body}
    return new | {
        "body": f"* {body}",
        "m.new_content": new,
        "m.relates_to": {"rel_type": "m.replace", "event_id": event_id},
    }


def encryption() -> Json:
    """Return the state event that turns encryption on."""
    return {
        "type": "m.room.encryption",
        "state_key": "",
        "content": {"algorithm": "m.megolm.v1.aes-sha2"},
    }


def room(
    name: str | None = None,
    invite: Sequence[str] = (),
    *,
    encrypted: bool = True,
    direct: bool = False,
    power: Json | None = None,
) -> Json:
    """Return the body of ``/createRoom``. ``power`` maps user ids to power levels."""
    body: Json = {
        "preset": "trusted_private_chat" if direct else "private_chat",
        "is_direct": direct,
        "invite": list(invite),
        "initial_state": [encryption()] if encrypted else [],
    }
    if name is not None:
        body["name"] = name
    if power is not None:
        body["power_level_content_override"] = {"users": power}
        body["room_version"] = "11"  # later ones refuse a level for the creator, who is above all
    return body


def _with_pill(body: str, html: str | None, user: str) -> Json:
    name = user[1:].partition(":")[0]
    pill = f'<a href="https://matrix.to/#/{escape(user)}">{escape(name)}</a>'
    return {
        "body": f"{name}: {body}",
        "format": "org.matrix.custom.html",
        "formatted_body": f"{pill}: {escape(body) if html is None else html}",
        "m.mentions": {"user_ids": [user]},
    }


def _relation(thread: str | None, answers: Quoted | None) -> Json:
    relation: Json = {}
    if thread is not None:
        answered = answers.event_id if answers else thread
        relation |= {"rel_type": "m.thread", "event_id": thread, "is_falling_back": answers is None}
        relation["m.in_reply_to"] = {"event_id": answered}
    elif answers is not None:
        relation["m.in_reply_to"] = {"event_id": answers.event_id}
    return relation
