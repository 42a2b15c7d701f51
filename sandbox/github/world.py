"""What a GitHub holds: people, apps, tokens, repositories; and what time it is there."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Final

from sandbox.github.apps import App
from sandbox.github.limits import Limits
from sandbox.github.oauth.asked import Asked
from sandbox.github.repo import Repo
from sandbox.github.thread import Thread
from sandbox.github.tokens import Tokens
from sandbox.github.users import User

API: Final = "/api/v3"  # where the REST API is on an Enterprise server


class World:
    """All of it. ``root`` is GitHub's own address, without a slash at the end.

    ``moved``: repositories by the names that they had before.
    ``listed_after``: how many seconds it takes until a new run is in the lists.
    ``restricted``: organisations that take no OAuth apps; ``sso``: those with single sign-on.
    ``dispatch_details``: whether GitHub can say what run a dispatch has become.
    """

    def __init__(self) -> None:
        self.root = ""
        self.users: dict[str, User] = {}
        self.apps: dict[str, App] = {}
        self.tokens = Tokens()
        self.asked = Asked()
        self.repos: dict[str, Repo] = {}
        self.moved: dict[str, Repo] = {}
        self.threads: list[Thread] = []
        self.limits = Limits()
        self.restricted: set[str] = set()
        self.sso: set[str] = set()
        self.ahead = timedelta()
        self.listed_after = 0.0
        self.dispatch_details = True
        self._ids = count(1_000_001)

    def now(self) -> datetime:
        """What time it is."""
        return datetime.now(UTC) + self.ahead

    def new_id(self) -> int:
        """A number that nothing else has."""
        return next(self._ids)

    def user(self, login: str) -> User | None:
        """The user of this login, in any case of letters."""
        return self.users.get(login.casefold())

    def repo(self, full_name: str) -> Repo | None:
        """The repository ``owner/name``, in any case of letters."""
        return self.repos.get(full_name.casefold())


def iso(when: datetime | None) -> str | None:
    """A time in GitHub's way: ``2026-01-02T03:04:05Z``."""
    return when.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ") if when else None
