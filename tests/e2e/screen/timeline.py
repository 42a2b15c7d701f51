"""Messages as a page, in the manner of Element's timeline and in a style of our own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Final

from tests.e2e.screen.subset import check

_STYLE: Final = (Path(__file__).parent / "timeline.css").read_text()
_COLOURS: Final = ("#0a8a72", "#b1457d", "#3d6fd6", "#a06a00", "#7a4fc0")


@dataclass(frozen=True, slots=True)
class Shown:
    """A message. ``html`` is its formatted text, or ``plain`` where it has none.

    ``answers`` is what it replies to: who said it, and what; ``file`` is the name of a file.
    ``thread`` are the messages of its thread; ``folded`` shows them as Element's summary.
    """

    who: str
    html: str = ""
    plain: str = ""
    answers: tuple[str, str] | None = None
    file: str = ""
    time: str = "10:07"
    edited: bool = False
    gone: bool = False
    thread: tuple[Shown, ...] = ()
    folded: bool = False


def page(room: str, messages: Sequence[Shown], *, dark: bool = False, note: str = "") -> str:
    """The page of a room's timeline.

    Raises:
        NotShown: a message holds what clients do not show.
    """
    people: dict[str, str] = {}
    shown = "".join(_message(message, people) for message in messages)
    small = f"<small>{escape(note)}</small>" if note else ""
    return (
        f"<!DOCTYPE html><html lang=en class={'dark' if dark else 'light'}><meta charset=utf-8>"
        f"<title>{escape(room)}</title><style>{_STYLE}</style>"
        f"<body><header>{escape(room)}{small}</header><main>{shown}</main></body></html>"
    )


def _message(message: Shown, people: dict[str, str]) -> str:
    name = escape(message.who)
    colour = people.setdefault(message.who, _COLOURS[len(people) % len(_COLOURS)])
    return (
        f'<article><div class=avatar style="background: {colour}">{name[:1].upper()}</div>'
        f'<div class=said><span class=name style="color: {colour}">{name}</span>'
        f"<span class=time>{escape(message.time)}</span>"
        f"{_said(message)}{_thread(message, people)}</div></article>"
    )


def _said(message: Shown) -> str:
    if message.gone:
        return "<div class=gone>Message deleted</div>"
    check(message.html)
    text = message.html or escape(message.plain).replace("\n", "<br>")
    quote = ""
    if message.answers is not None:
        who, said = map(escape, message.answers)
        quote = f"<div class=quote><b>{who}</b> {said}</div>"
    edited = "<span class=edited>(edited)</span>" if message.edited else ""
    file = (
        f"<span class=file><small>File</small> {escape(message.file)}</span>"
        if message.file
        else ""
    )
    return f"{quote}{file}<div class=body>{text}</div>{edited}"


def _thread(message: Shown, people: dict[str, str]) -> str:
    if not message.thread:
        return ""
    if message.folded:
        count, last = len(message.thread), message.thread[-1]
        replies = "1 reply" if count == 1 else f"{count} replies"
        text = escape((last.plain or "").partition("\n")[0][:60])
        return f"<span class=summary><b>{replies}</b> · {escape(last.who)}: {text}</span>"
    return f"<aside>{''.join(_message(each, people) for each in message.thread)}</aside>"
