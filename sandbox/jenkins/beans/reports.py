"""What tests found."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from typing import Any

from sandbox.jenkins.reports import Case, counts

Bean = dict[str, Any]


def report(number: int, cases: Sequence[Case]) -> Bean:
    """All of one build's."""
    failed, skipped = counts(cases)
    suites = groupby(sorted(cases, key=lambda case: case.suite), lambda case: case.suite)
    return {
        "_class": "hudson.tasks.junit.TestResult",
        "testActions": [],
        "duration": round(sum(case.seconds for case in cases), 3),
        "empty": not cases,
        "failCount": failed,
        "passCount": len(cases) - failed - skipped,
        "skipCount": skipped,
        "suites": [_suite(number, name, list(inside)) for name, inside in suites],
    }


def _suite(number: int, name: str, cases: list[Case]) -> Bean:
    return {
        "cases": [_case(number, case) for case in cases],
        "duration": round(sum(case.seconds for case in cases), 3),
        "enclosingBlockNames": [],
        "enclosingBlocks": [],
        "id": None,
        "name": name,
        "nodeId": None,
        "properties": {},
        "stderr": None,
        "stdout": None,
        "timestamp": None,
    }


def _case(number: int, case: Case) -> Bean:
    age = case.age if case.failed or case.status == "SKIPPED" else 0
    return {
        "testActions": [],
        "age": age,
        "className": case.class_name,
        "duration": case.seconds,
        "errorDetails": case.details,
        "errorStackTrace": case.trace,
        "failedSince": number - age + 1 if age else 0,
        "name": case.name,
        "properties": {},
        "skipped": case.status == "SKIPPED",
        "skippedMessage": case.details if case.status == "SKIPPED" else None,
        "status": case.status,
        "stderr": None,
        "stdout": None,
    }
