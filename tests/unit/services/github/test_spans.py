"""Times, as people say them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from bot.services.github.spans import age, pause, span

NOW = datetime(2026, 5, 17, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("before", "said"),
    [
        ({"seconds": -30}, "just now"),
        ({"seconds": 59}, "just now"),
        ({"minutes": 5}, "5 min ago"),
        ({"hours": 23, "minutes": 59}, "23 h ago"),
        ({"days": 29}, "29 d ago"),
        ({"days": 31}, "2026-04-16"),
    ],
)
def test_how_long_ago_something_was(before, said):
    assert age(NOW - timedelta(**before), NOW) == said


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (-5, "0 s"),
        (59, "59 s"),
        (60, "1 min"),
        (125, "2 min 5 s"),
        (3600, "1 h"),
        (3840, "1 h 4 min"),
    ],
)
def test_how_long_something_took(seconds, said):
    assert span(seconds) == said


def test_it_is_looked_at_less_often_as_time_goes_on():
    assert [pause(elapsed) for elapsed in (0, 60, 3_600)] == [3.0, 6.0, 15.0]
