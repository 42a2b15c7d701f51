"""How far something is, and when to look again."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.services.jenkins.durations import pause, progress


@pytest.mark.parametrize(
    ("elapsed", "estimate", "shown"),
    [
        (41, 100, "▓▓▓▓░░░░░░ 41 s of about 1 min 40 s"),
        (0, 100, "░░░░░░░░░░ 0 s of about 1 min 40 s"),
        (99.9, 100, "▓▓▓▓▓▓▓▓▓░ 1 min 40 s of about 1 min 40 s"),
        (300, 100, "▓▓▓▓▓▓▓▓▓▓ 5 min of about 1 min 40 s"),
        (41, -0.001, "41 s so far"),
        (41, 0, "41 s so far"),
        (-7, 100, "░░░░░░░░░░ 0 s of about 1 min 40 s"),
    ],
)
def test_progress_is_a_bar_where_an_estimate_is_known(elapsed, estimate, shown):
    assert progress(elapsed, estimate) == shown


def test_looks_become_rarer_as_time_goes_on():
    assert [pause(elapsed) for elapsed in (0, 29, 60, 120, 3600)] == [3, 3, 6, 12, 15]


def test_looks_become_more_often_near_the_end():
    assert pause(elapsed=95, estimate=100) == 6
    assert pause(elapsed=99, estimate=100) == 3
    assert pause(elapsed=100, estimate=100) == 10


@given(st.floats(-1e9, 1e9), st.floats(-1e9, 1e9))
def test_whatever_the_clocks_say_the_wait_is_between_3_and_15_seconds(elapsed, estimate):
    assert 3 <= pause(elapsed, estimate) <= 15
    assert progress(elapsed, estimate)
