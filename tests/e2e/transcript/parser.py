"""From a file's text to its parts; see ``tests/transcripts/README.md`` for how it is written."""

from __future__ import annotations

import re
from typing import Final

from tests.e2e.transcript.script import (
    Edit,
    Happens,
    Message,
    Place,
    Reaction,
    Removal,
    Said,
    Script,
    longer,
)

BOT: Final = "actas"
SOME: Final = "…"

_PLACE: Final = re.compile(
    r"In (?:#(?P<room>\w+)|(?P<owner>\w+)'s direct message)"
    r'(?:, in the thread of "(?P<thread>.*)")?:'
)
_LINE: Final = re.compile(
    r"(?P<who>\w+)(?:(?P<comma>,) to (?P<to>\w+)"
    r"| (?P<does>edits|reacts|reacts to|sends|removes)(?: (?P<what>\"[^\"]*\"|\S+))?)?"
    r":(?: (?P<text>.*))?"
)


class Unreadable(Exception):
    """A line cannot be understood; the text names its number."""

    def __init__(self, number: int, problem: str) -> None:
        super().__init__(f"line {number}: {problem}")


def parse(text: str) -> Script:
    """Take a file apart.

    Raises:
        Unreadable: it is not written as it should be.
    """
    return _Parser(text.splitlines()).script()


class _Parser:
    def __init__(self, lines: list[str]) -> None:
        self._raw = lines
        self._before: list[Happens] = []
        self._lines: list[Happens | Said] = []
        self._place: Place | None = None
        self._opened: int | None = None  # the thread that the place's heading names
        self._root: int | None = None  # what indented lines belong to

    def script(self) -> Script:
        title = self._raw[0].removeprefix("# ").strip() if self._raw else ""
        if not title or not self._raw[0].startswith("# "):
            raise Unreadable(1, "begin with a title: # What this is about")
        for number, raw in enumerate(self._raw[1:], start=2):
            self._take(number, raw.rstrip())
        if not self._lines:
            raise Unreadable(len(self._raw), "nothing is said")
        return Script(title, tuple(self._before), tuple(self._lines))

    def _take(self, number: int, raw: str) -> None:
        line = raw.strip()
        if not line or line.startswith("# "):
            return
        if line.startswith("|"):
            self._continue(number, line)
        elif heading := _PLACE.fullmatch(line):
            self._go(number, heading)
        elif line.startswith("(") and line.endswith(")"):
            self._lines.append(Happens(number, line[1:-1].rstrip(".")))
        elif self._place is None:
            self._before.append(Happens(number, line.rstrip(".")))
        elif found := _LINE.fullmatch(line):
            self._lines.append(self._said(number, found, indented=raw[0].isspace()))
        else:
            raise Unreadable(number, "who says that? Write  alice: …  or  (what happens)")

    def _continue(self, number: int, line: str) -> None:
        last = self._lines[-1] if self._lines else None
        if not isinstance(last, Message | Edit):
            raise Unreadable(number, "there is no message that goes on here")
        self._lines[-1] = longer(last, line[1:].removeprefix(" "))

    def _go(self, number: int, heading: re.Match[str]) -> None:
        owner = heading["owner"]
        self._place = Place(owner, private=True) if owner else Place(heading["room"])
        self._root = self._opened = None
        if (quote := heading["thread"]) is not None:
            self._opened = self._find(number, quote)

    def _said(self, number: int, found: re.Match[str], *, indented: bool) -> Said:
        who, text, place = found["who"], found["text"] or "", self._place
        assert place is not None
        if indented and self._root is None:
            raise Unreadable(number, "there is no message whose thread this could be in")
        thread = self._root if indented else self._opened
        at = (number, who, text, place, thread)
        what = (found["what"] or "").strip('"')
        match found["does"]:
            case "edits":
                return Edit(*at, of=self._find(number, what, by=who, thread=thread))
            case "reacts" | "reacts to":
                return Reaction(*at, of=self._find(number, what, thread=thread))
            case "removes":
                return Removal(*at, of=self._find(number, text))
        if not indented:
            self._root = self._opened or number
        return Message(*at, to=found["to"] or "", file=what)

    def _find(self, number: int, quote: str, *, by: str = "", thread: int | None = None) -> int:
        """The line of the last message here that begins with ``quote``; "" is the last of all.

        Without a quotation it is one of this ``thread``.
        """
        begin = quote.removesuffix(SOME)
        for line in reversed(self._lines):
            if not isinstance(line, Message) or line.place != self._place:
                continue
            if by not in ("", line.who) or (not quote and line.thread != thread):
                continue
            if line.text.startswith(begin) or self._later(line).startswith(begin):
                return line.number
        raise Unreadable(number, f"nothing here begins with {quote!r}" if quote else "of what?")

    def _later(self, message: Message) -> str:
        """What a message says after its edits so far."""
        edits = [e.text for e in self._lines if isinstance(e, Edit) and e.of == message.number]
        return edits[-1] if edits else message.text
