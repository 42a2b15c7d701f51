"""How a build stands, as one message that is edited while it goes on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from bot.prose import counted, short
from bot.reply import Block, Inline, Line, Link, Pre, Reply, Strong, Typed, line
from bot.services.jenkins.beans import Action, Build
from bot.services.jenkins.console import Log
from bot.services.jenkins.durations import progress
from bot.services.jenkins.names import JobPath
from bot.services.jenkins.numbers import typed
from bot.services.jenkins.pipeline import Pending
from bot.services.jenkins.site import Site
from bot.services.jenkins.spans import span
from bot.services.jenkins.terminal import without_steps

_LINES: Final = 30  # of a log that tells why a build failed
_LONG: Final = 4000  # characters of them that are a file rather than a message
LOOKED_INTO: Final = ("FAILURE", "UNSTABLE")  # results whose log tells something
_SUCCESS: Final = "SUCCESS"


@dataclass(frozen=True, slots=True)
class Run:
    """One build. ``account`` started it just now, or nobody in particular."""

    site: Site
    path: JobPath
    number: int
    account: str = ""

    @property
    def name(self) -> str:
        """``deploy-prod #12``."""
        return f"{self.path} #{self.number}"

    @property
    def link(self) -> Link:
        """Its page."""
        return self.site.build_link(self.path, self.number)

    @property
    def typed(self) -> str:
        """As it is typed behind a command."""
        return typed(self.path, self.number)


def started(run: Run, *, twin: bool = False) -> Reply:
    """The build is there; ``twin``: it was asked for before, by this person or another."""
    if twin:
        said = line("An equal build was waiting already, and has started: ", run.link, ".")
        return Reply((said,), about=run.link)
    return Reply((_begun(run),), about=run.link)


def running(
    run: Run, build: Build, now: float, *, stage: str = "", questions: Sequence[Pending] = ()
) -> Reply:
    """It goes on; ``now`` is in seconds, by Jenkins' clock."""
    elapsed = now - build.timestamp / 1000
    parts: list[Inline] = [progress(elapsed, build.estimated_duration / 1000)]
    if stage:
        parts += [", in the stage ", Strong(short(stage))]
    blocks: list[Block] = [_begun(run), line(*parts)]
    blocks += [asked(run, question) for question in questions]
    return Reply(tuple(blocks), about=run.link)


def asked(run: Run, question: Pending) -> Line:
    """What it waits for, and how to answer."""
    return line(
        *("It asks: ", Strong(short(question.message) or "Go on?"), " Say "),
        *(Typed(f"approve {run.typed}"), " or ", Typed(f"reject {run.typed}"), "."),
    )


def asks(run: Run, questions: Sequence[Pending]) -> Reply:
    """It waits for somebody; said once, as nobody is notified of an edit."""
    return Reply((line(run.link, " waits for an answer."), *(asked(run, q) for q in questions)))


def over(run: Run, build: Build) -> Reply:
    """A build that took its time has ended."""
    result = Strong(short(build.result or "no result"))
    return Reply((line(run.link, " has ended: ", result, "."),))


def ended(run: Run, build: Build, stage: str = "") -> Reply:
    """Its result; ``stage`` is where it went wrong."""
    result = short(build.result or "no result")
    parts: list[Inline] = [run.link, ": ", Strong(result), f" after {span(build.duration)}"]
    if run.account:
        parts += [", as ", Strong(run.account)]
    blocks: list[Block] = [line(*parts, ".")]
    if stage and result != _SUCCESS:
        blocks.append(line("It went wrong in the stage ", Strong(short(stage)), "."))
    if build.tests is not None:
        blocks.append(line(_tests(build.tests)))
    about = replace(run.link, text=f"{run.name}: {result}")
    return Reply(tuple(blocks), about=about)


def why(run: Run, log: Log) -> Reply | None:
    """The end of the log of a build that failed; as a file where that is long."""
    end = replace(log, text=without_steps(log.text)).end(_LINES, _LONG + 1)
    if not end:
        return None
    said = line("The end of the log of ", run.link, ":")
    if len(end) > _LONG:
        return Reply((said,), file=log.file(run.path, run.number))
    return Reply((said, Pre(end)))


def _begun(run: Run) -> Line:
    if run.account:
        return line("Started ", run.link, " as ", Strong(run.account), ".")
    return line(run.link, " is running.")


def _tests(tests: Action) -> str:
    failed, skipped, total = tests.fail_count or 0, tests.skip_count or 0, tests.total_count or 0
    what = (
        f"{failed} of {counted(total, 'test')} failed"
        if failed
        else f"{counted(total, 'test')}, none failed"
    )
    return f"{what}, {skipped} skipped." if skipped else f"{what}."
