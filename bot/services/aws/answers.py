"""What AWS answers, read beside the event loop, and within bounds.

botocore's parsers are written in Python: a page of a thousand instances takes half a second, and
what nobody honest would send takes minutes.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from functools import partial
from typing import Any, Final, NamedTuple, NoReturn
from xml.etree.ElementTree import Element, ParseError, TreeBuilder, XMLParser

from botocore.parsers import ResponseParserError, ResponseParserFactory

from bot.threads import Lane

_DEPTH: Final = 32  # levels of XML; EC2 has about twelve
_NAME: Final = 300  # characters of an element's name, with the address of its namespace
_MOMENT: Final = 40  # characters of a time
_PIECE: Final = 64 * 1024  # bytes of XML that are read without letting go of the interpreter


class _Bound(NamedTuple):
    """How much of an answer is read: bytes and elements of XML."""

    size: int
    elements: int


_USUAL: Final = _Bound(2 * 1024**2, 50_000)  # 10,000 buckets; a page of a log has 1 MiB
_BOUNDS: Final = {"DescribeInstances": _Bound(8 * 1024**2, 300_000)}


class Answers(ResponseParserFactory):  # type: ignore[misc]  # botocore has no types
    """Makes what reads answers, in ``lane``; each may take up to ``within`` seconds."""

    def __init__(self, lane: Lane, within: float) -> None:
        super().__init__()
        self._lane, self._within = lane, within
        self.set_parser_defaults(timestamp_parser=moment)

    def create_parser(self, protocol_name: str) -> Reader:
        """One for a service's protocol."""
        return Reader(super().create_parser(protocol_name), self._lane, self._within)


class Reader:
    """Reads one answer; it takes the place of aiobotocore's parsers."""

    def __init__(self, parser: Any, lane: Lane, within: float) -> None:
        self._parser, self._lane, self._within = parser, lane, within

    async def parse(self, response: Mapping[str, Any], shape: Any) -> dict[str, Any]:
        """What ``response`` holds, by the ``shape`` of the operation's output.

        Raises:
            ResponseParserError: it is larger than anything honest.
            Exception: whatever botocore's parser stumbles over.
            Busy, TimeoutError: see :meth:`~bot.threads.Lane.run`.
        """
        bound = _BOUNDS.get(response["context"]["operation_name"], _USUAL)
        if len(response["body"]) > bound.size:
            raise ResponseParserError
        read = partial(_root, most=bound.elements, good=response["status_code"] == 200)
        self._parser._parse_xml_string_to_dom = read  # noqa: SLF001 - there is no other way in
        work = partial(self._parser.parse, response, shape)
        found: dict[str, Any] = await self._lane.run(work, within=self._within)
        return found


def _root(xml: bytes, *, most: int, good: bool) -> Element:
    """The document's root.

    Raises:
        ResponseParserError: it is no XML, or has more than ``most`` elements, or is deep, or
            declares entities; or it is an error although the status was ``good``: S3 may begin to
            answer before it fails.
    """
    target = _Bounded(most)
    try:
        root = _read(xml, target)
    except (ParseError, ValueError):  # the latter also of an encoding that nobody knows
        root = None
    if root is None or (good and root.tag == "Error"):
        raise ResponseParserError  # here: no context holds what came in
    return root


def _read(xml: bytes, target: _Bounded) -> Element:
    parser = XMLParser(target=target, encoding="utf-8")  # noqa: S314 - no entity is declared
    for start in range(0, len(xml), _PIECE):
        before = target.seen
        parser.feed(xml[start : start + _PIECE])
        if target.seen == before and start + _PIECE < len(xml):
            raise ValueError("one endless tag")  # which is read without letting go, at its end
    root: Element = parser.close()
    return root


class _Bounded(TreeBuilder):
    """Makes the tree, up to ``most`` elements; ``seen`` counts where they begin and end."""

    def __init__(self, most: int) -> None:
        super().__init__()
        self._left, self._depth = most, 0
        self.seen = 0

    def start(self, tag: str, attrs: dict[str, str], /) -> Element:
        self.seen += 1
        self._left -= 1
        self._depth += 1
        if self._left < 0 or self._depth > _DEPTH or len(tag) > _NAME:
            raise ValueError("too much")
        return super().start(tag, attrs)

    def end(self, tag: str, /) -> Element:
        self.seen += 1
        self._depth -= 1
        return super().end(tag)

    def doctype(self, *_: str | None) -> NoReturn:
        raise ValueError("a document type")


def moment(value: object) -> datetime:
    """A time as AWS writes it; botocore's own takes its time for long ones.

    Raises:
        ValueError: it is none.
    """
    if not isinstance(value, str) or len(value) > _MOMENT:
        raise ValueError("no time")
    found = datetime.fromisoformat(value)
    return found if found.tzinfo else found.replace(tzinfo=UTC)
