"""What somebody is told of."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sandbox.github.issue import Issue
from sandbox.github.repo import Repo
from sandbox.github.users import User


@dataclass(slots=True, eq=False)
class Thread:
    """A thread of notifications of one user. ``reason``: mention, review_requested, assign…"""

    id: int
    user: User
    repo: Repo
    issue: Issue
    reason: str
    updated: datetime
    unread: bool = True
    read: datetime | None = None
