"""Jobs and folders."""

from __future__ import annotations

from functools import partial
from typing import Any

from sandbox.jenkins.beans import parameters
from sandbox.jenkins.beans.builds import build
from sandbox.jenkins.beans.queue import queue_item
from sandbox.jenkins.items import PERMALINKS, Folder, Item, Job, path_of
from sandbox.jenkins.users import User
from sandbox.jenkins.world import World

Bean = dict[str, Any]

COLORS = {
    "SUCCESS": "blue",
    "FAILURE": "red",
    "UNSTABLE": "yellow",
    "ABORTED": "aborted",
    "NOT_BUILT": "notbuilt",
}


class ItemBeans:
    """Items as ``user`` sees them."""

    def __init__(self, world: World, user: User) -> None:
        self._world, self._user = world, user

    def root(self) -> Bean:
        """Jenkins itself."""
        return {
            "_class": "hudson.model.Hudson",
            "jobs": partial(self._inside, ""),
            "mode": "NORMAL",
            "nodeDescription": "the Jenkins controller's built-in node",
            "numExecutors": self._world.nodes.built_in.executors,
            "quietingDown": False,
            "url": self._world.root,
        }

    def item(self, item: Item) -> Bean:
        """A job, or a folder with all that is in it."""
        name = item.full_name.rpartition("/")[2]
        bean: Bean = {
            "_class": item.kind,
            "name": name,
            "displayName": name,
            "fullName": item.full_name,
            "fullDisplayName": item.full_name.replace("/", " » "),
            "description": item.description or None,
            "url": partial(self._url, item),
        }
        if isinstance(item, Folder):
            return {**bean, "jobs": partial(self._inside, item.full_name), "healthReport": []}
        return {**bean, **self._job(item)}

    def _inside(self, folder: str) -> list[partial[Bean]]:
        seen = self._world.items.seen_in(folder, self._user)
        return [partial(self.item, item) for item in seen]

    def _url(self, item: Item) -> str:
        return self._world.root + path_of(item.full_name)

    def _job(self, job: Job) -> Bean:
        links = {name: partial(self._newest, job, name) for name in PERMALINKS}
        return {
            "actions": [{}],
            "allBuilds": partial(self._builds, job),
            "buildable": not job.disabled,
            "builds": partial(self._builds, job, 100),
            "color": partial(color_of, job),
            "concurrentBuild": job.concurrent,
            "disabled": job.disabled,
            "firstBuild": partial(self._first, job),
            "healthReport": partial(_health, job),
            "inQueue": lambda: self._world.queue.of(job) is not None,
            "keepDependencies": False,
            **links,
            "nextBuildNumber": job.next_number,
            "property": partial(_properties, job),
            "queueItem": partial(self._queued, job),
        }

    def _builds(self, job: Job, most: int | None = None) -> list[partial[Bean]]:
        return [partial(build, run, self._world.root) for run in job.builds[::-1][:most]]

    def _newest(self, job: Job, name: str) -> Bean | None:
        run = job.newest(PERMALINKS[name])
        return None if run is None else build(run, self._world.root)

    def _first(self, job: Job) -> Bean | None:
        return build(job.builds[0], self._world.root) if job.builds else None

    def _queued(self, job: Job) -> Bean | None:
        item = self._world.queue.of(job)
        return None if item is None else queue_item(self._world, item)


def color_of(job: Job) -> str:
    """The ball: how the last finished build ended, ``_anime`` while one is running."""
    ended = job.newest(PERMALINKS["lastCompletedBuild"])
    known = COLORS[ended.result] if ended is not None and ended.result else "notbuilt"
    color = "disabled" if job.disabled else job.color or known
    return f"{color}_anime" if job.running else color


def _properties(job: Job) -> list[Bean]:
    if not job.parameters:
        return []
    definitions = [parameters.definition(parameter) for parameter in job.parameters]
    kind = "hudson.model.ParametersDefinitionProperty"
    return [{"_class": kind, "parameterDefinitions": definitions}]


def _health(job: Job) -> list[Bean]:
    ended = [run.result for run in job.builds if run.ended is not None]
    if not ended:
        return []
    failed = sum(result == "FAILURE" for result in ended[-5:])
    stable = f"{failed} out of the last {len(ended[-5:])} builds failed."
    description = f"Build stability: {stable if failed else 'No recent builds failed.'}"
    return [{"description": description, "score": 100 - 20 * failed}]
