"""One configured GitHub: its addresses, and the way to it for each user."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from urllib.parse import quote

from bot.errors import UserError
from bot.model import Credential
from bot.reply import Link
from bot.services.github.names import IssueRef, Repository
from bot.services.github.settings import PUBLIC, GitHubSettings
from bot.wire import Carrier

if TYPE_CHECKING:
    from bot.services.github.client import Client

REPO: Final = "repos/{owner}/{repo}"
"""The address of a repository, in which :attr:`Place.variables` stand."""

_MOST: Final = 4 * 1024**2  # bytes of one answer; a hundred long issues have a quarter of it

_WHICH: Final = "Say owner/name before the rest: `issues octocat/hello-world`."


@dataclass(frozen=True, slots=True)
class Place:
    """A repository, for certain: ``acme/site``."""

    name: str

    def __str__(self) -> str:
        return self.name

    @property
    def variables(self) -> dict[str, str]:
        """It in the templates of addresses."""
        owner, _, repo = self.name.partition("/")
        return {"owner": owner, "repo": repo}


@dataclass(slots=True)
class Site:
    """One GitHub, for all of its users. ``moments``: pauses between looks for what was begun."""

    settings: GitHubSettings
    moments: tuple[float, ...] = (1.0, 1.0, 2.0, 3.0, 5.0)

    def client(self, credential: Credential) -> Client:
        """A new client for one user."""
        from bot.services.github.client import Client

        token = credential.fields["access_token"]
        return Client(self.settings.api_url, token, self.carrier())

    def carrier(self) -> Carrier:
        """What requests to it travel with."""
        return Carrier(
            timeout=self.settings.timeout,
            most=_MOST,
            ca_file=self.settings.ca_file,
            advice="; the operator should check ca_file",
        )

    def place(self, repository: Repository) -> Place:
        """The repository that is meant.

        Raises:
            UserError: it was left out and there is no usual one; or its link leads elsewhere.
        """
        if repository.origin and not self._is_here(repository.origin):
            raise UserError(f"That link does not lead to {self.settings.url}.")
        name = repository.name or self.settings.repository
        if not name:
            raise UserError("Which repository?", _WHICH)
        return Place(name)

    def full(self, issue: IssueRef) -> str:
        """``acme/site#12``: what is meant wherever it is said."""
        return f"{self.place(issue.repository)}#{issue.number}"

    def link(self, place: Place, path: str = "", text: str = "") -> Link:
        """A page of a repository (``path`` is quoted here), under the configured address."""
        page = f"/{quote(path)}" if path else ""
        return Link(text or place.name, f"{self.settings.url}/{place}{page}")

    def issue_link(self, full: str, *, pull: bool = False) -> Link:
        """The page of an issue, or of a pull request."""
        name, _, number = full.partition("#")
        return self.link(Place(name), f"{'pull' if pull else 'issues'}/{number}", full)

    def _is_here(self, origin: str) -> bool:
        if self.settings.url == PUBLIC:
            return origin in (PUBLIC, "https://www.github.com", "http://github.com")
        return origin == self.settings.url
