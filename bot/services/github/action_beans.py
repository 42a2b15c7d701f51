"""What the REST API answers about workflows and their runs, as far as it is used.

See https://docs.github.com/en/rest/actions.
"""

from __future__ import annotations

from typing import Final

from pydantic import AwareDatetime

from bot.services.github.beans import Bean, Count, Id, Many, Owner, Text

BAD: Final = frozenset({"failure", "timed_out", "startup_failure", "action_required"})
"""Conclusions of what went wrong by itself."""


class Workflow(Bean):
    """A workflow; ``path`` is ``.github/workflows/deploy.yml``."""

    id: Id
    name: str
    path: str
    state: str

    @property
    def file(self) -> str:
        """``deploy.yml``: its name in addresses. GitHub's own have a path that is no file."""
        return self.path.rpartition("/")[2]


class Workflows(Bean):
    """A page of them."""

    total_count: Count
    workflows: Many[Workflow]


class Content(Bean):
    """A file of a repository; its content is in base64."""

    type: str
    encoding: Text = ""
    content: Text = ""


class Dispatched(Bean):
    """What became of a workflow that was started."""

    workflow_run_id: Id


class Run(Bean):
    """A run of a workflow. ``conclusion`` is "" until it is ``completed``."""

    id: Id
    name: Text = ""
    display_title: Text = ""
    path: Text = ""
    run_number: Count = 0
    run_attempt: Count = 1
    event: Text = ""
    status: Text = ""
    conclusion: Text = ""
    head_branch: Text = ""
    actor: Owner
    triggering_actor: Owner
    created_at: AwareDatetime
    updated_at: AwareDatetime
    run_started_at: AwareDatetime | None = None

    @property
    def ended(self) -> bool:
        """Whether nothing of it goes on any more."""
        return self.status == "completed"

    @property
    def seconds(self) -> float:
        """How long its last attempt took, once it has ended."""
        began = self.run_started_at or self.created_at
        return (self.updated_at - began).total_seconds()

    @property
    def standing(self) -> str:
        """``success``, ``failure``, ``in progress`` …"""
        return (self.conclusion if self.ended else self.status).replace("_", " ") or "unknown"


class Runs(Bean):
    """A page of them."""

    total_count: Count
    workflow_runs: Many[Run]

    @property
    def more(self) -> bool:
        """Whether there are others."""
        return self.total_count > len(self.workflow_runs)


class Step(Bean):
    """A step of a job."""

    name: str
    status: Text = ""
    conclusion: Text = ""


class Job(Bean):
    """A job of a run."""

    id: Id
    name: str
    status: Text = ""
    conclusion: Text = ""
    steps: Many[Step] = ()

    @property
    def bad(self) -> bool:
        """Whether it went wrong."""
        return self.conclusion in BAD

    def at(self) -> str:
        """The step that it is in; or, of one that went wrong, in which it did."""
        for step in self.steps:
            if step.conclusion in BAD if self.bad else step.status == "in_progress":
                return step.name
        return ""


class Jobs(Bean):
    """A page of them."""

    total_count: Count
    jobs: Many[Job]
