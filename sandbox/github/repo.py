"""A repository: who may do what in it, and what it holds."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from sandbox.github.history import History
from sandbox.github.users import User

if TYPE_CHECKING:
    from sandbox.github.issue import Issue
    from sandbox.github.run import Run
    from sandbox.github.workflow import Workflow

ROLES: Final = ("none", "read", "triage", "write", "maintain", "admin")


@dataclass(slots=True, eq=False)
class Repo:
    """A repository. ``roles`` are its collaborators', by login; a public one is read by all.

    ``merges``: the ways of merging that it allows. ``deleted``: numbers of issues that are gone.
    ``branches`` have the commit at their tip.
    """

    id: int
    owner: User
    name: str
    private: bool = False
    description: str = ""
    default_branch: str = "main"
    roles: dict[str, str] = field(default_factory=dict)
    merges: tuple[str, ...] = ("merge", "squash", "rebase")
    branches: dict[str, str] = field(default_factory=dict)
    history: History = field(default_factory=History)
    archived: bool = False
    has_issues: bool = True
    deleted: set[int] = field(default_factory=set)
    created: datetime = field(default_factory=lambda: datetime.now(UTC))
    issues: list[Issue] = field(default_factory=list)
    workflows: list[Workflow] = field(default_factory=list)
    runs: list[Run] = field(default_factory=list)
    files: dict[str, str] = field(default_factory=dict)

    @property
    def full_name(self) -> str:
        """``owner/name``."""
        return f"{self.owner.login}/{self.name}"

    def push(self, branch: str, *merged: str) -> str:
        """Add a commit to a branch, which begins at the default one; returns the commit's name."""
        tip = self.branches.get(branch) or self.branches.get(self.default_branch)
        sha = self.history.add(*([tip] if tip else []), *merged)
        self.branches[branch] = sha
        return sha

    def tip(self, branch: str) -> str | None:
        """The last commit of ``branch``, also said as ``owner:branch``."""
        owner, colon, name = branch.partition(":")
        own = colon and owner.casefold() == self.owner.login.casefold()
        return self.branches.get(name if own else branch)

    def role(self, user: User | None) -> str:
        """What somebody is in it."""
        least = "none" if self.private else "read"
        if user is None:
            return least
        return "admin" if user == self.owner else self.roles.get(user.login, least)

    def may(self, user: User | None, role: str) -> bool:
        """Whether somebody is at least a ``role`` in it."""
        return ROLES.index(self.role(user)) >= ROLES.index(role)

    def issue(self, number: int) -> Issue | None:
        """The issue or pull request of this number."""
        return next((issue for issue in self.issues if issue.number == number), None)
