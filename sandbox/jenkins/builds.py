"""A run of a job, from the moment that an executor has it."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from sandbox.jenkins.console import Console, link
from sandbox.jenkins.parameters import Parameter, Value
from sandbox.jenkins.pipeline import Ask, StageRun
from sandbox.jenkins.reports import Case
from sandbox.jenkins.users import User

if TYPE_CHECKING:
    from sandbox.jenkins.items import Job

_RESULTS: Final = ("SUCCESS", "UNSTABLE", "FAILURE", "NOT_BUILT", "ABORTED")


def worst(*results: str) -> str:
    """The worst of Jenkins' results."""
    return max(results, key=_RESULTS.index)


@dataclass(eq=False)
class Build:
    """A build. ``parameters`` are what Jenkins made of what it was given, by the ``definitions`` of
    then. ``trigger`` is what started it where nobody did: "Started by timer".

    ``asks`` is the question at which a pipeline waits, ``given`` what answers said, by question and
    user. ``interrupted`` says who stopped it, and ``stopped`` how: Aborted, or Rejected.
    """

    job: Job
    number: int
    queue_id: int
    user: User
    parameters: Mapping[str, Value]
    started: float = field(default_factory=time.time)
    ended: float | None = None
    result: str | None = None
    description: str | None = None
    trigger: str = ""
    definitions: tuple[Parameter, ...] = ()
    console: Console = field(default_factory=Console, repr=False)
    stages: list[StageRun] = field(default_factory=list)
    asks: Ask | None = None
    tests: Sequence[Case] = ()
    artifacts: Mapping[str, bytes] = field(default_factory=dict)
    given: dict[str, tuple[User, Mapping[str, Value]]] = field(default_factory=dict)
    interrupted: str = ""
    stopped: str = "Aborted"
    _settled: asyncio.Event = field(default_factory=asyncio.Event, repr=False)
    _let: bool = False
    _nudge: asyncio.Event = field(default_factory=asyncio.Event, repr=False)

    def __post_init__(self) -> None:
        self.definitions = self.job.parameters
        self.console.write(f"{self.trigger or f'Started by user {link(self.user.full_name)}'}\n")

    @property
    def log(self) -> str:
        """The console's text so far."""
        return self.console.text

    @property
    def name(self) -> str:
        """As people see it: ``team » deploy #3``."""
        return f"{self.job.full_name.replace('/', ' » ')} #{self.number}"

    @property
    def over(self) -> bool:
        """Whether somebody stopped it, or let it end."""
        return self._let or bool(self.interrupted)

    def let(self, *, all_of_it: bool = True) -> None:
        """Let what it does end: all of it, or the stage that it is in."""
        self._let = self._let or all_of_it
        self._nudge.set()

    def interrupt(self, who: User) -> None:
        """Stop it, as somebody."""
        self.interrupted = who.full_name
        self._nudge.set()
        self._settled.set()

    def approve(self, who: User, given: Mapping[str, Value]) -> None:
        """Let somebody answer the question, and go on."""
        if self.asks is not None:
            self.console.write(f"Approved by {link(who.full_name)}\n")
            self.given[self.asks.name] = (who, given)
            self.asks = None
            self._settled.set()

    def reject(self, who: User) -> None:
        """Let somebody answer the question with no."""
        if self.asks is not None:
            self.asks, self.stopped = None, "Rejected"
            self.interrupt(who)

    async def answered(self) -> None:
        """Wait until the question is."""
        await self._settled.wait()
        self._settled.clear()

    def end(self, result: str, when: float | None = None) -> None:
        """It is over."""
        self.console.write(f"Finished: {result}\n")
        self.result, self.ended = result, when or time.time()

    async def work(self, seconds: float | None, log: str = "") -> None:
        """Print ``log`` over the time that it takes (None: until it is let or stopped)."""
        self._nudge.clear()
        lines = log.splitlines(keepends=True)
        share = None if seconds is None else seconds / (len(lines) + 1)
        for line in lines:
            if share is not None:
                await self._rest(share)
            if self.interrupted:
                return
            self.console.write(line)
        await self._rest(share)

    async def _rest(self, seconds: float | None) -> None:
        if self.over:
            return
        try:
            async with asyncio.timeout(seconds):
                await self._nudge.wait()
        except TimeoutError:
            pass
