"""What a GitLab has: people with tokens, projects with members, issues, merge requests, pipelines.

Access levels: https://docs.gitlab.com/user/permissions/.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from typing import Any, Final

GUEST: Final = 10
PLANNER: Final = 15
REPORTER: Final = 20
DEVELOPER: Final = 30
CREATED: Final = "2026-03-01T12:30:00.000Z"


@dataclass(slots=True)
class User:
    """Somebody with an account."""

    id: int
    username: str
    name: str

    @property
    def shape(self) -> dict[str, Any]:
        """How others are shown them."""
        return {"id": self.id, "username": self.username, "name": self.name, "state": "active"}


@dataclass(slots=True)
class Token:
    """A personal access token. ``expires`` is a date; at its beginning (UTC) it ends."""

    user: User
    scopes: frozenset[str]
    revoked: bool = False
    expires: str | None = "2027-03-01"


@dataclass(slots=True)
class Thing:
    """An issue, a merge request or a pipeline; ``notes`` are comments with their authors.

    ``sha`` is the newest commit of a merge request.
    """

    number: int
    title: str
    author: User
    state: str = "opened"
    description: str | None = None
    branch: str = "main"
    mergeable: bool = True
    notes: list[tuple[User, str]] = field(default_factory=list)
    sha: str = field(default_factory=lambda: secrets.token_hex(20))

    @property
    def draft(self) -> bool:
        """Whether it is not to be merged yet."""
        return self.title.startswith("Draft: ")

    def push(self) -> None:
        """Somebody pushes a commit."""
        self.sha = secrets.token_hex(20)


@dataclass(slots=True)
class Project:
    """A project; ``members`` have a level by their username."""

    id: int
    path: str
    public: bool = False
    members: dict[str, int] = field(default_factory=dict)
    issues: list[Thing] = field(default_factory=list)
    requests: list[Thing] = field(default_factory=list)
    pipelines: list[Thing] = field(default_factory=list)

    def level(self, user: User) -> int:
        """What somebody is here; 0: not a member."""
        return self.members.get(user.username, 0)


@dataclass(slots=True)
class GitLabState:
    """All of it."""

    users: list[User] = field(default_factory=list)
    projects: list[Project] = field(default_factory=list)
    tokens: dict[str, Token] = field(default_factory=dict)

    def user(self, username: str) -> User:
        """An account; it is made where there is none."""
        found = next((each for each in self.users if each.username == username), None)
        if found is None:
            found = User(len(self.users) + 1, username, username.capitalize())
            self.users.append(found)
        return found

    def token(self, username: str, *scopes: str) -> str:
        """A new token of theirs."""
        text = f"glpat-{secrets.token_hex(10)}"
        self.tokens[text] = Token(self.user(username), frozenset(scopes or ("api",)))
        return text

    def project(self, path: str, *, public: bool = False, **members: int) -> Project:
        """A new project."""
        made = Project(len(self.projects) + 1, path, public, members)
        self.projects.append(made)
        return made

    def find(self, name: str, user: User) -> Project | None:
        """The project of this id or path, where it shows itself to this user."""
        for project in self.projects:
            if name in (str(project.id), project.path):
                return project if project.public or project.level(user) else None
        return None
