"""What came of builds: their tests, what they archived, and how the last ones went."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Final, Self, TypeVar

from bot.errors import NotFound, UserError
from bot.plugin import Call, Question, Ready, command
from bot.reply import Reply
from bot.services.jenkins import result_replies as replies
from bot.services.jenkins.api import JenkinsApi
from bot.services.jenkins.archive import (
    ARTIFACTS,
    ArchivedBuild,
    ArchivedJob,
    ArtifactName,
    typed_artifact,
)
from bot.services.jenkins.beans import Bean, Build, Many
from bot.services.jenkins.fetching import fetch
from bot.services.jenkins.finding import Answers, Found, arguments, find, prepare_job
from bot.services.jenkins.names import FolderPath, JobPath, Page
from bot.services.jenkins.numbers import BuildNumber, BuiltJob
from bot.services.jenkins.reports import COUNTS, FAILURES, PAGE, Report, TestedBuild

B = TypeVar("B", bound=Bean)

_BUILDS: Final = "number,result,building,timestamp,duration,actions[causes[shortDescription]]"
_PAGES: Final = 10  # Jenkins gives the last hundred builds
_WORDS: Final = 2  # behind a job's name, that may be those of an artifact


class Builds(Bean):
    """Some builds of a job, newest first."""

    builds: Many[Build]


@dataclass(frozen=True, slots=True)
class PagedJob(JobPath):
    """a job's name, with its folders (folder/job).

    Raises:
        UserError: as for any other job.
    """

    @classmethod
    def take(cls, text: str) -> tuple[Self, str]:
        """Read a name; ``page N`` at the end is left."""
        folder, rest = FolderPath.take(text)
        return cls(folder.name), rest


@command("tests", examples=("tests deploy-prod", "tests deploy-prod 12"), prepare=prepare_job)
async def show_tests(
    call: Call[JenkinsApi],
    job: BuiltJob,
    number: BuildNumber = BuildNumber(),
) -> Reply:
    """Show what the tests of a build said, and which failed; without a number, of the last one."""
    api = call.api
    build = await _read(api, TestedBuild, job, number, COUNTS)
    counts = build.counts
    if counts is None:
        return replies.untested(api.site, job, build)
    if not counts.fail_count:
        return replies.tested(api.site, job, build, counts, ())
    path = f"{job.item}/{build.number}/{PAGE}"
    report = await api.read(Report, path, FAILURES, f"test report of {job} #{build.number}")
    return replies.tested(api.site, job, build, counts, report.failed)


async def _prepare_artifacts(
    call: Call[JenkinsApi], answers: Answers, *, job: ArchivedJob, **others: Any
) -> Ready | Question | Reply:
    """Look for the job; where there is none, its last words may be those of an artifact."""
    outcome: Ready | Question | Reply | NotFound
    try:
        outcome = await prepare_job(call, answers, job=job, **others)
    except NotFound as missing:
        outcome = missing
    if not others and not isinstance(outcome, Ready):
        outcome = await _divided(call.api, job.name.split()) or outcome
    if isinstance(outcome, NotFound):
        raise outcome
    return outcome


async def _divided(api: JenkinsApi, words: Sequence[str]) -> Ready | None:
    for cut in range(len(words) - 1, max(0, len(words) - 1 - _WORDS), -1):
        with suppress(NotFound, UserError):
            found = await find(api, ArchivedJob(" ".join(words[:cut])))
            if isinstance(found, Found) and found.sure:
                name = ArtifactName(" ".join(words[cut:]))
                return Ready(arguments(found, {"name": name}))
    return None


@command(
    "artifacts",
    examples=(
        "artifacts deploy-prod",
        "artifacts deploy-prod 12 report.pdf",
        "artifacts deploy-prod 12 3",
    ),
    prepare=_prepare_artifacts,
)
async def artifacts(
    call: Call[JenkinsApi],
    job: ArchivedJob,
    number: BuildNumber = BuildNumber(),
    name: ArtifactName = ArtifactName(),
) -> Reply:
    """List what a build has archived; with a name or number, send that as a file.

    Without the number of a build it is the last one.
    """
    api = call.api
    build = await _read(api, ArchivedBuild, job, number, ARTIFACTS)
    if not name.text or not build.artifacts:
        return replies.archived(api.site, job, build)
    one = name.of(build.artifacts, typed_artifact(job, build.number))
    path = f"{job.item}/{build.number}/artifact/{one.path}"
    data = await api.ask(lambda client: fetch(client, path), f"artifact of {job} #{build.number}")
    if isinstance(data, bytes):
        return replies.sent(api.site, job, build.number, one, data)
    return replies.kept(api.site, job, build.number, one, data)


@command("history", examples=("history deploy-prod", "history 3 page 2"), prepare=prepare_job)
async def history(
    call: Call[JenkinsApi],
    job: PagedJob,
    page: Page = Page(),
) -> Reply:
    """Show the last builds of a job: how they went, when, and who started them."""
    if page.number > _PAGES:
        raise UserError(f"There are {_PAGES} pages at most.", "Jenkins' own page has all builds.")
    first = (page.number - 1) * replies.BUILDS
    beyond = first + replies.BUILDS + 1  # one more than is shown, to know whether there is
    tree = f"builds[{_BUILDS}]{{{first},{beyond}}}"
    builds = (await call.api.read(Builds, job.item, tree, f"job '{job}'")).builds
    more = len(builds) > replies.BUILDS and page.number < _PAGES
    return replies.history(call.api.site, job, builds[: replies.BUILDS], page.number, more=more)


RESULTS: Final = (show_tests, artifacts, history)


async def _read(api: JenkinsApi, bean: type[B], job: JobPath, number: BuildNumber, tree: str) -> B:
    """What is known of a build, of the last one without a number.

    Raises:
        UserError: there is none at all.
        ServiceError: see :meth:`JenkinsApi.read`.
    """
    if number:
        what = f"build {job} #{number.number}"
        return await api.read(bean, f"{job.item}/{number.number}", tree, what)
    with suppress(NotFound):
        return await api.read(bean, f"{job.item}/lastBuild", tree, f"last build of {job}")
    raise UserError(f"{job} has never been built.")
