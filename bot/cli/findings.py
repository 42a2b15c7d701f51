"""What a check found: one line each."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from enum import Enum

import typer


class Verdict(Enum):
    """How it is; a warning is the operator's choice, a failure is not."""

    OK = "ok"
    WARN = "WARN"
    FAIL = "FAIL"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at, and how it is."""

    verdict: Verdict
    what: str
    text: str


def ok(what: str, text: str) -> Finding:
    """It is as it should be."""
    return Finding(Verdict.OK, what, text)


def warn(what: str, text: str) -> Finding:
    """It works, but weakens a promise."""
    return Finding(Verdict.WARN, what, text)


def fail(what: str, text: str) -> Finding:
    """It does not work."""
    return Finding(Verdict.FAIL, what, text)


async def show(findings: AsyncIterator[Finding]) -> bool:
    """Print findings as they come; True if none of them failed."""
    fine = True
    async for finding in findings:
        typer.echo(f"{finding.verdict.value:<5} {finding.what:<24} {finding.text}")
        fine = fine and finding.verdict is not Verdict.FAIL
    return fine
