"""What a pipeline is made of: stages, and questions to people (the step ``input``)."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from sandbox.jenkins.parameters import Parameter

STATUS: Final = {
    "SUCCESS": "SUCCESS",
    "UNSTABLE": "UNSTABLE",
    "FAILURE": "FAILED",
    "NOT_BUILT": "NOT_EXECUTED",
    "ABORTED": "ABORTED",
}
"""The stage view's words for results."""


@dataclass(frozen=True)
class Ask:
    """A step ``input``: the pipeline waits until somebody proceeds or aborts.

    ``submitter``: the user ids, with commas, that may; "" is everybody who may build. As the plugin
    does, an ``id`` begins with a capital, and is made of the message where there is none.
    """

    message: str
    id: str = ""
    ok: str = "Proceed"
    submitter: str = ""
    parameters: tuple[Parameter, ...] = ()

    @property
    def name(self) -> str:
        """Its id in addresses."""
        name = self.id or hashlib.md5(self.message.encode()).hexdigest()
        return name[0].upper() + name[1:]

    def expects(self, user_id: str) -> bool:
        """Whether ``user_id`` is among the submitters."""
        names = (name.strip().casefold() for name in self.submitter.split(","))
        return user_id.casefold() in names


@dataclass(frozen=True)
class Stage:
    """A stage as the pipeline's script has it; it may ask before it works.

    ``seconds``: as a job's (None: until it is let). A ``result`` of FAILURE ends the build, with
    ``error``; UNSTABLE does not.
    """

    name: str
    seconds: float | None = 0.02
    asks: Ask | None = None
    result: str = "SUCCESS"
    error: str = "script returned exit code 1"
    log: str = ""


@dataclass
class StageRun:
    """A stage of one build that was reached. ``status`` is the stage view's word."""

    stage: Stage
    status: str = "IN_PROGRESS"
    started: float = 0.0
    ended: float | None = None
    paused: float = 0.0

    def __post_init__(self) -> None:
        self.started = self.started or time.time()

    def end(self, status: str) -> None:
        """It is over."""
        self.status, self.ended = status, time.time()

    @property
    def seconds(self) -> float:
        """How long it took, or has taken so far."""
        return (self.ended or time.time()) - self.started


def past(stages: Sequence[Stage], result: str, started: float, seconds: float) -> list[StageRun]:
    """The stages of a build of long ago; where it did not succeed, that was the last one."""
    each = seconds / len(stages) if stages else 0.0
    times = [started + n * each for n in range(len(stages))]
    pairs = zip(stages, times, strict=True)
    found = [StageRun(stage, "SUCCESS", began, began + each) for stage, began in pairs]
    for last in found[-1:]:
        last.status = STATUS[result]
    return found
