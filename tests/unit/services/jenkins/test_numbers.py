"""Jobs with the number of one of their builds."""

from __future__ import annotations

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from bot.errors import UserError
from bot.services.jenkins.arguments import Params
from bot.services.jenkins.names import JobPath
from bot.services.jenkins.numbers import BuildNumber, BuiltJob, typed


def read(text):
    job, rest = BuiltJob.take(text)
    number, rest = BuildNumber.take(rest)
    return job.name, number.number, Params.take(rest)[0].pairs


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("deploy", ("deploy", 0, ())),
        ("deploy 12", ("deploy", 12, ())),
        ("deploy #12", ("deploy", 12, ())),
        ("deploy prod 12", ("deploy prod", 12, ())),
        ("team/deploy 007", ("team/deploy", 7, ())),
        ("'release 2024'", ("release 2024", 0, ())),
        ("'release 2024' 3", ("release 2024", 3, ())),
        ("release '2024'", ("release 2024", 0, ())),
        ("deploy v12", ("deploy v12", 0, ())),
        ("deploy 0", ("deploy 0", 0, ())),
        ("deploy 12x", ("deploy 12x", 0, ())),
        ("deploy 1234567890", ("deploy 1234567890", 0, ())),
        ("2024", ("2024", 0, ())),
        ("deploy 12 a=b c='d e'", ("deploy", 12, (("a", "b"), ("c", "d e")))),
        ("deploy 12, a=b&c=d%20e", ("deploy", 12, (("a", "b"), ("c", "d e")))),
        ("deploy, a=b", ("deploy", 0, (("a", "b"),))),
        ("deploy a=b", ("deploy", 0, (("a", "b"),))),
    ],
)
def test_last_word_that_is_a_number_is_the_builds(text, wanted):
    assert read(text) == wanted


@pytest.mark.parametrize("text", ["", "/", "..", "a=b"])
def test_job_must_have_a_name(text):
    with pytest.raises(UserError):
        BuiltJob.take(text)


def test_number_that_was_left_out_shows_nothing():
    assert (str(BuildNumber()), bool(BuildNumber())) == ("", False)
    assert (str(BuildNumber(3, "Deploy")), bool(BuildNumber(3))) == ("3", True)


names = st.text(st.sampled_from(list("ab 1#=,'\"\\&é/")), min_size=1, max_size=12)


@given(names, st.integers(1, 10**8))
def test_build_as_it_is_typed_reads_back_as_itself(name, number):
    try:
        path = JobPath(name)
    except UserError:
        return
    assume(path.name == path.name.strip())  # Jenkins has no such names
    assert read(typed(path, number)) == (path.name, number, ())


def test_build_is_typed_without_quotes_where_none_are_needed():
    assert typed(JobPath("deploy prod"), 12) == "deploy prod 12"
    assert typed(JobPath("release 2024"), 12) == "release 2024 12"
    assert typed(JobPath("a=b"), 12) == "'a=b' 12"
    assert typed(JobPath("3 mice"), 12) == "'3 mice' 12"  # a number would be one of the list
