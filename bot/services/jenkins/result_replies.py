"""How what came of builds looks in an answer: tests, artifacts, history."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final
from urllib.parse import quote

from bot.prose import counted, short
from bot.reply import (
    Block,
    File,
    Inline,
    Line,
    Link,
    Mono,
    Reply,
    Strong,
    Table,
    Typed,
    bullets,
    line,
)
from bot.reply import numbered as numbered_list
from bot.services.jenkins.archive import ArchivedBuild, Artifact, Kept, typed_artifact
from bot.services.jenkins.beans import Build
from bot.services.jenkins.causes import starter
from bot.services.jenkins.names import JobPath
from bot.services.jenkins.numbers import typed
from bot.services.jenkins.reports import PAGE, Case, Counts, TestedBuild
from bot.services.jenkins.site import Site
from bot.services.jenkins.spans import size, span

FAILURES: Final = 20  # tests that are named in an answer; a file has the rest
ARTIFACTS: Final = 50  # files that are named in an answer
BUILDS: Final = 10  # on a page of the history

_NAME: Final = 200  # characters of a test's name, or an artifact's
_ERROR: Final = 300


def untested(site: Site, job: JobPath, build: TestedBuild) -> Reply:
    """There is no report."""
    link = site.build_link(job, build.number)
    if build.building:
        return Reply((line(link, " is still running, and has no test report yet."),), about=link)
    return Reply((line(link, " has no test report."),), about=link)


def tested(
    site: Site, job: JobPath, build: TestedBuild, counts: Counts, failed: Sequence[Case]
) -> Reply:
    """The counts, and what failed; with a file of all of it where it is much."""
    link = site.build_link(job, build.number, f"{PAGE}/")
    so_far = " It is still running." if build.building else ""
    blocks: list[Block] = [line(link, ": ", *_summary(counts), so_far)]
    if failed:
        blocks.append(bullets([_failure(case) for case in failed[:FAILURES]]))
    rest = len(failed) - FAILURES
    if rest <= 0:
        return Reply(tuple(blocks), about=link)
    blocks.append(line(f"{rest:,} more failed: the file has all of them."))
    title = f"{job} #{build.number}: {counted(len(failed), 'failed test')}"
    name = f"failed-tests-{_plain(job.name)}-{build.number}.txt"
    return Reply(tuple(blocks), about=link, file=File(name, _details(title, failed)))


def archived(site: Site, job: JobPath, build: ArchivedBuild) -> Reply:
    """The artifacts of a build, with the numbers that each can be had by."""
    link = site.build_link(job, build.number, "artifact/")
    so_far = " so far" if build.building else ""
    if not build.artifacts:
        return Reply((line(link, f" has no artifacts{so_far}."),), about=link)
    shown, rest = build.artifacts[:ARTIFACTS], len(build.artifacts) - ARTIFACTS
    count = counted(len(build.artifacts), "artifact")
    blocks: list[Block] = [
        line(link, f" has {count}{so_far}:"),
        numbered_list([line(Mono(short(artifact.relative_path, _NAME))) for artifact in shown]),
    ]
    if rest > 0:
        blocks.append(line(f"{rest:,} more can be had by name or number, too."))
    example = Typed(f"artifacts {typed_artifact(job, build.number, 1)}")
    blocks.append(line("To have one sent: ", example, ", or the end of its name."))
    return Reply(tuple(blocks), about=link)


def sent(site: Site, job: JobPath, number: int, artifact: Artifact, data: bytes) -> Reply:
    """One of them, as a file."""
    link = _artifact_link(site, job, number, artifact)
    caption = line(link, f" of {job} #{number}, {size(len(data))}.")
    file = File(_plain(artifact.name), data, artifact.mimetype)
    return Reply((caption,), about=link, file=file)


def kept(site: Site, job: JobPath, number: int, artifact: Artifact, why: Kept) -> Reply:
    """One that is not sent, and where it is."""
    link = _artifact_link(site, job, number, artifact)
    return Reply((line(f"It is {why.value}, so here is only the link: ", link),), about=link)


def history(site: Site, job: JobPath, builds: Sequence[Build], page: int, *, more: bool) -> Reply:
    """One page of the builds of a job, newest first."""
    about = site.link(job)
    if not builds:
        said = " has no builds that far back." if page > 1 else " has never been built."
        return Reply((line(about, said),), about=about)
    rows = tuple(_row(site, job, build) for build in builds)
    hints: list[Inline] = [
        Typed(f"log {typed(job, builds[0].number)}"),
        f" shows the log of {'the newest' if page == 1 else 'the first of these'}.",
    ]
    if more:
        hints += [" Older ones: say the same with ", Mono(f"page {page + 1}"), "."]
    table = Table(("Build", "Result", "Started (UTC)", "Took", "Started by"), rows)
    return Reply((line("The builds of ", about, ":"), table, line(*hints)), about=about)


def _row(site: Site, job: JobPath, build: Build) -> tuple[Inline, ...]:
    link = Link(f"#{build.number}", site.build_link(job, build.number).url)
    ended = not build.building and build.result is not None
    return (
        link,
        Strong(short(build.result or "")) if ended else "running",
        f"{build.started:%Y-%m-%d %H:%M}",
        span(build.duration) if ended else "",
        short(starter(build.causes), _NAME),
    )


def _summary(counts: Counts) -> tuple[Inline, ...]:
    total, failed, skipped = counts.total_count, counts.fail_count, counts.skip_count
    if not total:
        return ("its test report is empty.",)
    passed = counts.pass_count
    aside = f", {skipped:,} skipped" if skipped else ""
    if failed:
        return (
            Strong(f"{failed:,} of {counted(total, 'test')} failed"),
            f", {passed:,} passed{aside}.",
        )
    if skipped:
        return (f"{passed:,} of {counted(total, 'test')} passed{aside}, none failed.",)
    return ("its only test passed.",) if total == 1 else (f"all {total:,} tests passed.",)


def _failure(case: Case) -> Line:
    name, error = Mono(short(case.full_name, _NAME) or "?"), _first_line(case.error_details)
    return line(name, f" ({_age(case)})", *((f": {short(error, _ERROR)}",) if error else ()))


def _age(case: Case) -> str:
    return f"for {case.age:,} builds" if case.age > 1 else "new"


def _first_line(text: str) -> str:
    return next((row for row in map(str.strip, text.splitlines()) if row), "")


def _details(title: str, failed: Sequence[Case]) -> bytes:
    parts = [title]
    for number, case in enumerate(failed, 1):
        error = "\n".join(f"    {row.rstrip()}" for row in case.error_details.splitlines())
        head = f"{number}. {short(case.full_name)} ({_age(case)})"
        parts.append(f"{head}\n{error}" if error else head)
    return "\n\n".join((*parts, "")).encode(errors="replace")


def _artifact_link(site: Site, job: JobPath, number: int, artifact: Artifact) -> Link:
    page = f"artifact/{quote(artifact.path)}"
    return Link(short(artifact.name, _NAME), site.build_link(job, number, page).url)


def _plain(name: str) -> str:
    """A file's name that no system takes amiss."""
    return re.sub(r'[\x00-\x1f\x7f/\\:*?"<>|]', "_", name).strip(" .")[-_NAME:] or "artifact"
