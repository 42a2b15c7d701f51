"""A reply as Matrix shows it: plain ``body`` and ``org.matrix.custom.html``.

Texts come from services and may be hostile. Whatever they hold, the result has no markup of theirs,
no address that is not plainly ``http(s)://host/…``, no control characters, nothing that turns the
direction of the text around it, and no ``@room``. Pure, deterministic, linear in the reply's size.

Event contents follow the client-server API: "m.room.message msgtypes", "Rich replies", "Threading",
"Event replacements" and "User and room mentions" (always with ``m.mentions``, so that no legacy
push rule looks for names in the text).
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import Any, Final

from bot.matrix.plain import in_plain
from bot.matrix.text import block_text, inline_text, link_target, link_text, unpinged
from bot.reply import (
    Block,
    File,
    Inline,
    Items,
    Line,
    Link,
    Mono,
    Pre,
    Quote,
    Reply,
    Strong,
    Table,
    Typed,
)

LIMIT: Final = 32_000
"""JSON bytes of body and html, escapes counted at their worst.

Megolm's base64 makes 4/3 of it; with an edit's fallback and the envelope that stays below 54,000 of
the 65,536 bytes that an event may have, hashes and signatures of federation included.
"""

_SPACES: Final = re.compile(r"^ +|\t|  +")
_FIXED: Final = "\N{NO-BREAK SPACE}"
_GAP: Final = "\N{EN SPACE}"  # between two cells
_EMPTY: Final = "The answer is empty."
_FALLBACK: Final = 500  # characters of an edit that clients see which know no edits


@dataclass(frozen=True, slots=True)
class Rendered:
    """A message's two forms: plain text, and HTML of the subset that clients show."""

    body: str
    html: str


def render(reply: Reply) -> Rendered:
    """Render ``reply``; an empty one says that it is empty."""
    body = in_plain(reply)
    if not body.strip():
        return Rendered(_EMPTY, f"<p>{_EMPTY}</p>")
    return Rendered(body, unpinged("".join(map(_block, reply.blocks))))


def too_long(rendered: Rendered) -> bool:
    """Whether it does not fit in one encrypted event: send :func:`as_file` instead."""
    return len(json.dumps([rendered.body, rendered.html])) > LIMIT


def as_file(reply: Reply) -> File:
    """The answer as a text file in UTF-8, ending with a newline."""
    return File("answer.txt", (render(reply).body + "\n").encode())


def notice(
    rendered: Rendered,
    *,
    reply_to: str | None = None,
    thread: str | None = None,
    mention: str | None = None,
) -> dict[str, Any]:
    """The content of an ``m.notice``.

    Args:
        reply_to: the event that it answers.
        thread: the root event of the thread that it stands in.
        mention: the user id of the one person it notifies; nobody otherwise.
    """
    content = _message(rendered, mention)
    relation: dict[str, Any] = {}
    if thread is not None:
        relation = {"rel_type": "m.thread", "event_id": thread, "is_falling_back": reply_to is None}
    if reply_to is not None or thread is not None:
        relation["m.in_reply_to"] = {"event_id": reply_to or thread}
        content["m.relates_to"] = relation
    return content


def edit(original: str, rendered: Rendered, *, mention: str | None = None) -> dict[str, Any]:
    """The content that replaces the text of the event ``original``, keeping its place and thread.

    ``mention`` is whom the original mentions. An edit notifies nobody (again). Clients that know no
    edits are shown the beginning of it, after "* ", so that its size stays that of a notice.
    """
    start = rendered.body[:_FALLBACK]
    return {
        "msgtype": "m.notice",
        "body": f"* {start}" if start == rendered.body else f"* {start}…",
        "m.mentions": {},
        "m.new_content": _message(rendered, mention),
        "m.relates_to": {"rel_type": "m.replace", "event_id": original},
    }


def _message(rendered: Rendered, mention: str | None) -> dict[str, Any]:
    return {
        "msgtype": "m.notice",
        "body": rendered.body,
        "format": "org.matrix.custom.html",
        "formatted_body": rendered.html,
        "m.mentions": {} if mention is None else {"user_ids": [mention]},
    }


def _block(block: Block) -> str:
    match block:
        case Line():
            return f"<p>{_line(block)}</p>"
        case Items():
            return _items(block)
        case Table():
            return _table(block)
        case Pre(text):
            return f"<pre><code>{escape(block_text(text))}</code></pre>"
        case Quote(text):
            return _quote(block_text(text))


def _quote(text: str) -> str:
    """Spaces that HTML would take for one, or for none, are such as do not break."""
    lines = (_SPACES.sub(lambda found: _FIXED * len(found[0]), line) for line in text.split("\n"))
    return f"<blockquote><p>{'<br>'.join(map(escape, lines))}</p></blockquote>"


def _items(block: Items) -> str:
    """A list. The numbers of one that begins later are text.

    They can be typed, and some clients count every ``<ol>`` from one (element-x-android #1522).
    """
    items, start = block.items, block.start
    if start is None or start == 1:
        tag = "ul" if start is None else "ol"
        return f"<{tag}>{''.join(map(_item, items))}</{tag}>"
    return f"<p>{'<br>'.join(f'{n}. {_line(item)}' for n, item in enumerate(items, start))}</p>"


def _table(table: Table) -> str:
    header = _row("th", [escape(inline_text(name)) for name in table.header])
    rows = "".join(_row("td", [_inline(cell) for cell in row]) for row in table.rows)
    return f"<table><thead>{header}</thead><tbody>{rows}</tbody></table>"


def _row(tag: str, cells: Sequence[str]) -> str:
    """A row that can be read also where a client shows no tables, but what is in them.

    Element X does that (element-x-android #1492): without the space and the break, all that is in
    a table would be one word. Where there are tables, neither is seen.
    """
    ends = [_GAP] * (len(cells) - 1) + ["<br>"]
    shown = (f"<{tag}>{cell}{end}</{tag}>" for cell, end in zip(cells, ends, strict=False))
    return f"<tr>{''.join(shown)}</tr>"


def _item(item: Line) -> str:
    return f"<li>{_line(item)}</li>"


def _line(parts: Line) -> str:
    return "".join(map(_inline, parts.parts))


def _inline(piece: Inline) -> str:
    match piece:
        case Mono(text) | Typed(text):
            return f"<code>{escape(inline_text(text))}</code>"
        case Strong(text):
            return f"<strong>{escape(inline_text(text))}</strong>"
        case Link():
            target, text = link_target(piece.url), escape(link_text(piece))
            return text if target is None else f'<a href="{escape(target)}">{text}</a>'
        case _:
            return escape(inline_text(piece))
