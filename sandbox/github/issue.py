"""Issues, and pull requests, which are issues too."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from sandbox.github.users import User


@dataclass(slots=True, eq=False)
class Comment:
    """What somebody has said to an issue."""

    id: int
    user: User
    body: str
    created: datetime


@dataclass(slots=True, eq=False)
class Review:
    """What somebody thinks of a pull request: APPROVED, CHANGES_REQUESTED, COMMENTED."""

    id: int
    user: User
    state: str
    body: str
    commit: str
    submitted: datetime


@dataclass(slots=True, eq=False)
class Pull:
    """What a pull request has over an issue. ``mergeable`` is None while GitHub finds out.

    ``state``: clean, dirty (conflicts), blocked (a rule), behind, unstable (checks), unknown.
    """

    head: str
    base: str
    sha: str
    draft: bool = False
    mergeable: bool | None = True
    state: str = "clean"
    merged: datetime | None = None
    merged_by: User | None = None
    merge_sha: str | None = None
    reviewers: list[User] = field(default_factory=list)
    reviews: list[Review] = field(default_factory=list)
    commits: int = 1
    additions: int = 3
    deletions: int = 1
    changed_files: int = 1


@dataclass(slots=True, eq=False)
class Issue:
    """An issue; with ``pull`` a pull request."""

    id: int
    number: int
    user: User
    title: str
    body: str | None
    created: datetime
    updated: datetime
    labels: list[str] = field(default_factory=list)
    assignees: list[User] = field(default_factory=list)
    state: str = "open"
    reason: str | None = None
    closed: datetime | None = None
    closed_by: User | None = None
    locked: bool = False
    comments: list[Comment] = field(default_factory=list)
    pull: Pull | None = None
