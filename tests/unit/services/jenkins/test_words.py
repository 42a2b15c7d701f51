"""Words are what a shell makes of them."""

from __future__ import annotations

import shlex
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import UserError
from bot.services.jenkins.words import scan

texts = st.text(alphabet=st.sampled_from(list("ab =&,/'\"\\\t\n%é")), max_size=30)


def values(text):
    return [word.text for word in scan(text)]


@given(texts)
def test_same_as_the_standard_library_reads(text):
    try:
        wanted = shlex.split(text)
    except ValueError:
        with pytest.raises(UserError):
            values(text)
    else:
        assert values(text) == wanted


@given(st.lists(st.text(max_size=10), max_size=5))
def test_what_was_quoted_comes_back(words):
    assert values(shlex.join(words)) == words


@given(texts)
def test_places_cut_the_text_into_its_words(text):
    try:
        words = list(scan(text))
    except UserError:
        return
    for word in words:
        assert [again.text for again in scan(text[word.start : word.end])] == [word.text]
    gaps = [text[a.end : b.start] for a, b in pairwise(words)]
    assert all(gap and gap.isspace() for gap in gaps)


def test_quoted_characters_are_known_as_such():
    (word,) = scan("a'b'\\c\"d\"e")
    assert "".join(char for char, quoted in word.chars if quoted) == "bcd"


def test_errors_do_not_repeat_the_text():
    with pytest.raises(UserError) as caught:
        values("PW='hunter2")
    assert "hunter2" not in caught.value.text + caught.value.hint
