"""Somebody's turn to type: in the room, in the direct message, or in the thread of an answer."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from sandbox.person import Person
from sandbox.prompt import Prompt

_PLACES: Final = "There are /room, /dm, /thread and /quit."


class Turn:
    """Lets ``person`` type in ``room`` and ``dm`` until they have had enough.

    ``tell`` says what is not part of the chat.
    """

    def __init__(
        self, person: Person, prompt: Prompt, tell: Callable[[str], None], *, room: str, dm: str
    ) -> None:
        self._person, self._prompt, self._tell = person, prompt, tell
        self._name = person.user[1:].partition(":")[0]
        self._rooms = {"/room": (room, "Team"), "/dm": (dm, "the dm")}
        self._here, self._place = self._rooms["/room"]
        self._thread: str | None = None

    async def run(self) -> None:
        """Ask for lines, and say them, up to ``/quit`` or the end of input."""
        while True:
            typed = await self._prompt.ask(f"{self._name} in {self._place}> ")
            line = "/quit" if typed is None else typed.strip()
            if line == "/quit":
                return
            if line.startswith("/"):
                self._go(line)
            elif line:
                await self._person.say(self._here, line, thread=self._thread)

    def _go(self, where: str) -> None:
        if where in self._rooms:
            (self._here, self._place), self._thread = self._rooms[where], None
        elif where == "/thread":
            self._follow()
        else:
            self._tell(_PLACES)

    def _follow(self) -> None:
        """Go into the thread in which something was said last."""
        said = [message for message in self._person.timeline if message.thread]
        if not said:
            self._tell("Nobody has said anything in a thread yet.")
            return
        newest = max(said, key=lambda message: message.arrived)
        self._here, self._thread, self._place = newest.room, newest.thread, "the thread"
