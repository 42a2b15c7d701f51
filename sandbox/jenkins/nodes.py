"""The machines that build, and their executors."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from sandbox.jenkins.builds import Build
from sandbox.jenkins.items import Job

BUILT_IN: Final = "Built-In Node"


@dataclass(eq=False)
class Node:
    """A machine. ``executors`` of it may build at once; a pipeline itself needs none of them.

    ``reason``: why it is offline. ``temporarily``: somebody has taken it away.
    """

    name: str
    executors: int = 2
    offline: bool = False
    temporarily: bool = False
    reason: str = ""
    busy: list[Build] = field(default_factory=list)
    one_off: list[Build] = field(default_factory=list)

    @property
    def free(self) -> bool:
        """Whether it takes another build."""
        return not self.offline and len(self.busy) < self.executors


class Nodes:
    """The built-in node, and the others by name."""

    def __init__(self) -> None:
        self.built_in = Node(BUILT_IN, executors=16)
        self._named: dict[str, Node] = {BUILT_IN: self.built_in}

    def __iter__(self) -> Iterator[Node]:
        return iter(self._named.values())

    def add(self, node: Node) -> None:
        """Take one in."""
        self._named[node.name] = node

    def find(self, name: str) -> Node | None:
        """The node of this name."""
        return self._named.get(name)

    def place_for(self, job: Job) -> Node | None:
        """A node with a free executor for a job."""
        return next((node for node in self._for(job) if node.free), None)

    def why_not(self, job: Job) -> tuple[str, bool]:
        """Jenkins' words for why a job waits for a node, and whether that is hopeless."""
        if not job.on:
            return "Waiting for next available executor", False
        node = self.find(job.on)
        if node is None:
            return f"There are no nodes with the label ‘{job.on}’", True
        if node.offline:
            return f"‘{job.on}’ is offline", True
        return f"Waiting for next available executor on ‘{job.on}’", False

    def _for(self, job: Job) -> Iterator[Node]:
        return (node for node in self if job.on in ("", node.name))
