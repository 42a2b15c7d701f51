"""How long ago something was, as people say it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from bot.services.twitter.ages import age

NOW = datetime(2026, 8, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("ago", "said"),
    [
        (timedelta(seconds=-90), "just now"),
        (timedelta(seconds=59), "just now"),
        (timedelta(minutes=1), "1 min ago"),
        (timedelta(minutes=59, seconds=59), "59 min ago"),
        (timedelta(hours=1), "1 h ago"),
        (timedelta(hours=23, minutes=59), "23 h ago"),
        (timedelta(days=1), "yesterday"),
        (timedelta(days=2), "2 days ago"),
        (timedelta(days=29), "29 days ago"),
        (timedelta(days=31), "2026-07-01"),
    ],
)
def test_an_age_is_said_in_its_largest_unit(ago, said):
    assert age(NOW - ago, NOW) == said
