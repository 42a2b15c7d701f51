"""A run of a workflow, which goes on by itself as time goes by."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sandbox.github.users import User
from sandbox.github.workflow import Job, Workflow


@dataclass(frozen=True, slots=True)
class Span:
    """When a job, or all of them, began and ended, and how; None for what is yet to come."""

    started: datetime | None = None
    ended: datetime | None = None
    conclusion: str | None = None

    @property
    def status(self) -> str:
        """GitHub's word."""
        if self.conclusion:
            return "completed"
        return "in_progress" if self.started else "queued"


@dataclass(slots=True, eq=False)
class JobRun:
    """A job of an attempt; with ``kept`` it was not run again."""

    id: int
    job: Job
    kept: Span | None = None


@dataclass(slots=True, eq=False)
class Attempt:
    """One attempt of a run. ``let``: when what takes until it is let was let."""

    number: int
    actor: User
    started: datetime
    queued: float
    jobs: list[JobRun]
    cancelled: datetime | None = None
    let: datetime | None = None

    def spans(self, now: datetime) -> dict[str, Span]:
        """How far each job is, by name."""
        found: dict[str, Span] = {}
        for run in self.jobs:
            found[run.job.name] = run.kept or self._span(run.job, found, now)
        return found

    def whole(self, now: datetime) -> Span:
        """How far all of it is."""
        spans = list(self.spans(now).values())
        if not any(span.started for span in spans) and not self.cancelled:
            return Span()
        if any(span.conclusion is None for span in spans):
            return Span(self.started)
        ended = max((span.ended or self.started for span in spans), default=self.started)
        return Span(self.started, ended, _worst([span.conclusion for span in spans]))

    def _span(self, job: Job, before: Mapping[str, Span], now: datetime) -> Span:
        needed = [before[name] for name in job.needs]
        if any(span.conclusion is None for span in needed):
            return Span()
        ends = [span.ended or now for span in needed]
        if any(span.conclusion != "success" for span in needed):
            return Span(max(ends), max(ends), "cancelled" if self.cancelled else "skipped")
        begins = max(self.started + timedelta(seconds=self.queued), *ends, self.started)
        ended = self.let if job.seconds is None else begins + timedelta(seconds=job.seconds)
        if self.cancelled and (ended is None or self.cancelled < ended):
            return Span(min(begins, self.cancelled), self.cancelled, "cancelled")
        if begins > now:
            return Span()
        if ended is None or ended > now:
            return Span(begins)
        return Span(begins, max(begins, ended), job.result(self.number))


@dataclass(slots=True, eq=False)
class Run:
    """A run. ``actor`` caused it; an attempt knows who triggered that one."""

    id: int
    number: int
    workflow: Workflow
    branch: str
    sha: str
    event: str
    actor: User
    title: str
    created: datetime
    inputs: Mapping[str, str] = field(default_factory=dict)
    attempts: list[Attempt] = field(default_factory=list)

    @property
    def last(self) -> Attempt:
        """The newest attempt."""
        return self.attempts[-1]

    def job(self, job_id: int) -> tuple[Attempt, JobRun] | None:
        """The job of this id, in any attempt."""
        for attempt in self.attempts:
            for job in attempt.jobs:
                if job.id == job_id:
                    return attempt, job
        return None


def again(last: Attempt, now: datetime, *, failed_only: bool) -> list[tuple[Job, Span | None]]:
    """The jobs of another attempt: all, or those that failed and what needs them."""
    spans, repeated = last.spans(now), set[str]()
    found: list[tuple[Job, Span | None]] = []
    for run in last.jobs:
        span = spans[run.job.name]
        fresh = span.conclusion != "success" or bool(repeated & set(run.job.needs))
        if fresh or not failed_only:
            repeated.add(run.job.name)
            found.append((run.job, None))
        else:
            found.append((run.job, span))
    return found


def _worst(conclusions: Sequence[str | None]) -> str:
    for word in ("failure", "cancelled", "timed_out"):
        if word in conclusions:
            return word
    return "success"
