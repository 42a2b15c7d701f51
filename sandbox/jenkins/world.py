"""What a Jenkins holds: users with tokens and permissions, folders, jobs, queue items, builds."""

from __future__ import annotations

import hashlib
import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import quote

OVERALL_READ: Final = "hudson.model.Hudson.Read"
ADMINISTER: Final = "hudson.model.Hudson.Administer"
READ: Final = "hudson.model.Item.Read"
BUILD: Final = "hudson.model.Item.Build"
CANCEL: Final = "hudson.model.Item.Cancel"

FREESTYLE: Final = "hudson.model.FreeStyleProject"
PIPELINE: Final = "org.jenkinsci.plugins.workflow.job.WorkflowJob"
FOLDER: Final = "com.cloudbees.hudson.plugins.folder.Folder"
MULTIBRANCH: Final = "org.jenkinsci.plugins.workflow.multibranch.WorkflowMultiBranchProject"


@dataclass
class User:
    """Somebody. Tokens are kept as Jenkins does: 34 hexadecimal digits, of which it has a hash.

    ``permissions`` are given by scope: a full name, whose insides inherit them, or "" for all.
    """

    id: str
    full_name: str
    hashes: set[str] = field(default_factory=set, repr=False)
    permissions: dict[str, set[str]] = field(default_factory=dict)

    def new_token(self) -> str:
        """Make an API token; it is shown only now."""
        token = f"11{secrets.token_hex(16)}"
        self.hashes.add(_hash(token))
        return token

    def knows(self, token: str) -> bool:
        """Whether ``token`` is one of this user's."""
        return _hash(token) in self.hashes

    def may(self, permission: str, scope: str = "") -> bool:
        """Whether the user has ``permission`` on the item ``scope``, or overall."""
        if ADMINISTER in self.permissions.get("", ()):
            return True
        names = scope.split("/")
        scopes = ("", *("/".join(names[: n + 1]) for n in range(len(names))))
        return any(permission in self.permissions.get(name, ()) for name in scopes)


@dataclass(frozen=True)
class Parameter:
    """A parameter of a job; ``type`` is Jenkins' word for it without "ParameterDefinition"."""

    name: str
    type: str
    default: str | bool | None = ""
    choices: tuple[str, ...] = ()
    description: str = ""


def string(name: str, default: str = "", description: str = "") -> Parameter:
    """One line of text."""
    return Parameter(name, "String", default, description=description)


def text(name: str, default: str = "") -> Parameter:
    """Several lines of text."""
    return Parameter(name, "Text", default)


def boolean(name: str, *, default: bool = False) -> Parameter:
    """A box to tick."""
    return Parameter(name, "Boolean", default)


def choice(name: str, *choices: str) -> Parameter:
    """One of several; the first is the default."""
    return Parameter(name, "Choice", choices[0], choices)


def password(name: str, default: str = "") -> Parameter:
    """A text that Jenkins does not show again."""
    return Parameter(name, "Password", default)


def file(name: str) -> Parameter:
    """An uploaded file."""
    return Parameter(name, "File", None)


@dataclass
class Build:
    """A run of a job. ``parameters`` are what Jenkins made of what it was given."""

    job: Job
    number: int
    queue_id: int
    user: User
    parameters: Mapping[str, str | bool]
    started: float = field(default_factory=time.time)
    ended: float | None = None
    result: str | None = None
    released: bool = False

    @property
    def log(self) -> str:
        """The console's text so far."""
        lines = [f"Started by user {self.user.full_name}", f"Building {self.job.full_name}"]
        if self.result:
            lines.append(f"Finished: {self.result}")
        return "\n".join(lines) + "\n"


@dataclass
class Job:
    """Something that can be built. ``result`` is how its builds end, after ``seconds`` (None: when
    they are let).

    ``refused``: a plugin vetoes its builds in the queue. ``color`` overrides what the last build
    says.
    """

    full_name: str
    parameters: tuple[Parameter, ...] = ()
    description: str = ""
    disabled: bool = False
    refused: bool = False
    concurrent: bool = False
    seconds: float | None = 0.05
    result: str = "SUCCESS"
    kind: str = FREESTYLE
    color: str = ""
    builds: list[Build] = field(default_factory=list)

    @property
    def running(self) -> Build | None:
        """The build that is under way, if any."""
        return next((build for build in self.builds if build.result is None), None)


@dataclass
class Folder:
    """Something that holds jobs and folders."""

    full_name: str
    description: str = ""
    kind: str = FOLDER


Item = Job | Folder


@dataclass
class QueueItem:
    """A build that was asked for. It has left the queue with a build, or cancelled."""

    id: int
    job: Job
    user: User
    parameters: Mapping[str, str | bool]
    quiet_until: float
    since: float = field(default_factory=time.time)
    build: Build | None = None
    cancelled: bool = False

    @property
    def waiting(self) -> bool:
        """Whether it is still in the queue."""
        return self.build is None and not self.cancelled


def path_of(full_name: str) -> str:
    """``job/team/job/deploy/``: where an item stands under the root; "" for the root."""
    return "".join(f"job/{quote(name, safe='')}/" for name in full_name.split("/") if name)


def parent_of(full_name: str) -> str:
    """The folder that an item is in; "" for the root."""
    return full_name.rpartition("/")[0]


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
