"""Jobs and folders, and where they stand."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import quote

from sandbox.jenkins.builds import Build
from sandbox.jenkins.parameters import Parameter
from sandbox.jenkins.pipeline import Stage
from sandbox.jenkins.reports import Case
from sandbox.jenkins.users import READ, User

FREESTYLE: Final = "hudson.model.FreeStyleProject"
PIPELINE: Final = "org.jenkinsci.plugins.workflow.job.WorkflowJob"
FOLDER: Final = "com.cloudbees.hudson.plugins.folder.Folder"
MULTIBRANCH: Final = "org.jenkinsci.plugins.workflow.multibranch.WorkflowMultiBranchProject"

Test = Callable[[Build], bool]
PERMALINKS: Final[Mapping[str, Test]] = {
    "lastBuild": lambda _: True,
    "lastCompletedBuild": lambda build: build.ended is not None,
    "lastFailedBuild": lambda build: build.ended is not None and build.result == "FAILURE",
    "lastStableBuild": lambda build: build.ended is not None and build.result == "SUCCESS",
    "lastSuccessfulBuild": lambda build: (
        build.ended is not None and build.result in ("SUCCESS", "UNSTABLE")
    ),
    "lastUnstableBuild": lambda build: build.ended is not None and build.result == "UNSTABLE",
    "lastUnsuccessfulBuild": lambda build: build.ended is not None and build.result != "SUCCESS",
}
"""Names that stand for the newest build of some kind."""


@dataclass(eq=False)
class Job:
    """Something that can be built. ``result`` is how its builds end, after ``seconds`` (None: when
    they are let), having printed ``log`` line by line, with these ``tests`` and ``artifacts``.

    With ``stages`` it is a pipeline, and they say how long it takes; a ``declarative`` one shows
    those after a failed stage as failed, too. ``estimate`` (seconds) overrides what earlier builds
    say, ``color`` what the last one says. ``refused``: a plugin vetoes its builds in the queue.
    ``on``: the only node that it runs on. ``lingers``: seconds for which a stopped build runs on.
    """

    full_name: str
    parameters: tuple[Parameter, ...] = ()
    description: str = ""
    disabled: bool = False
    refused: bool = False
    concurrent: bool = False
    seconds: float | None = 0.05
    result: str = "SUCCESS"
    kind: str = ""
    color: str = ""
    log: str = ""
    estimate: float | None = None
    stages: Sequence[Stage] = ()
    declarative: bool = False
    tests: Sequence[Case] = ()
    artifacts: Mapping[str, bytes] = field(default_factory=dict)
    on: str = ""
    lingers: float = 0.0
    next_number: int = 1
    builds: list[Build] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.kind = self.kind or (PIPELINE if self.stages else FREESTYLE)

    @property
    def pipeline(self) -> bool:
        """Whether it has stages, and runs beside the executors."""
        return self.kind == PIPELINE

    @property
    def running(self) -> Build | None:
        """The newest build that is under way, if any."""
        return next((build for build in reversed(self.builds) if build.ended is None), None)

    @property
    def estimated(self) -> float:
        """Seconds that a build takes: as the last good ones did, else the failed ones; else -1."""
        if self.estimate is not None:
            return self.estimate
        ended = [build for build in self.builds[-6:] if build.ended is not None]
        good = [build for build in ended if build.result in ("SUCCESS", "UNSTABLE")]
        bad = [build for build in ended if build.result == "FAILURE"]
        used = (bad + good)[-3:]
        took = sum((build.ended or build.started) - build.started for build in used)
        return took / len(used) if took else -1.0

    def newest(self, wanted: Test) -> Build | None:
        """The newest build of some kind."""
        return next(filter(wanted, reversed(self.builds)), None)

    def build(self, name: str) -> Build | None:
        """The build of this number or permalink."""
        if name in PERMALINKS:
            return self.newest(PERMALINKS[name])
        return self.newest(lambda build: str(build.number) == name)

    def add(self, build: Build) -> None:
        """Take a new build in."""
        self.builds.append(build)
        self.next_number = build.number + 1


@dataclass(eq=False)
class Folder:
    """Something that holds jobs and folders."""

    full_name: str
    description: str = ""
    kind: str = FOLDER


Item = Job | Folder


class Items:
    """All jobs and folders. Jenkins finds them in upper and lower case."""

    def __init__(self) -> None:
        self._named: dict[str, Item] = {}
        self._inside: dict[str, list[Item]] = {"": []}
        self._sorted: set[str] = set()

    def __iter__(self) -> Iterator[Item]:
        return iter(self._named.values())

    def add(self, item: Item) -> None:
        """Take an item in; one of the same name is replaced.

        Raises:
            ValueError: there is no folder for it.
        """
        parent = parent_of(item.full_name)
        if parent not in self._inside:
            raise ValueError(f"no folder {parent}")
        old = self.find(item.full_name)
        if old is not None:
            self._inside[parent].remove(old)
        self._named[_folded(item.full_name)] = item
        self._inside[parent].append(item)
        self._sorted.discard(parent)
        if isinstance(item, Folder):
            self._inside.setdefault(item.full_name, [])

    def find(self, full_name: str) -> Item | None:
        """The item of this full name, in any case."""
        return self._named.get(_folded(full_name))

    def seen_in(self, folder: str, user: User) -> list[Item]:
        """What ``user`` sees in a folder, sorted."""
        items = self._inside[folder]
        if folder not in self._sorted:
            items.sort(key=lambda item: item.full_name.casefold())
            self._sorted.add(folder)
        if user.may(READ, folder):
            return items
        return [item for item in items if user.may(READ, item.full_name)]


def path_of(full_name: str) -> str:
    """``job/team/job/deploy/``: where an item stands under the root; "" for the root."""
    return "".join(f"job/{quote(name, safe='')}/" for name in full_name.split("/") if name)


def parent_of(full_name: str) -> str:
    """The folder that an item is in; "" for the root."""
    return full_name.rpartition("/")[0]


def _folded(name: str) -> str:
    """As Java's ``CASE_INSENSITIVE_ORDER`` sees it, for which a dotless i is an i, too."""
    return name.lower() if name.isascii() else "".join(char.upper().lower() for char in name)
