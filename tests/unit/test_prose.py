"""What is put in a sentence: counts, and texts from over there."""

from __future__ import annotations

import pytest

from bot.prose import again, counted, short


@pytest.mark.parametrize(
    ("count", "said"), [(0, "0 tests"), (1, "1 test"), (2, "2 tests"), (12_345, "12,345 tests")]
)
def test_counted_things_are_one_or_many(count, said):
    assert counted(count, "test") == said


def test_plural_may_be_another_word():
    assert counted(2, "build waits", "builds wait") == "2 builds wait"


def test_text_from_over_there_is_one_line_and_not_endless():
    assert short(" two\n  lines\tof it ") == "two lines of it"
    assert short("x" * 11, 10) == "x" * 10 + "…"
    assert len(short("x" * 5000)) == 1001


@pytest.mark.parametrize(("left", "said"), [(1, "once more"), (2, "2 more times")])
def test_who_was_wrong_is_told_how_often_they_can_try(left, said):
    assert again(left) == said
