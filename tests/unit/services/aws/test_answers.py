"""What AWS answers: read within bounds, and not in the event loop."""

from __future__ import annotations

import threading
from datetime import UTC, datetime

import pytest
from botocore.parsers import ResponseParserError

from bot.services.aws.answers import Answers, Reader, _root, moment
from bot.threads import Lane

HONEST = '<?xml version="1.0" encoding="UTF-8"?>\n<A xmlns="http://x/"><b>1</b></A>'


class Watched:
    """A parser that says in which thread it was asked."""

    def parse(self, response, shape):
        return {"thread": threading.get_ident()}


def answer(body, operation="ListBuckets", status=200):
    return {
        "status_code": status,
        "headers": {},
        "body": body,
        "context": {"operation_name": operation},
    }


def root(text, *, most=100, good=True):
    return _root(text.encode(), most=most, good=good)


async def test_answer_is_not_read_in_the_event_loop():
    found = await Reader(Watched(), Lane("aws"), 5).parse(answer(b""), None)
    assert found["thread"] != threading.get_ident()


@pytest.mark.parametrize(
    ("operation", "size"), [("ListBuckets", 2 * 1024**2), ("DescribeInstances", 8 * 1024**2)]
)
async def test_answer_that_is_too_large_for_what_was_asked_is_not_read(operation, size):
    reader = Reader(Watched(), Lane("aws"), 5)
    assert await reader.parse(answer(bytes(size), operation), None)
    with pytest.raises(ResponseParserError):
        await reader.parse(answer(bytes(size + 1), operation), None)


async def test_error_is_read_by_what_botocore_knows():
    reader = Answers(Lane("aws"), 5).create_parser("rest-xml")
    body = b"<Error><Code>NoSuchBucket</Code><RequestId>1</RequestId></Error>"
    found = await reader.parse(answer(body, status=404), None)
    assert found["Error"]["Code"] == "NoSuchBucket"


def test_document_is_read():
    assert [child.text for child in root(HONEST)] == ["1"]
    assert root(f"<a>{'x' * 100_000}<b/>{'<c/>' * 90}</a>")[0].tag == "b"


@pytest.mark.parametrize(
    "body",
    [
        "",
        "no XML",
        f"<a>{'<b/>' * 100}</a>",
        f"{'<a>' * 33}{'</a>' * 33}",
        f'<a xmlns="{"x" * 300}"/>',
        f'<a b="{"c" * 200_000}"/>',
        "<a {}/>".format(" ".join(f"x{n}=''" for n in range(40_000))),
        '<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>',
        "<!DOCTYPE html><a/>",
        "<Error><Code>InternalError</Code></Error>",
    ],
    ids=range(10),
)
def test_document_that_nobody_honest_sends_is_refused(body):
    with pytest.raises(ResponseParserError) as error:
        root(body)
    assert error.value.__context__ is None


def test_error_with_an_errors_status_is_one():
    assert root("<Error/>", good=False).tag == "Error"


@pytest.mark.parametrize(
    "text",
    ["2026-01-02T03:04:05.000Z", "2026-01-02T03:04:05Z", "2026-01-02T03:04:05+00:00"],
)
def test_moment_is_read(text):
    assert moment(text) == datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


@pytest.mark.parametrize("value", ["", "soon", "1 " * 100_000, 1767323045, None])
def test_moment_that_is_none_is_refused(value):
    with pytest.raises(ValueError, match=r"no time|isoformat"):
        moment(value)
