"""Durations and sizes as people say them."""

from __future__ import annotations

import pytest

from bot.services.jenkins.spans import size, span


@pytest.mark.parametrize(
    ("milliseconds", "said"),
    [
        (-5_000, "0 s"),
        (0, "0 s"),
        (400, "0 s"),
        (1_600, "2 s"),
        (59_400, "59 s"),
        (59_600, "1 min"),
        (123_000, "2 min 3 s"),
        (3_600_000, "1 h"),
        (3_605_000, "1 h"),
        (3_840_000, "1 h 4 min"),
        (90_000_000, "1 d 1 h"),
        (86_401_000, "1 d"),
        (1e18, "11574074074 d 1 h"),
    ],
)
def test_span_names_the_two_largest_units(milliseconds, said):
    assert span(milliseconds) == said


@pytest.mark.parametrize(
    ("count", "said"),
    [
        (0, "0 bytes"),
        (1, "1 byte"),
        (1023, "1023 bytes"),
        (1536, "1.5 KiB"),
        (20 * 1024**2, "20.0 MiB"),
        (5 * 1024**5, "5120.0 TiB"),
    ],
)
def test_size_is_told_in_the_unit_that_fits(count, said):
    assert size(count) == said
