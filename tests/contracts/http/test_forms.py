"""The parts of a word of a declared form."""

from __future__ import annotations

import re
from time import perf_counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import UserError
from bot.services.http.arguments import item_of, taken_apart
from bot.services.http.holes import pieces

_FORMS = (
    "{a}#{b}",
    "x{a}",
    "{a}x",
    "x{a}//{b}y",
    "{a}",
    "{a}/{b}/{c}",
    "!{a}!{b}!",
    "{a}ab{b}a{c}",
)


@given(form=st.sampled_from(_FORMS), text=st.text("a/#x!by", max_size=9))
def test_the_first_parts_are_as_long_as_can_be(form, text):
    """As a regular expression would have it."""
    pattern = "".join(f"(?P<{p}>.+)" if hole else re.escape(p) for p, hole in pieces(form))
    found = re.fullmatch(pattern, text)
    assert taken_apart(form, text) == (found and found.groupdict())


@pytest.mark.parametrize("text", ["/" * 1000, "a/" * 500, "#" * 1000])
def test_a_word_is_taken_apart_at_once(text):
    """A regular expression would take years for some of these."""
    began = perf_counter()
    with pytest.raises(UserError):
        item_of("{a}/{b}/{c}/{d}/{e}#{f}!")(text)
    assert perf_counter() - began < 1
