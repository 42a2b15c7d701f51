"""The HTML that clients show, strictly.

The tags and attributes are those of the client-server API, "m.room.message msgtypes"
(https://spec.matrix.org/v1.18/client-server-api/#mroommessage-msgtypes). A client drops what is not
among them; what a browser would mend (tags that are not closed, or stand where they cannot) is a
failure here, too, as each client mends in its own way.
"""

from __future__ import annotations

import re
from html.parser import HTMLParser
from typing import Final

_SPAN: Final = ("data-mx-bg-color", "data-mx-color", "data-mx-spoiler", "data-mx-maths")
ATTRIBUTES: Final[dict[str, tuple[str, ...]]] = {
    "a": ("href", "target"),
    "code": ("class",),
    "div": ("data-mx-maths",),
    "img": ("width", "height", "alt", "title", "src"),
    "ol": ("start",),
    "span": _SPAN,
}
TAGS: Final = frozenset(
    {*ATTRIBUTES, "del", "h1", "h2", "h3", "h4", "h5", "h6", "blockquote", "p", "ul", "sup", "sub"}
    | {"li", "b", "i", "u", "strong", "em", "s", "hr", "br", "table", "thead", "tbody", "tr", "th"}
    | {"td", "caption", "pre", "details", "summary"}
)
_VOID: Final = frozenset({"br", "hr", "img"})
_PHRASES: Final = frozenset(
    {"a", "b", "br", "code", "del", "em", "i", "img", "s", "span", "strong", "sub", "sup", "u"}
)
_INSIDE: Final[dict[str, frozenset[str]]] = {
    "ul": frozenset({"li"}),
    "ol": frozenset({"li"}),
    "table": frozenset({"caption", "thead", "tbody", "tr"}),
    "thead": frozenset({"tr"}),
    "tbody": frozenset({"tr"}),
    "tr": frozenset({"th", "td"}),
    "pre": frozenset({"code"}),
} | dict.fromkeys(("p", "caption", "summary", *(f"h{n}" for n in range(1, 7))), _PHRASES)
_ONLY_TAGS: Final = frozenset({"ul", "ol", "table", "thead", "tbody", "tr"})
_ONLY_IN: Final = {
    "li": {"ul", "ol"},
    "tr": {"table", "thead", "tbody"},
    "td": {"tr"},
    "th": {"tr"},
}
_VALUES: Final = {
    ("a", "href"): re.compile(r"(?:https?|ftp|mailto|magnet):\S+"),
    ("img", "src"): re.compile(r"mxc://\S+"),
    ("code", "class"): re.compile(r"language-\S+"),
    ("ol", "start"): re.compile(r"\d+"),
}
_DEEPEST: Final = 100  # clients may stop there


class NotShown(AssertionError):
    """A client would drop that, or would have to mend it."""


def check(html: str) -> None:
    """Look at ``html`` as a client does before it shows it.

    Raises:
        NotShown: there is something in it that is not permitted.
    """
    checker = _Checker()
    checker.feed(html)
    checker.close()
    if checker.open:
        raise NotShown(f"<{checker.open[-1]}> is not closed")


class _Checker(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        outer = self.open[-1] if self.open else ""
        if tag not in TAGS:
            raise NotShown(f"<{tag}> is not shown")
        if tag not in _INSIDE.get(outer, TAGS) or outer not in _ONLY_IN.get(tag, {outer}):
            raise NotShown(f"<{tag}> cannot stand in <{outer}>")
        if outer in _PHRASES and tag not in _PHRASES:
            raise NotShown(f"<{tag}> cannot stand in <{outer}>")
        if tag == "a" and "a" in self.open:
            raise NotShown("a link in a link")
        for name, value in attrs:
            if name not in ATTRIBUTES.get(tag, ()):
                raise NotShown(f"<{tag} {name}> is not shown")
            pattern = _VALUES.get((tag, name))
            if pattern is not None and not pattern.fullmatch(value or ""):
                raise NotShown(f'<{tag} {name}="{value}"> is not shown')
        if tag not in _VOID:
            self.open.append(tag)
        if len(self.open) > _DEEPEST:
            raise NotShown("it is nested too deeply")

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in _VOID:
            raise NotShown(f"<{tag}/> is not closed")
        self.handle_starttag(tag, attrs)

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open[-1] != tag:
            raise NotShown(f"</{tag}> closes nothing")
        self.open.pop()

    def handle_data(self, data: str) -> None:
        if data.strip() and self.open and self.open[-1] in _ONLY_TAGS:
            raise NotShown(f"text cannot stand in <{self.open[-1]}>: {data!r}")

    def handle_comment(self, data: str) -> None:
        raise NotShown(f"a comment: {data!r}")

    def handle_decl(self, decl: str) -> None:
        raise NotShown(f"a declaration: {decl!r}")

    def unknown_decl(self, data: str) -> None:
        raise NotShown(f"a declaration: {data!r}")

    def handle_pi(self, data: str) -> None:
        raise NotShown(f"an instruction: {data!r}")
