"""What Jenkins says of the tests of a build: the JUnit plugin's counts and its report.

The counts stand in the build itself, in the action whose page is ``testReport``; what failed only
in the report. A build over several modules or axes has a report of each inside its own.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Final

from pydantic import Field

from bot.services.jenkins.beans import Bean, Many, Text

PAGE: Final = "testReport"
COUNTS: Final = "number,building,actions[urlName,failCount,skipCount,totalCount]"
_CASES: Final = "suites[cases[name,className,age,status,errorDetails]]"
FAILURES: Final = f"{_CASES},childReports[result[{_CASES}]]"

_FAILED: Final = ("FAILED", "REGRESSION")

Count = Annotated[int, Field(ge=0, le=10**9)]


class Counts(Bean):
    """An action of a build; the one with its tests has ``url_name`` "testReport"."""

    url_name: Text = ""
    fail_count: Count = 0
    skip_count: Count = 0
    total_count: Count = 0

    @property
    def pass_count(self) -> int:
        """Those that neither failed nor were skipped."""
        return max(0, self.total_count - self.fail_count - self.skip_count)


class TestedBuild(Bean):
    """A build with what it counted."""

    __test__ = False  # or pytest takes it for a test, by its name

    number: int
    building: bool = False
    actions: Many[Counts | None] = ()

    @property
    def counts(self) -> Counts | None:
        """Those of its tests, if it has a report of them."""
        return next((a for a in self.actions if a is not None and a.url_name == PAGE), None)


class Case(Bean):
    """One test. ``age``: for how many builds it has failed, this one included."""

    name: Text = ""
    class_name: Text = ""
    age: Count = 0
    status: Text = ""
    error_details: Text = ""

    @property
    def full_name(self) -> str:
        """With its class, where it has one."""
        return f"{self.class_name}.{self.name}" if self.class_name else self.name


class Suite(Bean):
    """Tests that ran together."""

    cases: Many[Case] = ()


class Child(Bean):
    """The report of a module or an axis; it has none inside its own."""

    result: Suites | None = None


class Suites(Bean):
    """The suites of a report."""

    suites: Many[Suite] = ()


class Report(Suites):
    """All that a build tested."""

    child_reports: Many[Child] = ()

    @property
    def failed(self) -> tuple[Case, ...]:
        """What failed, the newest failures first: those are what somebody looks for."""
        cases = (case for suite in self._all() for case in suite.cases)
        return tuple(sorted((c for c in cases if c.status in _FAILED), key=lambda c: c.age))

    def _all(self) -> Iterator[Suite]:
        yield from self.suites
        for child in self.child_reports:
            yield from child.result.suites if child.result else ()
