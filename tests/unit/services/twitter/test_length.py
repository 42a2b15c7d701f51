"""How long a post is, as X counts."""

from __future__ import annotations

from contextlib import suppress

import pytest
import twitter_text
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.errors import UserError
from bot.services.twitter import length
from bot.services.twitter.length import weighted_length


@pytest.mark.parametrize(
    ("text", "counted"),
    [
        ("hello", 5),
        ("a" * 280, 280),
        ("日" * 140, 280),
        ("👨‍👩‍👧‍👦", 2),
        ("👨‍👩‍👧‍👦" * 140, 280),
        ("🏴󠁧󠁢󠁥󠁮󠁧󠁿", 2),
        ("https://example.com/" + "a" * 900, 23),
        ("see example.com now", 4 + 23 + 4),
        ("e\u0301", 1),
        ("a\r\nb", 3),
        (" a ", 3),
        ("wait" + "." * 200, 204),
    ],
)
def test_characters_count_as_they_do_at_x(text, counted):
    assert weighted_length(text) == counted


@pytest.mark.parametrize("text", ["a" * 281, "日" * 141, "👨‍👩‍👧‍👦" * 141])
def test_too_long_is_told_with_the_number_to_lose(text):
    with pytest.raises(UserError) as error:
        weighted_length(text)
    assert error.value.hint in {"Shorten it by 1.", "Shorten it by 2."}


@pytest.mark.parametrize("text", ["", " ", "\n\t\u3000"])
def test_nothing_is_no_post(text):
    with pytest.raises(UserError, match="no text"):
        weighted_length(text)


@pytest.mark.parametrize("text", ["a\ufffe", "\ufeffa", "a\uffff", "half \ud83d"])
def test_what_x_does_not_take_is_told_without_a_cause_that_quotes_it(text):
    with pytest.raises(UserError, match="does not take") as error:
        weighted_length(text)
    assert error.value.__context__ is None


HOSTILE = ["a." * 1000, "a." * 500, ".1" * 140, "日." * 100, "http://" + "a." * 100, "a" * 1001]


@pytest.mark.parametrize("text", HOSTILE, ids=lambda text: f"{text[:8]}-{len(text)}")
def test_what_would_take_long_to_count_never_reaches_the_parser(text, monkeypatch):
    def counts(text):
        raise AssertionError("the parser was asked")

    monkeypatch.setattr(twitter_text, "parse_tweet", counts)
    with pytest.raises(UserError):
        weighted_length(text)


@settings(deadline=None)  # the first text loads the parser
@given(st.text(st.sampled_from("a1.日é/😀 :_-"), min_size=1, max_size=300))
def test_every_text_has_a_length_or_a_reason(text):
    with suppress(UserError):  # anything else would be a bug for the user
        assert 1 <= weighted_length(text) <= length.LONGEST
