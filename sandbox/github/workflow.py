"""What a repository can run: a workflow's file, and what comes of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import yaml


@dataclass(frozen=True, slots=True)
class Job:
    """A job as the file has it. It waits for those that it ``needs``, by name.

    ``seconds`` is how long it takes (None: until it is let). ``results`` are the conclusions of the
    attempts, of which the last one stays; a failure is that of the last step.
    """

    name: str
    steps: tuple[str, ...] = ("Run",)
    seconds: float | None = 0.02
    results: tuple[str, ...] = ("success",)
    needs: tuple[str, ...] = ()

    def result(self, attempt: int) -> str:
        """How it ends at an attempt, of which the first is 1."""
        return self.results[min(attempt, len(self.results)) - 1]


@dataclass(slots=True, eq=False)
class Workflow:
    """A workflow. ``texts`` are the file's at other branches; ``queued`` is how long runs wait.

    ``state``: active, disabled_manually, disabled_inactivity.
    """

    id: int
    file: str
    text: str
    created: datetime
    jobs: tuple[Job, ...] = ()
    queued: float = 0.0
    state: str = "active"
    texts: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if not self.jobs:
            self.jobs = _jobs(self.parsed())

    @property
    def path(self) -> str:
        """Where the file is."""
        return f".github/workflows/{self.file}"

    @property
    def name(self) -> str:
        """Its name, or where it has none, its path."""
        return str(self.parsed().get("name", self.path))

    def text_at(self, ref: str) -> str:
        """The file at a branch."""
        return self.texts.get(ref, self.text)

    def parsed(self, ref: str = "") -> Mapping[str, Any]:
        """What the file says."""
        found = yaml.safe_load(self.text_at(ref))
        return found if isinstance(found, dict) else {}

    def inputs(self, ref: str = "") -> Mapping[str, Mapping[str, Any]] | None:
        """What a dispatch may be given; None where it cannot be dispatched."""
        parsed: Mapping[Any, Any] = self.parsed(ref)
        on = parsed.get("on", parsed.get(True))  # YAML 1.1 reads a bare on as true
        if isinstance(on, dict) and "workflow_dispatch" in on:
            given = (on["workflow_dispatch"] or {}).get("inputs") or {}
            return {name: about or {} for name, about in given.items()}
        named = on == "workflow_dispatch" or (isinstance(on, list) and "workflow_dispatch" in on)
        return {} if named else None


def _jobs(parsed: Mapping[str, Any]) -> tuple[Job, ...]:
    found = []
    jobs: Mapping[str, Mapping[str, Any]] = parsed.get("jobs") or {"build": {}}
    names = {key: str(job.get("name", key)) for key, job in jobs.items()}
    for key, job in jobs.items():
        steps = tuple(
            str(step.get("name", step.get("uses", step.get("run", "Run"))))
            for step in job.get("steps", ())
        )
        needs = job.get("needs", ())
        before = (needs,) if isinstance(needs, str) else needs
        found.append(Job(names[key], steps, needs=tuple(names[name] for name in before)))
    return tuple(found)
