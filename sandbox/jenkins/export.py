"""What Jenkins says of its things under ``api/json``; times are milliseconds."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from sandbox.jenkins.world import Build, Folder, Item, Job, Parameter, QueueItem, User, path_of

Json = dict[str, Any]
Children = Callable[[str], Sequence[Item]]
"""What somebody sees in the folder of this full name."""

SHALLOW = "*[*[*[*]]],jobs[name,url,color],builds[number,url],lastBuild[number,url]"
"""What is shown without a ``tree=``, as a query."""

COLORS = {"SUCCESS": "blue", "FAILURE": "red", "UNSTABLE": "yellow", "ABORTED": "aborted"}


class Exporter:
    """Makes the beans; ``root`` is Jenkins' own address, with a slash at the end."""

    def __init__(self, root: str) -> None:
        self._root = root

    def root(self, children: Children) -> Json:
        """Jenkins itself."""
        return {
            "_class": "hudson.model.Hudson",
            "jobs": [self.item(child, children) for child in children("")],
            "mode": "NORMAL",
            "nodeDescription": "the Jenkins controller's built-in node",
            "quietingDown": False,
            "url": self._root,
        }

    def item(self, item: Item, children: Children) -> Json:
        """A job, or a folder with all that is in it."""
        bean: Json = {
            "_class": item.kind,
            "name": item.full_name.rpartition("/")[2],
            "displayName": item.full_name.rpartition("/")[2],
            "fullName": item.full_name,
            "fullDisplayName": item.full_name.replace("/", " » "),
            "description": item.description or None,
            "url": self.url(item),
        }
        if isinstance(item, Folder):
            jobs = [self.item(child, children) for child in children(item.full_name)]
            return {**bean, "jobs": jobs, "healthReport": []}
        return {**bean, **self._job(item)}

    def _job(self, job: Job) -> Json:
        definitions: Json = {
            "_class": "hudson.model.ParametersDefinitionProperty",
            "parameterDefinitions": [_definition(parameter) for parameter in job.parameters],
        }
        builds = [self.build(build) for build in reversed(job.builds)]
        return {
            "actions": [{}],
            "buildable": not job.disabled,
            "color": color_of(job),
            "builds": builds,
            "lastBuild": builds[0] if builds else None,
            "nextBuildNumber": len(job.builds) + 1,
            "inQueue": False,
            "healthReport": _health(job),
            "property": [definitions] if job.parameters else [],
        }

    def build(self, build: Build) -> Json:
        """A build, with the cause that names its user."""
        took = (build.ended or build.started) - build.started
        return {
            "_class": "hudson.model.FreeStyleBuild",
            "actions": _actions(build),
            "artifacts": [],
            "building": build.result is None,
            "inProgress": build.result is None,
            "description": None,
            "displayName": f"#{build.number}",
            "duration": int(took * 1000),
            "estimatedDuration": int((build.job.seconds or 0) * 1000),
            "fullDisplayName": f"{build.job.full_name.replace('/', ' » ')} #{build.number}",
            "number": build.number,
            "queueId": build.queue_id,
            "result": build.result,
            "timestamp": int(build.started * 1000),
            "url": f"{self.url(build.job)}{build.number}/",
        }

    def queue_item(self, item: QueueItem, state: str, why: str | None) -> Json:
        """A queue item; ``state`` is WaitingItem, BlockedItem, BuildableItem or LeftItem."""
        bean: Json = {
            "_class": f"hudson.model.Queue${state}",
            "actions": _actions(item),
            "blocked": state == "BlockedItem",
            "buildable": state == "BuildableItem",
            "stuck": False,
            "id": item.id,
            "inQueueSince": int(item.since * 1000),
            "params": "".join(f"\n{name}={value}" for name, value in _shown(item)),
            "task": {
                "_class": item.job.kind,
                "name": item.job.full_name.rpartition("/")[2],
                "url": self.url(item.job),
                "color": color_of(item.job),
            },
            "url": f"queue/item/{item.id}/",
            "why": why,
        }
        if state == "LeftItem":
            bean["cancelled"] = item.cancelled
            bean["executable"] = item.build and {
                "_class": "hudson.model.FreeStyleBuild",
                "number": item.build.number,
                "url": f"{self.url(item.job)}{item.build.number}/",
            }
        return bean

    def user(self, user: User) -> Json:
        """The signed-in user."""
        return {
            "_class": "hudson.model.User",
            "absoluteUrl": f"{self._root}user/{user.id}",
            "description": None,
            "fullName": user.full_name,
            "id": user.id,
            "property": [],
        }

    def url(self, item: Item) -> str:
        """Where an item stands."""
        return self._root + path_of(item.full_name)


def color_of(job: Job) -> str:
    """The ball: how the last finished build ended, ``_anime`` while one is running."""
    if job.disabled:
        return "disabled"
    ended = [build.result for build in job.builds if build.result]
    color = job.color or (COLORS[ended[-1]] if ended else "notbuilt")
    return f"{color}_anime" if job.running else color


def _definition(parameter: Parameter) -> Json:
    value = "String" if parameter.type == "Choice" else parameter.type
    bean: Json = {
        "_class": f"hudson.model.{parameter.type}ParameterDefinition",
        "defaultParameterValue": None,
        "description": parameter.description,
        "name": parameter.name,
        "type": f"{parameter.type}ParameterDefinition",
    }
    if parameter.default is not None:
        default: Json = {"_class": f"hudson.model.{value}ParameterValue", "name": parameter.name}
        if parameter.type != "Password":
            default["value"] = parameter.default
        bean["defaultParameterValue"] = default
    if parameter.type == "Choice":
        bean["choices"] = list(parameter.choices)
    return bean


def _actions(run: Build | QueueItem) -> list[Json]:
    cause = {
        "_class": "hudson.model.Cause$UserIdCause",
        "shortDescription": f"Started by user {run.user.full_name}",
        "userId": run.user.id,
        "userName": run.user.full_name,
    }
    actions: list[Json] = [{"_class": "hudson.model.CauseAction", "causes": [cause]}]
    if run.parameters:
        values = [{"name": name, "value": value} for name, value in _shown(run)]
        actions.append({"_class": "hudson.model.ParametersAction", "parameters": values})
    return actions


def _shown(run: Build | QueueItem) -> list[tuple[str, str | bool]]:
    hidden = {parameter.name for parameter in run.job.parameters if parameter.type == "Password"}
    return [(n, "****" if n in hidden else value) for n, value in run.parameters.items()]


def _health(job: Job) -> list[Json]:
    ended = [build.result for build in job.builds if build.result]
    if not ended:
        return []
    failed = sum(result == "FAILURE" for result in ended[-5:])
    stable = f"{failed} out of the last {len(ended[-5:])} builds failed."
    description = f"Build stability: {stable if failed else 'No recent builds failed.'}"
    return [{"description": description, "score": 100 - 20 * failed}]
