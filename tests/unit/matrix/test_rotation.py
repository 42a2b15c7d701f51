"""How long a room's key is used, whatever the room's settings say."""

from __future__ import annotations

import pytest
from hypothesis import given

from bot.matrix.rotation import is_due
from tests.unit.matrix.mutation import anything

HOUR, WEEK = 3600 * 1000, 7 * 24 * 3600 * 1000


def messages(settings):
    """After how many messages a session is given up."""
    return next(n for n in range(20_000) if is_due(settings, sent=n, age=0))


@pytest.mark.parametrize(
    ("said", "honoured"),
    [
        (1, 1),
        (7, 7),
        (100, 100),
        (10_000, 10_000),
        (10_001, 10_000),
        (10**9, 10_000),
        (0, 1),
        (-1, 100),
        (True, 100),
        (5.0, 100),
        ("7", 100),
        (None, 100),
        ([7], 100),
    ],
)
def test_messages_are_counted_as_the_room_says_within_reason(said, honoured):
    assert messages({"rotation_period_msgs": said}) == honoured


@pytest.mark.parametrize(
    ("said", "honoured"),
    [
        (2 * HOUR, 2 * HOUR),
        (WEEK, WEEK),
        (4 * WEEK, 4 * WEEK),
        (1, HOUR),
        (0, HOUR),
        (-1, WEEK),
        (True, WEEK),
        ("x", WEEK),
    ],
)
def test_a_key_is_as_old_as_the_room_says_within_reason(said, honoured):
    settings = {"rotation_period_ms": said}
    assert not is_due(settings, sent=0, age=honoured - 1)
    assert is_due(settings, sent=0, age=honoured)


def test_a_room_that_says_nothing_has_the_specifications_defaults():
    assert messages({}) == 100
    assert not is_due({}, sent=99, age=WEEK - 1)
    assert is_due({}, sent=0, age=WEEK)


@given(msgs=anything, ms=anything)
def test_no_settings_keep_a_key_for_good_or_make_each_message_a_new_one(msgs, ms):
    settings = {"rotation_period_msgs": msgs, "rotation_period_ms": ms}
    assert is_due(settings, sent=10_000, age=0)
    assert not is_due(settings, sent=0, age=HOUR - 1)
