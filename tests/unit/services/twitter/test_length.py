"""How long a text is, as X counts, and that nothing takes long to count."""

from __future__ import annotations

from contextlib import suppress

import pytest
import twitter_text
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.errors import UserError
from bot.services.twitter.length import RAW_LIMIT, Ruler
from tests.unit.services.twitter.watch import Watch


def weigh(text):
    return Ruler().weigh(text)


@pytest.mark.parametrize(
    ("text", "counted"),
    [
        ("hello", 5),
        ("a" * 281, 281),
        ("日" * 140, 280),
        ("👨‍👩‍👧‍👦", 2),
        ("👨‍👩‍👧‍👦" * 140, 280),
        ("🏴󠁧󠁢󠁥󠁮󠁧󠁿", 2),
        ("https://example.com/" + "a" * 900, 23),
        ("see example.com now", 4 + 23 + 4),
        ("http://localhost", 16),
        ("e\u0301", 1),
        ("a\r\nb", 3),
        ("a\rb", 3),
        (" a ", 3),
        ("a\u3000b", 4),
        ("wait" + "." * 200, 204),
    ],
)
def test_characters_count_as_they_do_at_x(text, counted):
    assert weigh(text) == counted


@pytest.mark.parametrize("text", ["", " ", "\n\t\u3000"])
def test_nothing_is_no_post(text):
    with pytest.raises(UserError, match="no text"):
        weigh(text)


@pytest.mark.parametrize(
    "text", ["a\ufffe", "\ufeffa", "a\uffff", "half \ud83d", "a " * 300 + "\ufffe"]
)
def test_what_x_does_not_take_is_told_without_a_cause_that_quotes_it(text):
    with pytest.raises(UserError, match="does not take") as error:
        weigh(text)
    assert error.value.__context__ is None


def test_the_links_of_a_text_are_those_that_x_makes_links_of():
    text = "a example.com, https://x.com/a?b=c! no.thing _a.com e.g. 日本example.org"
    assert Ruler().links(text) == ("example.com", "https://x.com/a?b=c", "example.org")


SPACES = "\t\n\r \x0b\x0c\x1c\x1f\x85\xa0\u1680\u2000\u200a\u200b\u2028\u202f\u205f\u3000"
ODD = st.text(st.sampled_from("ab1.日é/😀:_-@#。\u0301\u200d\ufe0f\u20e3" + SPACES), max_size=60)


@settings(deadline=None)
@given(st.lists(st.one_of(ODD, st.sampled_from(["a.co", "https://a.co/b.c", "👨‍👩‍👧‍👦", "1️⃣"]))))
def test_words_counted_by_themselves_add_up_to_what_the_whole_counts(pieces):
    text = "".join(pieces)
    with suppress(UserError):
        assert weigh(text) == twitter_text.parse_tweet(text).weightedLength


HOSTILE = [
    "a." * 1000,
    "a." * 500,
    ".1" * 140,
    "日." * 100,
    "日" * 500 + "." + "日" * 500,
    "http://" + "a." * 100,
    "a.b.c.d.e.f.g.h " * 400,
    "é.é " * 2_000,
    "a" * (RAW_LIMIT + 1),
    "a.co " * 1_599 + "a.co/a",
]


@pytest.mark.parametrize("text", HOSTILE, ids=lambda text: f"{text[:8]}-{len(text)}")
def test_what_would_take_long_to_count_never_reaches_the_parser(text, monkeypatch):
    watch = Watch(monkeypatch)
    with pytest.raises(UserError):
        weigh(text)
    assert watch.calls == 0


ALLOWED = [
    "日" * RAW_LIMIT,
    "é " * (RAW_LIMIT // 2),
    "a" * RAW_LIMIT,
    "👨\u200d" * (RAW_LIMIT // 2),
    "a" + "\u0301" * (RAW_LIMIT - 1),
    "a.co " * 400,
    "https://example.org/" + "a" * 3_000,
    "a" * 900 + ".co",
]


@pytest.mark.parametrize("text", ALLOWED, ids=lambda text: f"{text[:8]}-{len(text)}")
def test_the_parser_sees_every_character_once(text, monkeypatch):
    watch = Watch(monkeypatch)
    weigh(text)
    assert watch.characters - watch.calls <= len(text)  # with a space before each word
    assert watch.work <= 4_000


@settings(deadline=None)
@given(st.text(st.sampled_from("a1.日é/😀 :_-"), min_size=1, max_size=400))
def test_every_text_has_a_length_or_a_reason(text):
    with suppress(UserError):  # anything else would be a bug for the user
        assert 1 <= weigh(text) <= 2 * 23 * len(text)
