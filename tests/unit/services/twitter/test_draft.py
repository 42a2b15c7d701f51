"""A text as it will be posted: whole, or cut into a thread at good places."""

from __future__ import annotations

import re
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.errors import UserError
from bot.services.twitter.draft import MOST, draft
from bot.services.twitter.length import LONGEST, RAW_LIMIT, Ruler, normal
from tests.unit.services.twitter.watch import Watch

SENTENCES = " ".join(f"This is sentence number {n} of a long story." for n in range(30))


def texts(text):
    return [part.text for part in draft(text)]


def bodies(text):
    """The texts of a thread without their numbers, which are checked."""
    found = texts(text)
    numbers = [part.rpartition(" ")[2] for part in found]
    assert numbers == [f"{n}/{len(found)}" for n in range(1, len(found) + 1)]
    return [part.rpartition(" ")[0] for part in found]


@pytest.mark.parametrize("text", ["hello", " a\r\nb ", "a" * 280, "e\u0301", "日" * 140])
def test_what_fits_in_a_post_is_left_as_it_was_typed(text):
    (part,) = draft(text)
    assert part.text == text


def test_a_thread_is_cut_after_sentences():
    found = bodies(SENTENCES)
    assert len(found) > 3
    assert all(body.endswith("story.") for body in found)
    assert " ".join(found) == SENTENCES


def test_a_thread_is_cut_between_words_where_sentences_are_long():
    text = "word " * 200
    assert " ".join(bodies(text)).split() == text.split()


def test_a_thread_is_cut_at_paragraphs_and_keeps_those_within_a_post():
    text = "\n\n".join(["one two three four", "five " * 40, "six " * 40])
    first, *_ = bodies(text)
    assert first == text[: len(first)]
    assert first.endswith("five")
    assert "\n\n" in first


def test_what_is_written_without_spaces_is_cut_between_sentences_too():
    text = "これは長い文章です。" * 40
    found = bodies(text)
    assert "".join(found) == text
    assert all(body.endswith("。") for body in found)


def test_a_word_that_is_longer_than_a_post_is_cut_and_nothing_is_lost():
    text = "before " + "a" * 700 + " after"
    found = bodies(text)
    assert "".join(found).replace(" ", "") == text.replace(" ", "")


@pytest.mark.parametrize(
    "whole",
    ["👩‍👧", "🏳️‍🌈", "👍🏽", "🇩🇪", "1️⃣", "q\u0323\u0307", "न\u093f", "\u1100\u119e\u11a8"],
)
def test_nothing_is_cut_that_people_see_as_one(whole):
    for before in ("", "a"):
        found = bodies(before + normal(whole) * 150)
        assert len(found) > 1
        assert {body.removeprefix("a").replace(normal(whole), "") for body in found} == {""}


@pytest.mark.parametrize("link", ["https://example.com/" + "a" * 300, "日本http://a.co/b日本"])
def test_no_link_is_cut(link):
    text = f"{'日' * 130}{link}" * 4
    assert [link for part in draft(text) for link in part.links] == list(Ruler().links(text))


def test_a_text_that_cannot_be_cut_without_making_links_is_refused():
    with pytest.raises(UserError, match="no good places"):
        draft("_a.com_" + "\u0301" * 300)


@pytest.mark.parametrize(
    "text", ["word " * 1_500, "a" * 6_999, "日" * 3_000, "é " * 3_000, "😀" * 1_100, "a.co " * 400]
)
def test_what_is_too_long_for_a_thread_is_refused(text):
    with pytest.raises(UserError, match="too many"):
        draft(text)


def test_the_longest_thread_fits():
    assert len(draft("word " * (55 * MOST - 20))) == MOST


SPACES = st.sampled_from([" ", "\n", "\n\n", "  ", "\u3000", "\t"])
WORDS = st.one_of(
    st.text(st.sampled_from("abc.,!?日本語。é-_/@#1"), min_size=1, max_size=30),
    st.sampled_from(
        ["example.com", "https://a.co/b?c=d.e", "👨‍👩‍👧‍👦", "🇩🇪🇫🇷", "日本語" * 80, "x" * 300]
    ),
)


@settings(deadline=None)
@given(st.lists(st.tuples(WORDS, SPACES), min_size=30, max_size=90))
def test_a_thread_holds_all_of_the_text_and_every_post_fits(pieces):
    text = "".join(word + space for word, space in pieces)
    with suppress(UserError):
        parts = draft(text)
        if len(parts) == 1:
            return
        assert all(0 < part.length <= LONGEST for part in parts)
        assert len(parts) <= MOST
        assert _bare("".join(bodies(text))) == _bare(normal(text))
        links = [link for part in parts for link in part.links]
        assert links == list(Ruler().links(text))


def _bare(text):
    return re.sub(r"\s", "", text)


HOSTILE = [
    "日" * 2_000,
    "👨\u200d" * (RAW_LIMIT // 2),
    "👨\u200d" * 400,
    "a" + "\u0301" * (RAW_LIMIT - 1),
    "a" + "\u0301" * 1_000,
    "é " * 800,
    "a.co " * 220,
    "日本a.co日本" * 100,
    "://" * 2_000,
    "." * 5_000,
    ".)" * 2_000,
    "!" * 3_000 + "x",
    "@a" * 3_000,
    "a" * 6_000 + ".co",
]


@pytest.mark.parametrize("text", HOSTILE, ids=lambda text: f"{text[:6]}-{len(text)}")
def test_the_parser_is_asked_a_bounded_number_of_times(text, monkeypatch):
    watch = Watch(monkeypatch)
    with suppress(UserError):
        draft(text)
    assert watch.characters <= 7 * len(text) + 10 * MOST
    assert watch.calls <= 2 * len(text) + 10 * MOST
    assert watch.work <= 3 * 4_000
