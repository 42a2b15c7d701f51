"""What is shown of workflows and their runs. One message is edited while a run goes on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from bot.prose import counted, short
from bot.reply import Block, Inline, Line, Link, Reply, Strong, bullets, line
from bot.services.github.action_beans import BAD, Job, Run, Workflow
from bot.services.github.site import Place, Site
from bot.services.github.spans import age, span

_NAME: Final = 100  # characters
_SHOWN: Final = 10  # jobs
_LONG: Final = 60  # seconds, after which people have turned to something else
_WAITS: Final = ("waiting", "action_required")


@dataclass(frozen=True, slots=True)
class Watched:
    """A run that somebody looks at. ``account`` started it just now, or nobody in particular."""

    site: Site
    place: Place
    run: Run
    account: str = ""

    @property
    def link(self) -> Link:
        """Its page: ``deploy.yml #12``."""
        return run_link(self.site, self.place, self.run)


def run_link(site: Site, place: Place, run: Run) -> Link:
    """The page of a run."""
    file = run.path.partition("@")[0].rpartition("/")[2]
    name = short(file or run.name, _NAME) or "run"
    return site.link(place, f"actions/runs/{run.id}", f"{name} #{run.run_number}")


def workflow_row(site: Site, place: Place, workflow: Workflow) -> Line:
    """A workflow in a list."""
    off = "" if workflow.state == "active" else f" ({short(workflow.state, 50).replace('_', ' ')})"
    link = site.link(place, f"actions/workflows/{workflow.file}", short(workflow.file, _NAME))
    return line(link, f": {short(workflow.name, _NAME)}{off}")


def run_row(site: Site, place: Place, run: Run, now: datetime) -> Line:
    """A run in a list."""
    facts = [
        f"on {short(run.head_branch, _NAME)}" if run.head_branch else "",
        f"by {run.triggering_actor.login}",
        age(run.created_at, now),
    ]
    title = short(run.display_title or run.name, _NAME)
    about = f": {title} ({', '.join(filter(None, facts))})"
    return line(Strong(short(run.standing, 30)), " ", run_link(site, place, run), about)


def running(watched: Watched, jobs: Sequence[Job], elapsed: float) -> Reply:
    """It goes on, or waits."""
    run = watched.run
    if run.status in _WAITS:
        state: tuple[Inline, ...] = ("It waits for somebody's approval on its page.",)
    elif run.status != "in_progress":
        state = (f"It is {short(run.standing, 30)}.",)
    else:
        state = _progress(jobs, elapsed)
    return Reply((_begun(watched), line(*state)), about=watched.link)


def ended(watched: Watched, jobs: Sequence[Job]) -> Reply:
    """Its result, with what went wrong."""
    run = watched.run
    parts: list[Inline] = [watched.link, ": ", Strong(short(run.standing, 30))]
    parts.append(f" after {span(run.seconds)}")
    if watched.account:
        parts += [", as ", Strong(watched.account)]
    blocks: list[Block] = [line(*parts, ".")]
    bad = [job for job in jobs if job.bad]
    if bad:
        blocks += [
            line("What went wrong:"),
            bullets([_broken(watched, job) for job in bad[:_SHOWN]]),
        ]
    about = replace(watched.link, text=f"{watched.link.text}: {short(run.standing, 30)}")
    return Reply(tuple(blocks), about=about)


def over(watched: Watched) -> tuple[Reply, ...]:
    """Said in the thread of one that took its time, or failed: nobody is notified of an edit."""
    run = watched.run
    if run.seconds < _LONG and run.conclusion not in BAD:
        return ()
    standing = Strong(short(run.standing, 30))
    return (Reply((line(watched.link, " has ended: ", standing, "."),)),)


def _begun(watched: Watched) -> Line:
    run = watched.run
    where = f" on {short(run.head_branch, _NAME)}" if run.head_branch else ""
    if watched.account:
        return line("Started ", watched.link, f"{where} as ", Strong(watched.account), ".")
    return line(watched.link, f"{where} is running.")


def _progress(jobs: Sequence[Job], elapsed: float) -> tuple[Inline, ...]:
    done = sum(job.status == "completed" for job in jobs)
    parts: list[Inline] = [f"{span(elapsed)} so far, {done} of {counted(len(jobs), 'job')} done"]
    now = [job for job in jobs if job.status == "in_progress"]
    for number, job in enumerate(now[:3]):
        step = job.at()
        parts += ["; now " if not number else ", ", Strong(short(job.name, _NAME))]
        parts.append(f" ({short(step, _NAME)})" if step else "")
    return (*parts, ".")


def _broken(watched: Watched, job: Job) -> Line:
    path = f"actions/runs/{watched.run.id}/job/{job.id}"
    link = watched.site.link(watched.place, path, short(job.name, _NAME) or "job")
    step = job.at()
    how = "" if job.conclusion == "failure" else f" ({short(job.conclusion, 30).replace('_', ' ')})"
    return line(link, how, f", in the step {short(step, _NAME)}" if step else "")
