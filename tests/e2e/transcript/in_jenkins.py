"""What Jenkins has, what goes on there, and what can be seen of it."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any, Final

from sandbox.jenkins import boolean, choice, password, string
from sandbox.jenkins.pipeline import Ask
from sandbox.jenkins.pipeline import Stage as StageOf
from sandbox.jenkins.reports import Case
from tests.e2e.steps import new_token
from tests.e2e.transcript.stage import Stage

_STAGE: Final = r'(\w[\w ]*?)(?: \(asking "([^"]*)"\))?(?:, | and |$)'


# what there is ------------------------------------------------------------------------------
async def _token(stage: Stage, account: str, name: str) -> None:
    stage.known[name] = new_token(stage, account).partition(":")[2]


async def _job(stage: Stage, name: str, parameters: str) -> None:
    parts = re.findall(r"(\w+) \(([^)]*)\)", parameters)
    stage.jenkins.add_job(name, [_parameter(*part) for part in parts])


def _parameter(name: str, words: str) -> Any:
    """``text``, ``password``, ``yes or no``, ``dev or prod``, or a default; "…; no default"."""
    kind, _, _ = words.partition("; no default")
    choices = re.split(r", | or ", kind)
    if kind == "yes or no":
        made = boolean(name)
    elif kind in ("text", "password"):
        made = string(name) if kind == "text" else password(name)
    else:
        made = choice(name, *choices) if len(choices) > 1 else string(name, kind)
    return replace(made, default=None) if words.endswith("; no default") else made


async def _pipeline(stage: Stage, name: str, stages: str) -> None:
    """``Build, Deploy (asking "Now?") and Tidy up``."""
    made = []
    for title, _, question in re.findall(
        r'(\w[\w ]*?)( \(asking "([^"]*)"\))?(?:, | and |$)', stages
    ):
        made.append(StageOf(title, seconds=None, asks=Ask(question) if question else None))
    stage.jenkins.add_job(name, stages=made)


async def _folder(stage: Stage, name: str) -> None:
    stage.jenkins.add_folder(name)


async def _last_build(stage: Stage, job: str, how: str) -> None:
    stage.jenkins.job(job).color = {"passed": "blue", "failed": "red", "runs": "blue_anime"}[how]


async def _many(stage: Stage, count: str, first: str, last: str) -> None:
    """``from step-01 to step-60``: numbered names."""
    name, width = first.rstrip("0123456789"), len(last) - len(first.rstrip("0123456789"))
    for number in range(1, int(count) + 1):
        stage.jenkins.add_job(f"{name}{number:0{width}}")


async def _long_names(stage: Stage, folder: str, count: str) -> None:
    for number in range(1, int(count) + 1):
        stage.jenkins.add_job(f"{folder}/{number:02} {'with a name that goes on and on ' * 28}")


async def _lasts(stage: Stage, job: str) -> None:
    stage.jenkins.job(job).seconds = None


async def _usually(stage: Stage, job: str, seconds: str) -> None:
    stage.jenkins.job(job).estimate = float(seconds)


async def _fails(stage: Stage, job: str, log: str) -> None:
    found = stage.jenkins.job(job)
    found.result, found.log = "FAILURE", "\n".join(log.split(" / ")) + "\n"


async def _archives(stage: Stage, job: str, name: str, text: str) -> None:
    found = stage.jenkins.job(job)
    found.artifacts = {**found.artifacts, name: f"{text}\n".encode()}


async def _tests(stage: Stage, job: str, passed: str, name: str, details: str) -> None:
    good = [Case(f"works{number}") for number in range(int(passed))]
    stage.jenkins.job(job).tests = [*good, Case(name, "FAILED", details)]


# what happens -------------------------------------------------------------------------------
async def _busy(stage: Stage, state: str) -> None:
    await stage.jenkins.hold(state == "busy")


async def _has_begun(stage: Stage, job: str, number: str, seconds: str) -> None:
    build = await stage.jenkins.started(job, int(number))
    build.started -= float(seconds)


async def _prints(stage: Stage, job: str, text: str) -> None:
    stage.jenkins.log(job, f"{text}\n")


async def _goes_on(stage: Stage, job: str, name: str) -> None:
    stage.jenkins.next_stage(job)
    await stage.jenkins.reached(job, name)


async def _reaches(stage: Stage, job: str, name: str) -> None:
    await stage.jenkins.reached(job, name)


async def _ends(stage: Stage, job: str, result: str) -> None:
    await stage.jenkins.finish(job, result)


async def _revokes(stage: Stage, account: str) -> None:
    stage.jenkins.revoke_tokens(account)


# what can be seen ---------------------------------------------------------------------------
async def _built(stage: Stage, job: str, number: str, account: str, parameters: str) -> None:
    await stage.jenkins.idle()
    builds = stage.jenkins.builds(job)
    assert len(builds) >= int(number), f"{job} has been built {len(builds)} times"
    build = builds[int(number) - 1]
    assert build.user.id == account, f"{job} #{number} was started by {build.user.id}"
    given = " and ".join(f"{name}={value}" for name, value in build.parameters.items())
    assert parameters in ("", given), f"{job} #{number} was given {given}"


async def _built_once(stage: Stage, job: str) -> None:
    await stage.jenkins.idle()
    assert len(stage.jenkins.builds(job)) == 1, f"{job} has been built more often, or never"


async def _never_built(stage: Stage, job: str) -> None:
    await stage.jenkins.idle()
    assert not stage.jenkins.builds(job), f"{job} has been built"


async def _log_has(stage: Stage, job: str, number: str, text: str) -> None:
    log = stage.jenkins.builds(job)[int(number) - 1].log
    assert text in log, f"the log of {job} #{number} is {log}"


DIRECTIONS: Final = {
    r"Jenkins has made (\w+) the API token \{(\w+)\}": _token,
    r"Jenkins has the job (.+?)(?:, which takes (.+))?": _job,
    r"Jenkins has the pipeline (.+?) with the stages (.+)": _pipeline,
    r"Jenkins has the folder (.+)": _folder,
    r"The last build of (.+) (passed|failed|runs)": _last_build,
    r"Jenkins has (\d+) jobs, from (\S+) to (\S+)": _many,
    r"Jenkins has in (\S+) (\d+) jobs with very long names": _long_names,
    r"Builds of (.+) go on until they are let end": _lasts,
    r"Builds of (.+) usually take (\d+) seconds": _usually,
    r"Builds of (.+) fail, and print: (.+)": _fails,
    r"Builds of (.+) archive (\S+), which says: (.+)": _archives,
    r"Builds of (.+) pass (\d+) tests, and fail (\w+): (.+)": _tests,
    r"Jenkins is (busy|free again)": _busy,
    r"(.+) #(\d+) has run for (\d+) seconds": _has_begun,
    r"(.+) prints: (.+)": _prints,
    r"(.+) goes on to its stage (.+)": _goes_on,
    r"(.+) comes to its stage (.+)": _reaches,
    r"(.+) ends with (\w+)": _ends,
    r"In Jenkins (\w+) revokes all API tokens": _revokes,
    r"Jenkins has built (.+) #(\d+) as (\w+)(?:, with (.+))?": _built,
    r"Jenkins has built (.+) only once": _built_once,
    r"Jenkins has not built (.+)": _never_built,
    r"The log of (.+) #(\d+) has: (.+)": _log_has,
}
