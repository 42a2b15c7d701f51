"""What the REST API answers, as far as it is used.

Everything in here comes from the other side: it is checked on the way in, and it is data.
See https://docs.github.com/en/rest.
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Final, TypeVar

from pydantic import AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field

T = TypeVar("T")
MOST: Final = 200
"""Of a list: twice what is asked for. What comes beyond it is not GitHub's."""


def _bounded(value: object) -> object:
    return value[:MOST] if isinstance(value, list) else [] if value is None else value


Many = Annotated[tuple[T, ...], BeforeValidator(_bounded)]
Text = Annotated[str, BeforeValidator(lambda value: "" if value is None else value)]
Count = Annotated[int, Field(ge=0, lt=10**15)]
Id = Annotated[int, Field(gt=0, lt=10**18)]

GHOST: Final = "ghost"  # whom GitHub shows in place of deleted accounts


class Bean(BaseModel):
    """Base of all; what is not used is left out, and errors do not quote what came in."""

    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)


class User(Bean):
    """An account."""

    login: str


Owner = Annotated[User, BeforeValidator(lambda value: {"login": GHOST} if value is None else value)]


class Label(Bean):
    """A label of an issue."""

    name: Text = ""


def _labels(value: object) -> object:
    """GitHub's description allows labels that are mere texts."""
    if not isinstance(value, list):
        return []
    return [{"name": label} if isinstance(label, str) else label for label in value[:MOST]]


class Issue(Bean):
    """An issue; ``pull_request`` is there where it is one of those."""

    number: Id
    title: str
    state: str
    state_reason: Text = ""
    user: Owner
    body: Text = ""
    labels: Annotated[tuple[Label, ...], BeforeValidator(_labels)] = ()
    assignees: Many[User] = ()
    comments: Count = 0
    created_at: AwareDatetime
    draft: bool = False
    pull_request: dict[str, Any] | None = None
    repository_url: Text = ""

    @property
    def standing(self) -> str:
        """``open``, ``closed``; of a pull request also ``draft`` and ``merged``."""
        if self.pull_request and self.pull_request.get("merged_at"):
            return "merged"
        return "draft" if self.draft and self.state == "open" else self.state


class Said(Bean):
    """A comment."""

    id: Id
    user: Owner
    body: Text = ""
    created_at: AwareDatetime


class Branch(Bean):
    """One end of a pull request."""

    ref: str
    sha: str


class Pull(Bean):
    """A pull request. ``mergeable`` is None while GitHub finds out, and in lists."""

    number: Id
    title: str
    state: str
    draft: bool = False
    merged: bool = False
    merged_at: datetime | None = None
    mergeable: bool | None = None
    mergeable_state: Text = ""
    user: Owner
    body: Text = ""
    head: Branch
    base: Branch
    commits: Count = 0
    additions: Count = 0
    deletions: Count = 0
    changed_files: Count = 0
    comments: Count = 0
    labels: Annotated[tuple[Label, ...], BeforeValidator(_labels)] = ()
    requested_reviewers: Many[User] = ()
    created_at: AwareDatetime

    @property
    def standing(self) -> str:
        """``open``, ``draft``, ``merged`` or ``closed``."""
        if self.merged or self.merged_at is not None:
            return "merged"
        return "draft" if self.draft and self.state == "open" else self.state


class Found(Bean):
    """What a search found."""

    total_count: Count
    items: Many[Issue]


class Merged(Bean):
    """What became of a merge."""

    sha: str
    merged: bool


class Repo(Bean):
    """A repository."""

    full_name: str
    default_branch: str


class Subject(Bean):
    """What a notification is about; ``url`` is that of the API."""

    title: str
    url: Text = ""
    type: Text = ""


class FullName(Bean):
    """A repository, by its name only."""

    full_name: str


class Thread(Bean):
    """A notification."""

    id: str
    reason: Text = ""
    updated_at: AwareDatetime
    subject: Subject
    repository: FullName
