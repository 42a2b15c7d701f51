"""What has gone on, written as a file has it."""

from __future__ import annotations

from dataclasses import dataclass, field

from tests.e2e.transcript.script import Edit, Happens, Message, Place, Reaction, Removal, Said

_DOES = {Edit: " edits", Reaction: " reacts", Removal: " removes"}
_INDENT = "    "


@dataclass(slots=True)
class Record:
    """Grows line by line."""

    lines: list[str] = field(default_factory=list)
    _place: Place | None = None

    def add(self, line: Happens | Said, text: str = "") -> None:
        """Note a line of the file, with what was really said."""
        if isinstance(line, Happens):
            self.lines.append(f"({line.sentence}.)")
            return
        does = _DOES.get(type(line), "")
        if isinstance(line, Message) and line.file:
            does = f" sends {line.file}"
        self.say(line.place, line.who + does, text, thread=bool(line.thread))

    def say(self, place: Place, who: str, text: str, *, thread: bool) -> None:
        """Note what somebody said."""
        if place != self._place:
            self.lines += ["", f"In {place}:"]
            self._place = place
        first, *more = text.rstrip("\n").split("\n")
        indent = _INDENT if thread else ""
        self.lines.append(f"{indent}{who}: {first}".rstrip())
        self.lines += [f"{indent}{_INDENT}| {line}".rstrip() for line in more]
