"""The chat as people would see it, printed as it goes on."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from rich.text import Text

from sandbox.bot import Bot
from sandbox.person import Person
from sandbox.row import Row, begins_with_table
from sandbox.timeline import Message

_COLOURS: Final = ("cyan", "magenta", "yellow", "blue", "red")
_BOT_COLOUR: Final = "green"
_IN_THREAD: Final = " ⤷"
_SHORT: Final = 12  # lines; an edited message up to this length is shown as a whole


class Chat:
    """Prints what happens in rooms, each event once, however many people are in the room.

    A room is shown as the first of its people sees it whom :meth:`follow` was given.
    """

    def __init__(self, bot: Bot, show: Callable[[Row], None]) -> None:
        self._bot, self._show = bot, show
        self._viewers: dict[str, Person] = {}
        self._colours: dict[str, str] = {bot.user: _BOT_COLOUR}
        self._texts: dict[str, str] = {}  # by event: what was shown last

    def follow(self, person: Person) -> None:
        """Show the rooms of this person that nobody else shows."""
        colour = _COLOURS[(len(self._colours) - 1) % len(_COLOURS)]
        self._colours.setdefault(person.user, colour)
        person.timeline.listeners.append(lambda message: self._on_message(person, message))

    def room_name(self, person: Person, room: str) -> str:
        """Return a room's name, or for a direct message who is in it."""
        named = person.device.rooms[room].name if room in person.device.rooms else None
        return named or f"{_short(person.user)} · {_short(self._bot.user)}"

    def _place(self, person: Person, message: Message) -> str:
        return self.room_name(person, message.room) + (_IN_THREAD if message.thread else "")

    def _on_message(self, person: Person, message: Message) -> None:
        if self._viewers.setdefault(message.room, person) is not person:
            return
        before = self._texts.get(message.event_id)
        now = message.unreadable or message.body
        if before == now:
            return
        self._texts[message.event_id] = now
        said = Text(f"{_short(message.sender)}: ", style=self._colours.get(message.sender, "bold"))
        if begins_with_table(now):
            said.append("\n")
        said.append_text(_wording(message, before))
        self._show(Row(self._place(person, message), said))


def _wording(message: Message, before: str | None) -> Text:
    if message.redacted:
        return Text("(message removed)", style="dim italic not bold default")
    if message.unreadable:
        return Text(f"(cannot be read: {message.unreadable})", style="dim italic default")
    text = Text(message.body if before is None else _news(message.body, before), style="default")
    if message.kind == "m.file":
        name = message.content.get("filename", "")
        text = Text(f"[file {name}] ", style="dim") + (text if message.body != name else Text())
    if before is not None:
        text.append(" (edited)", style="dim")
    return text


def _news(body: str, before: str) -> str:
    """An edited text; of one that has only grown, or is long, the first line and what is new.

    The first line says what it is about. A long log moves on: its end is its new beginning.
    """
    first, *rest = body.splitlines() or [""]
    known = before.splitlines()[1:]
    kept = next(n for n in range(len(known), -1, -1) if known[len(known) - n :] == rest[:n])
    if len(rest) < _SHORT and not len(known) == kept < len(rest):
        return body
    new = rest[kept:] if kept else [line for line in rest if line not in known]
    return "\n".join([first, *new])


def _short(user: str) -> str:
    return user[1:].partition(":")[0]
