"""What a check found: one line each."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from enum import Enum

import typer

from bot.cli.printing import plain
from bot.errors import ActasError


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
    error: ActasError | None = None  # what the bot would end with, where it is this


def ok(what: str, text: str) -> Finding:
    """It is as it should be."""
    return Finding(Verdict.OK, what, text)


def warn(what: str, text: str) -> Finding:
    """It works, but weakens a promise."""
    return Finding(Verdict.WARN, what, text)


def fail(what: str, text: str, error: ActasError | None = None) -> Finding:
    """It does not work; ``error`` is what the bot itself would end with."""
    return Finding(Verdict.FAIL, what, text, error)


async def show(findings: AsyncIterator[Finding]) -> list[Finding]:
    """Print findings as they come; return those that failed."""
    failed = []
    async for finding in findings:
        typer.echo(f"{finding.verdict.value:<5} {finding.what:<24} {plain(finding.text)}")
        if finding.verdict is Verdict.FAIL:
            failed.append(finding)
    return failed
