"""One thing that waits in the queue."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from sandbox.jenkins.builds import Build
from sandbox.jenkins.items import Job
from sandbox.jenkins.parameters import Parameter, Value
from sandbox.jenkins.users import User

_KEPT: Final = 300.0  # seconds for which Jenkins knows what has left


@dataclass(eq=False)
class QueueItem:
    """A build that was asked for. It has left the queue with a build, or cancelled.

    ``delay``: its quiet period in seconds. ``part_of``: the pipeline's build that waits with it for
    an executor.
    """

    id: int
    job: Job
    user: User
    parameters: Mapping[str, Value]
    delay: float = 0.0
    part_of: Build | None = None
    since: float = field(default_factory=time.time)
    build: Build | None = None
    cancelled: bool = False
    definitions: tuple[Parameter, ...] = ()
    _left: float | None = None

    def __post_init__(self) -> None:
        self.definitions = self.job.parameters

    @property
    def waiting(self) -> bool:
        """Whether it is still in the queue."""
        return self._left is None

    @property
    def quiet(self) -> float:
        """Seconds that are left of its quiet period."""
        return max(0.0, self.since + self.delay - time.time())

    @property
    def forgotten(self) -> bool:
        """Whether it left too long ago."""
        return self._left is not None and time.time() - self._left > _KEPT

    def leave(self, build: Build) -> None:
        """It became a build."""
        self.build, self._left = build, time.time()

    def cancel(self) -> None:
        """It will not become one."""
        self.cancelled, self._left = True, time.time()
