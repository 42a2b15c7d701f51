"""How Jenkins' queue, its nodes and what runs on them look in an answer."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from bot.errors import UserError
from bot.prose import counted, short
from bot.reply import Block, Inline, Link, Mono, Reply, Table, Typed, line, say
from bot.services.jenkins.beans import causes_in
from bot.services.jenkins.causes import starter
from bot.services.jenkins.machines import Node, Nodes, Running
from bot.services.jenkins.places import Place
from bot.services.jenkins.replies import PER_PAGE
from bot.services.jenkins.site import Site
from bot.services.jenkins.spans import span
from bot.services.jenkins.waiting import Waiting

Row = tuple[Inline, ...]

_NAME: Final = 200  # characters of a name
_NODES: Final = 3  # nodes of one build that are named


def queue(site: Site, items: Sequence[Waiting], page: int, now: float) -> Reply:
    """What waits, the longest first; ``now`` in milliseconds."""
    if not items:
        return say("Nothing that you can see waits in the queue.")
    items = sorted(items, key=lambda item: (item.in_queue_since, item.id))
    rows = [_waiting(site, item, now) for item in items]
    hint = line(Typed(f"cancel {items[0].id}"), " takes the first of these out.")
    header = ("Item", "Job", "For", "Asked by", "Why")
    title = f"{counted(len(items), 'build waits', 'builds wait')} in the queue:"
    return _paged(title, header, rows, page, hint)


def running(site: Site, nodes: Nodes, page: int, now: float) -> Reply:
    """What is being built; ``now`` in milliseconds."""
    runs, hidden = nodes.running, nodes.hidden
    unseen = f"{counted(hidden, 'executor is', 'executors are')} busy with what you cannot see."
    if not runs:
        return say(unseen if hidden else "Nothing that you can see is running.")
    rows = [_running(site, run, now) for run in runs]
    header = ("Build", "Node", "Time", "Started by")
    title = f"{counted(len(runs), 'build is', 'builds are')} running:"
    return _paged(title, header, rows, page, *((line(unseen),) if hidden else ()))


def nodes(found: Nodes, page: int) -> Reply:
    """The machines: whether they are there, and how busy they are."""
    rows = [_node(node) for node in found.nodes]
    away = sum(node.offline for node in found.nodes)
    title = f"{counted(len(rows), 'node')}, {away or 'none'} offline:"
    return _paged(title, ("Node", "State", "Busy executors"), rows, page)


def _waiting(site: Site, item: Waiting, now: float) -> Row:
    place = item.task.place if item.task else None
    return (
        Mono(str(item.id)),
        job_link(site, place, item.task.name if item.task else ""),
        span(now - item.in_queue_since) if item.in_queue_since else "",
        short(starter(causes_in(item.actions)), _NAME),
        f"{'stuck: ' if item.stuck else ''}{short(item.why)}",
    )


def _running(site: Site, run: Running, now: float) -> Row:
    if run.place is not None and run.place.number:
        build: Inline = site.build_link(run.place.job, run.place.number)
    else:
        build = short(run.name, _NAME) or "a build without a name"
    names = [short(name, _NAME) for name in run.nodes[:_NODES]]
    more = ["…"] if len(run.nodes) > _NODES else []
    time = span(now - run.timestamp) if run.timestamp else ""
    if time and run.estimate > 0:
        time = f"{time} of about {span(run.estimate)}"
    return (build, ", ".join(names + more), time, short(starter(causes_in(run.actions)), _NAME))


def _node(node: Node) -> Row:
    state: Inline = "online"
    if node.offline:
        why = short(node.offline_cause_reason, _NAME)
        state = f"offline: {why}" if why else "offline"
    return (Mono(short(node.display_name, _NAME)), state, f"{node.busy} of {len(node.executors)}")


def job_link(site: Site, place: Place | None, name: str) -> Inline:
    """The page of a job, or of the build that a step is of; or what Jenkins calls it."""
    if place is not None and place.number:
        return Link(
            f"part of {place.job} #{place.number}", site.build_link(place.job, place.number).url
        )
    if place is not None:
        return site.link(place.job)
    return short(name, _NAME) or "a step of a pipeline"


def _paged(
    title: str, header: tuple[str, ...], rows: Sequence[Row], page: int, *hints: Block
) -> Reply:
    pages = max(1, -(-len(rows) // PER_PAGE))
    if page > pages:
        raise UserError(f"There is no page {page}.", f"The last one is page {pages}.")
    shown = tuple(rows[(page - 1) * PER_PAGE : page * PER_PAGE])
    blocks: list[Block] = [line(title), Table(header, shown), *hints]
    if page < pages:
        rest = len(rows) - page * PER_PAGE
        blocks.append(line(f"{rest} more: say the same with ", Mono(f"page {page + 1}"), "."))
    return Reply(tuple(blocks))
