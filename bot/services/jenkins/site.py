"""One configured Jenkins: its address, its threads, and what it lately told each user."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote

from bot.model import Credential
from bot.reply import Link
from bot.services.jenkins.names import JobPath
from bot.services.jenkins.settings import JenkinsSettings
from bot.threads import Lane

if TYPE_CHECKING:
    from bot.services.jenkins.client import Client

_CLIENT: Final = "bot.services.jenkins.client"
_MOST: Final = 200  # things remembered at once

Key = tuple[str, str, str]
"""Matrix user, account over there, and what was told: nobody sees what another may see."""


@dataclass(slots=True)
class Site:
    """One Jenkins, for all of its users.

    ``patience``: seconds that a build which is not followed is waited for in the queue;
    ``moment``: the same for one that is.
    """

    settings: JenkinsSettings
    lane: Lane
    patience: float = 15.0
    moment: float = 2.0
    clock: Callable[[], float] = time.monotonic
    _known: dict[Key, tuple[float, object]] = field(default_factory=dict)

    async def client(self, credential: Credential) -> Client:
        """A new client for one user; the libraries behind it come in off the event loop."""
        await self.lane.load(_CLIENT)
        from bot.services.jenkins.client import Client  # 130 ms, so only when needed

        return Client(
            self.settings.url,
            credential.fields["user"].reveal(),
            credential.fields["token"].reveal(),
            timeout=self.settings.timeout,
            verify=str(self.settings.ca_file) if self.settings.ca_file else True,
        )

    def recall(self, key: Key, *, once: bool = False) -> Any:
        """What was remembered, if it still counts, or None; ``once``: and forget it."""
        until, found = self._known.get(key, (0.0, None))
        if once:
            self._known.pop(key, None)
        return found if until > self.clock() else None

    def remember(self, key: Key, found: object, seconds: float) -> None:
        """Keep something that Jenkins told one user."""
        now = self.clock()
        known = {k: v for k, v in self._known.items() if v[0] > now and k != key}
        while len(known) >= _MOST:
            del known[next(iter(known))]
        self._known = {**known, key: (now + seconds, found)}

    def forget(self, user: str) -> None:
        """What a user was told counts no more: they have changed something."""
        self._known = {k: v for k, v in self._known.items() if k[0] != user}

    def link(self, job: JobPath) -> Link:
        """A job, under the configured address: Jenkins may not know it."""
        return Link(job.name, f"{self.settings.url}/{quote(job.item)}/")

    def build_link(self, job: JobPath, number: int, page: str = "") -> Link:
        """A build (``deploy-prod #12``), or a ``page`` of it (quoted)."""
        return Link(f"{job} #{number}", f"{self.link(job).url}{number}/{page}")

    def queue_link(self, item: int) -> Link:
        """A queue item."""
        return Link(f"queue item {item}", f"{self.settings.url}/queue/item/{item}/")
