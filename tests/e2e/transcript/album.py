"""What the chats of a stage look like: its messages, as pages show them."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Final

from sandbox.timeline import Message
from tests.e2e.screen.timeline import Shown
from tests.e2e.transcript.parser import BOT
from tests.e2e.transcript.script import Place
from tests.e2e.transcript.stage import Stage


def shown(stage: Stage, place: Place) -> list[Shown]:
    """A place's messages in their order, those of threads with what their thread began with."""
    room = stage.rooms[place]
    timeline = stage.ears.listener(room).timeline
    messages = [m for m in timeline if m.room == room and m.event_id not in stage.beside]
    threads: dict[str, list[Shown]] = {}
    for message in messages:
        if message.thread is not None:
            threads.setdefault(message.thread, []).append(_shown(stage, message))
    return [
        replace(_shown(stage, message), thread=tuple(threads.get(message.event_id, ())))
        for message in messages
        if message.thread is None
    ]


async def _picture(stage: Stage, room: str, owner: str, name: str) -> None:
    """A picture of what was said there since the last one."""
    place = Place(room) if room else Place(owner, private=True)
    stage.pictures[name] = shown(stage, place)
    timeline = stage.ears.listener(stage.rooms[place]).timeline
    stage.beside |= {m.event_id for m in timeline if m.room == stage.rooms[place]}


DIRECTIONS: Final = {r"Picture of (?:#(\w+)|(\w+)'s direct message): ([\w-]+)": _picture}


def _shown(stage: Stage, message: Message) -> Shown:
    answered = stage.ears.listener(message.room).timeline.get(message.reply_to or "")
    text = _text(stage, message)
    name = str(message.content.get("filename", "")) if message.kind == "m.file" else ""
    return Shown(
        who=_name(stage, message.sender),
        html=stage.as_shown(message.html) if message.sender == stage.bot.user else "",
        plain="" if text == name else text,
        answers=None if answered is None else _quoted(stage, answered),
        file=name,
        edited=message.edits > 0,
        gone=message.redacted,
    )


def _quoted(stage: Stage, message: Message) -> tuple[str, str]:
    text = "Message deleted" if message.redacted else _text(stage, message)
    return _name(stage, message.sender), text.partition("\n")[0]


def _text(stage: Stage, message: Message) -> str:
    """The plain text, with the bot called as it is everywhere else."""
    name = re.escape(stage.bot.user[1:].partition(":")[0])
    return re.sub(rf"^{name}\b", BOT, stage.as_shown(message.body))


def _name(stage: Stage, user: str) -> str:
    names = {who.user: name for name, who in stage.people.items()} | {stage.bot.user: BOT}
    return names.get(user, user)
