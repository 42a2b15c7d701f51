"""Which names are meant by what was typed."""

from __future__ import annotations

import pytest

from bot.services.jenkins.completion import Matches, complete, folded, nearest

NAMES = (
    "deploy",
    "team/deploy",
    "team/app/feature%2Fx",
    "team/app/main",
    "other/main",
    "web-deploy-prod",
    "Größe",
    "redeploy it",
)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("team/deploy", ("team/deploy",)),
        ("deploy", ("deploy", "team/deploy")),
        ("TEAM/Deploy", ("team/deploy",)),
        ("app/main", ("team/app/main",)),
        ("main", ("team/app/main", "other/main")),
        ("feature/x", ("team/app/feature%2Fx",)),
        ("feature%2Fx", ("team/app/feature%2Fx",)),
        ("app/Feature/X", ("team/app/feature%2Fx",)),
        ("x", ("team/app/feature%2Fx",)),
        ("prod", ("web-deploy-prod",)),
        ("deploy-prod", ("web-deploy-prod",)),
        ("GRÖSSE", ("Größe",)),
        ("gro\u0308ße", ("Größe",)),
        ("moon", ()),
    ],
)
def test_last_parts_are_meant_before_mere_ends(typed, meant):
    assert complete(typed, NAMES) == Matches(meant)


@pytest.mark.parametrize(("typed", "meant"), [("ploy it", "redeploy it"), ("rod", NAMES[5])])
def test_end_that_begins_within_a_word_is_not_sure(typed, meant):
    assert complete(typed, NAMES) == Matches((meant,), sure=False)


@pytest.mark.parametrize(
    ("typed", "first"),
    [("deplyo", "deploy"), ("team/mian", "team/app/main"), ("web", "web-deploy-prod")],
)
def test_what_is_spelled_alike_is_nearest(typed, first):
    assert nearest(typed, NAMES)[0] == first


def test_nothing_is_near_to_nonsense():
    assert nearest("qqqq", NAMES) == ()


def test_names_of_any_length_are_compared():
    assert nearest("x" * 10_000, ["y" * 10_000]) == ()
    assert len(nearest("deploy", [f"deploy-{n}" for n in range(1000)])) == 5


def test_percent_signs_that_encode_nothing_stay():
    assert folded("100%/ZZ") == "100%/zz"
