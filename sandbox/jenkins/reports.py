"""What tests found, as the plugin "JUnit" has it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

_FAILED = ("FAILED", "REGRESSION")


@dataclass(frozen=True)
class Case:
    """One test. ``status``: PASSED, FIXED, SKIPPED, FAILED (as before) or REGRESSION (not before).

    ``age``: for how many builds it has failed. ``details`` is the message of what failed, ``trace``
    its stack trace.
    """

    name: str
    status: str = "PASSED"
    details: str | None = None
    trace: str | None = None
    class_name: str = "com.example.SiteTest"
    suite: str = "com.example.SiteTest"
    seconds: float = 0.01
    age: int = 1

    @property
    def failed(self) -> bool:
        """Whether it did not pass."""
        return self.status in _FAILED


def counts(cases: Sequence[Case]) -> tuple[int, int]:
    """How many failed, and how many were skipped."""
    failed = sum(case.failed for case in cases)
    return failed, sum(case.status == "SKIPPED" for case in cases)
