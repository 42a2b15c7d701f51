"""What is put into the stand-in: people, jobs, builds of long ago, nodes."""

from __future__ import annotations

import time
from collections.abc import Iterable
from typing import Any

from sandbox.jenkins.builds import Build
from sandbox.jenkins.items import Folder, Job
from sandbox.jenkins.nodes import Node
from sandbox.jenkins.parameters import Parameter
from sandbox.jenkins.pipeline import past
from sandbox.jenkins.users import OVERALL_READ, User
from sandbox.jenkins.world import World


class Setting:
    """A Jenkins before anybody asks it something."""

    def __init__(self) -> None:
        self._world = World()

    def add_user(self, name: str, full_name: str = "", *, overall_read: bool = True) -> str:
        """Register a user and return a new API token of theirs."""
        user = self._world.users.setdefault(name, User(name, full_name or name))
        if overall_read:
            user.permissions.setdefault("", set()).add(OVERALL_READ)
        return user.new_token()

    def revoke_tokens(self, name: str) -> None:
        """Revoke every API token of a user."""
        self._world.users[name].hashes.clear()

    def allow(self, name: str, scope: str, *permissions: str) -> None:
        """Give permissions on an item, on all that is in a folder, or ("") everywhere."""
        self._world.users[name].permissions.setdefault(scope, set()).update(permissions)

    def add_folder(self, full_name: str, **more: Any) -> Folder:
        """Register a folder; ``more`` as in :class:`~sandbox.jenkins.items.Folder`."""
        folder = Folder(full_name, **more)
        self._world.items.add(folder)
        return folder

    def add_job(self, full_name: str, parameters: Iterable[Parameter] = (), **more: Any) -> Job:
        """Register a job, its folder first; ``more`` as in :class:`~sandbox.jenkins.items.Job`."""
        job = Job(full_name, tuple(parameters), **more)
        self._world.items.add(job)
        return job

    def add_build(
        self,
        full_name: str,
        result: str = "SUCCESS",
        *,
        user: str = "somebody",
        ago: float = 3600.0,
        seconds: float = 60.0,
        **more: Any,
    ) -> Build:
        """Register a build that began ``ago`` seconds ago, and took some; with the job's tests.

        ``more`` as in :class:`~sandbox.jenkins.builds.Build`, such as ``parameters={…}``.
        """
        job = self.job(full_name)
        who = self._world.users.get(user, User(user, user.title()))
        more = {"parameters": {}, **more}
        build = Build(job, job.next_number, 0, who, started=time.time() - ago, **more)
        build.console.write(job.log)
        build.tests, build.artifacts = job.tests, job.artifacts
        build.stages = past(job.stages, result, build.started, seconds)
        build.end(result, build.started + seconds)
        job.add(build)
        return build

    def add_node(self, name: str, **more: Any) -> Node:
        """Register a node; ``more`` as in :class:`~sandbox.jenkins.nodes.Node`."""
        node = Node(name, **more)
        self._world.nodes.add(node)
        return node

    @property
    def built_in(self) -> Node:
        """The node that is always there."""
        return self._world.nodes.built_in

    def need_artifacts_permission(self) -> None:
        """Let downloads need Run/Artifacts, as ``-Dhudson.security.ArtifactsPermission`` does."""
        self._world.artifacts_permission = True

    def job(self, full_name: str) -> Job:
        """A job, to be changed as on its page."""
        return self._world.job(full_name)

    def builds(self, full_name: str) -> list[Build]:
        """The builds of a job, oldest first, with who started them."""
        return list(self.job(full_name).builds)
