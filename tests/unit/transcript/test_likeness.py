"""What is like what a file says, and how it is shown that something is not."""

from __future__ import annotations

import pytest

from tests.e2e.transcript.likeness import difference, fill, like


@pytest.mark.parametrize(
    ("expected", "said"),
    [
        ("Started #1.", "Started #1."),
        ("Started … as alice.", "Started x (https://ci) as alice."),
        ("one\n…\nthree", "one\ntwo\nand a half\nthree"),
        ("one\n…", "one\ntwo\n\nthree"),
        ("…", "anything\nat all"),
        ("[a] (b) *c* \\d", "[a] (b) *c* \\d"),
        ("no newline at the end", "no newline at the end\n"),
    ],
)
def test_it_is_like_it(expected: str, said: str):
    assert like(expected, said, {}) == {}


@pytest.mark.parametrize(
    ("expected", "said"),
    [
        ("Started #1.", "Started #12."),
        ("Started #1.", "Started #1.\nMore"),
        ("Started … as alice.", "Started x\ny as alice."),
        ("Started …", "Started "),
        ("one\n…", "one"),
        ("a.c", "abc"),
    ],
)
def test_it_is_not_like_it(expected: str, said: str):
    assert like(expected, said, {}) is None


def test_a_name_stands_for_what_was_said():
    assert like("Say `yes {code}`.", "Say `yes 1234`.", {}) == {"code": "1234"}


def test_a_name_always_stands_for_the_same():
    assert like("{a} and {a}", "1 and 1", {}) == {"a": "1"}
    assert like("{a} and {a}", "1 and 2", {}) is None
    assert like("{a} {b}", "1 2", {"a": "1"}) == {"b": "2"}
    assert like("{a}", "2", {"a": "1"}) is None


def test_names_are_filled_in_where_they_are_known():
    assert fill("yes {code} {other} …", {"code": "1234"}) == "yes 1234 {other} …"


def test_only_the_lines_that_differ_are_marked():
    shown = difference("Jobs\n1. … `a`\n2. OK `b`", "Jobs\n0. NEW `z`\n1. OK `a`\n2. NEW `b`", {})
    assert shown.split("\n") == [
        "    Jobs",
        "  + 0. NEW `z`",
        "    1. OK `a`",
        "  - 2. OK `b`",
        "  + 2. NEW `b`",
    ]
