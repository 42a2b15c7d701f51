"""What Jenkins says of its nodes, and of the builds that run on them.

A pipeline runs twice: as itself on an executor of its own, which does not count, and with each
``node`` step on one of an agent. Both have its address, and are one build to people.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Annotated, Final

from pydantic import Field

from bot.services.jenkins.beans import Action, Bean, Many, Moment, Text
from bot.services.jenkins.places import Place, place_of

_EXECUTOR: Final = (
    "[idle,currentExecutable[url,fullDisplayName,timestamp,estimatedDuration,"
    "actions[causes[shortDescription]]]]"
)
RUNNING: Final = f"computer[displayName,executors{_EXECUTOR},oneOffExecutors{_EXECUTOR}]"
NODES: Final = "computer[displayName,offline,offlineCauseReason,executors[idle]]"


class Executable(Bean):
    """A build that runs; ``estimated_duration`` (ms) is negative where nothing is known."""

    url: Text = ""
    full_display_name: Text = ""
    timestamp: Moment = 0
    estimated_duration: Annotated[int, Field(le=10**12)] = -1
    actions: Many[Action | None] = ()


class Executor(Bean):
    """A slot of a node. What the person may not see runs there without being named."""

    idle: bool = True
    current_executable: Executable | None = None


class Node(Bean):
    """A machine that builds."""

    display_name: Text = ""
    offline: bool = False
    offline_cause_reason: Text = ""
    executors: Many[Executor] = ()
    one_off_executors: Many[Executor] = ()

    @property
    def busy(self) -> int:
        """How many of its executors build something."""
        return sum(not executor.idle for executor in self.executors)


class Nodes(Bean):
    """All of them, the controller first."""

    nodes: Many[Node] = Field(alias="computer")

    @property
    def running(self) -> tuple[Running, ...]:
        """What runs, each build once, the one that began first first."""
        found: dict[str, Running] = {}
        for run in self._runs():
            known = found.get(run.key)
            found[run.key] = run.beside(known) if known else run
        return tuple(sorted(found.values(), key=lambda run: run.timestamp))

    @property
    def hidden(self) -> int:
        """How many executors run something that is not shown."""
        slots = (executor for node in self.nodes for executor in node.executors)
        return sum(not each.idle and each.current_executable is None for each in slots)

    def _runs(self) -> Iterator[Running]:
        for node in self.nodes:
            for executor in node.one_off_executors:
                yield from _run(executor, ())
            for executor in node.executors:
                yield from _run(executor, (node.display_name,))


@dataclass(frozen=True, slots=True)
class Running:
    """A build that runs, on these nodes; ``place`` is None where its address says nothing."""

    key: str
    name: str
    place: Place | None
    nodes: tuple[str, ...]
    timestamp: int
    estimate: int
    actions: tuple[Action | None, ...]

    def beside(self, other: Running) -> Running:
        """The same build where it was found twice: what only one of them knows, it knows."""
        return replace(
            self,
            nodes=tuple(dict.fromkeys((*other.nodes, *self.nodes))),
            timestamp=self.timestamp or other.timestamp,
            estimate=max(self.estimate, other.estimate),
            actions=(*other.actions, *self.actions),
        )


def _run(executor: Executor, nodes: tuple[str, ...]) -> Iterator[Running]:
    it = executor.current_executable
    if it is not None and (it.url or it.full_display_name):
        place = place_of(it.url)
        yield Running(
            key=it.url or it.full_display_name,
            name=it.full_display_name,
            place=place,
            nodes=nodes,
            timestamp=it.timestamp,
            estimate=it.estimated_duration,
            actions=it.actions,
        )
