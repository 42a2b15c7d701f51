"""The nodes, and what their executors do."""

from __future__ import annotations

import time
from functools import partial
from typing import Any

from sandbox.jenkins.beans import builds
from sandbox.jenkins.builds import Build
from sandbox.jenkins.nodes import Node
from sandbox.jenkins.users import READ, User
from sandbox.jenkins.world import World

Bean = dict[str, Any]
_PART = (
    "org.jenkinsci.plugins.workflow.support.steps."
    "ExecutorStepExecution$PlaceholderTask$PlaceholderExecutable"
)


def computers(world: World, user: User) -> Bean:
    """All nodes; of what they build only what ``user`` may read."""
    online = [node for node in world.nodes if not node.offline]
    return {
        "_class": "hudson.model.ComputerSet",
        "busyExecutors": sum(len(node.busy) for node in online),
        "computer": [partial(_computer, world, user, node) for node in world.nodes],
        "displayName": "Nodes",
        "totalExecutors": sum(node.executors for node in online),
    }


def _computer(world: World, user: User, node: Node) -> Bean:
    built_in = node is world.nodes.built_in
    see = partial(_executor, world, user)
    idle = [None] * (node.executors - len(node.busy))
    return {
        "_class": "hudson.model.Hudson$MasterComputer"
        if built_in
        else "hudson.slaves.SlaveComputer",
        "displayName": node.name,
        "executors": lambda: [see(n, run) for n, run in enumerate((*node.busy, *idle))],
        "idle": not (node.busy or node.one_off),
        "numExecutors": node.executors,
        "offline": node.offline,
        "offlineCauseReason": node.reason if node.offline else "",
        "oneOffExecutors": lambda: [see(-1, run) for run in node.one_off],
        "temporarilyOffline": node.temporarily,
    }


def _executor(world: World, user: User, number: int, run: Build | None) -> Bean:
    bean: Bean = {
        "currentExecutable": None,
        "idle": run is None,
        "likelyStuck": False,
        "number": number,
        "progress": -1,
    }
    if run is None:
        return bean
    estimated = builds.estimated(run.job)
    if estimated > 0:
        bean["progress"] = min(99, int((time.time() - run.started) * 100_000 / estimated))
    if user.may(READ, run.job.full_name):
        part = run.job.pipeline and number >= 0
        bean["currentExecutable"] = (_part if part else builds.build)(run, world.root)
    return bean


def _part(run: Build, root: str) -> Bean:
    """What an executor does for a pipeline, whose build is elsewhere."""
    name = f"part of {run.name}"
    return {
        "_class": _PART,
        "displayName": name,
        "estimatedDuration": builds.estimated(run.job),
        "fullDisplayName": name,
        "number": run.number,
        "timestamp": int(run.started * 1000),
        "url": builds.url(run, root),
    }
