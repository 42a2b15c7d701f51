"""Logs as a terminal would leave them."""

from __future__ import annotations

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.services.jenkins.terminal import clean, tail, without_steps

NOTE = "\x1b[8mha:" + base64.b64encode(b"\x00\x01 anything").decode() + "\x1b[0m"


@pytest.mark.parametrize(
    ("data", "read"),
    [
        (b"plain\n", "plain\n"),
        ("größe 🚀".encode(), "größe 🚀"),
        ("größe".encode("latin-1"), "gr\ufffd\ufffde"[:3] + "\ufffde"),
        (b"\x1b[31mred\x1b[0m and \x1b[1;32mgreen\x1b[m", "red and green"),
        (f"{NOTE}Started by user {NOTE}Alice\n".encode(), "Started by user Alice\n"),
        (b"\x1b]0;a title\x07text", "text"),
        (b"\x1b]8;;http://x\x1b\\link\x1b]8;;\x1b\\", "link"),
        (b"10%\r50%\r100%\ndone\r\n", "100%\ndone\n"),
        (b"a\r\nb\r\n", "a\nb\n"),
        (b"tab\tbell\x07null\x00", "tab\tbellnull"),
        (b"\x1b(Bx\x1b", "x"),
        ("\u202eevil\u2066".encode(), "evil"),
        (b"\x1b[8mha:cut off", ""),
    ],
)
def test_what_is_to_be_read_stays(data, read):
    assert clean(data) == read


@given(st.binary(max_size=200))
def test_anything_is_cleaned_of_what_cannot_be_seen(data):
    text = clean(data)
    assert not any(ord(char) < 32 and char not in "\n\t" for char in text)


def test_cleaning_takes_time_in_proportion_to_the_size():
    for piece in (b"\x1b[", b"\x1b]", b"\x1b[8mha:", b"\x1b", b"\r", b"\x1b[;" * 3):
        clean(piece * 100_000)


def test_tail_is_the_last_lines_without_empty_ones_at_the_end():
    assert tail("a\nb\nc\n\n", 2, 100) == "b\nc"
    assert tail("a", 2, 100) == "a"
    assert tail("", 2, 100) == ""


def test_tail_of_long_lines_is_cut_at_its_start():
    assert tail("x" * 50 + "end", 5, 10) == "…" + "x" * 7 + "end"


def test_steps_of_a_pipeline_are_left_out():
    assert without_steps("[Pipeline] sh\n+ make\n[Pipeline] }\nfailed [Pipeline] x\n") == (
        "+ make\nfailed [Pipeline] x\n"
    )
