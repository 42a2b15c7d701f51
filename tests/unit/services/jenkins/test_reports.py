"""The test report of a build."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from bot.services.jenkins.reports import Report, TestedBuild


def case(name, status, age=0):
    return {"name": name, "className": "pkg.T", "status": status, "age": age}


def test_failed_are_those_that_failed_the_newest_first():
    report = Report.model_validate(
        {
            "suites": [
                {"cases": [case("old", "FAILED", 9), case("fine", "PASSED")]},
                {"cases": [case("new", "REGRESSION", 1), case("off", "SKIPPED")]},
                {"cases": [case("back", "FIXED")]},
            ]
        }
    )
    assert [failed.full_name for failed in report.failed] == ["pkg.T.new", "pkg.T.old"]


def test_failures_of_modules_are_found_in_their_own_reports():
    report = Report.model_validate(
        {
            "childReports": [
                {"child": {"number": 1}, "result": {"suites": [{"cases": [case("a", "FAILED")]}]}},
                {"result": None},
            ]
        }
    )
    assert [failed.name for failed in report.failed] == ["a"]


def test_counts_are_those_of_the_test_report_and_of_no_other_action():
    build = TestedBuild.model_validate(
        {
            "number": 1,
            "actions": [
                {},
                None,
                {"urlName": "coverage", "failCount": 9},
                {"urlName": "testReport", "failCount": 1, "skipCount": 2, "totalCount": 10},
            ],
        }
    )
    counts = build.counts
    assert counts is not None
    assert (counts.fail_count, counts.skip_count, counts.pass_count) == (1, 2, 7)


def test_build_without_a_report_has_no_counts():
    assert TestedBuild.model_validate({"number": 1, "actions": [{}]}).counts is None


def test_counts_that_contradict_themselves_do_not_pass_less_than_none():
    action = {"urlName": "testReport", "failCount": 5, "totalCount": 3}
    counts = TestedBuild.model_validate({"number": 1, "actions": [action]}).counts
    assert counts is not None
    assert counts.pass_count == 0


@pytest.mark.parametrize("count", [-1, "many", 10**30, 1.5])
def test_count_that_is_none_is_refused(count):
    action = {"urlName": "testReport", "failCount": count}
    with pytest.raises(ValidationError):
        TestedBuild.model_validate({"number": 1, "actions": [action]})
