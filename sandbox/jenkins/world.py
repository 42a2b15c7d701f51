"""What a Jenkins holds: users, items, nodes, a queue."""

from __future__ import annotations

from sandbox.jenkins.items import Items, Job
from sandbox.jenkins.nodes import Nodes
from sandbox.jenkins.queue import Queue
from sandbox.jenkins.users import User


class World:
    """All of it. ``root`` is Jenkins' own address, with a slash at the end.

    ``artifacts_permission``: downloads need a permission of their own, as with
    ``-Dhudson.security.ArtifactsPermission=true``; without, Read is enough.
    """

    def __init__(self) -> None:
        self.users: dict[str, User] = {}
        self.items = Items()
        self.nodes = Nodes()
        self.queue = Queue(self.nodes)
        self.root = ""
        self.artifacts_permission = False

    def job(self, full_name: str) -> Job:
        """The job of this name."""
        item = self.items.find(full_name)
        if not isinstance(item, Job):
            raise TypeError(f"{full_name} is no job")
        return item
