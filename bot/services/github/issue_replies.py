"""What is shown of issues and pull requests.

What others have written is one line behind its author's name, or a quotation: it must not look
like the bot, or like several things.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Final

from bot.prose import counted, short
from bot.reply import Block, Inline, Line, Link, Quote, Reply, Strong, line, numbered
from bot.services.github.beans import Issue, Label, Pull, Said, User
from bot.services.github.names import REPOSITORY
from bot.services.github.site import Place, Site
from bot.services.github.spans import age

_REPOSITORY: Final = re.compile(rf"/repos/({REPOSITORY})\Z", re.ASCII)
_TITLE: Final = 300  # characters
_BODY: Final = 1_500
_COMMENT: Final = 400
_OBSTACLES: Final = {
    "dirty": "It has conflicts with its base.",
    "blocked": "A rule of its base branch keeps it from being merged.",
    "behind": "It is behind its base, which wants it up to date.",
    "unstable": "It can be merged, but some of its checks have not passed.",
}
LISTED: Final = 25  # of a list


def listed(
    site: Site,
    heading: Line,
    items: Sequence[tuple[str, Issue | Pull]],
    now: datetime,
    *,
    more: Link | None = None,
) -> Reply:
    """Numbered issues with their full names, which ``issue show 2`` can then mean."""
    rows = numbered([_row(site, full, item, now) for full, item in items])
    rest = [line("There are more: ", more, ".")] if more else []
    return Reply((heading, rows, *rest), listing=tuple(full for full, _ in items))


def shown(site: Site, full: str, issue: Issue, said: Sequence[Said], now: datetime) -> Reply:
    """An issue with its last comments."""
    link = site.issue_link(full, pull=issue.pull_request is not None)
    state = issue.standing
    if issue.state_reason not in ("", "completed", "reopened"):
        state = f"{state}, {short(issue.state_reason, 30).replace('_', ' ')}"
    facts = [
        state,
        f"opened by {issue.user.login} {age(issue.created_at, now)}",
        *_labels(issue.labels),
        *_people("assigned to", issue.assignees),
    ]
    blocks: list[Block] = [
        line(link, ": ", Strong(headline(issue))),
        line(f"{', '.join(facts)}."),
        *body(issue.body),
        *_comments(said, issue.comments, now),
    ]
    return Reply(tuple(blocks), about=link)


def pull_shown(site: Site, full: str, pull: Pull, now: datetime) -> Reply:
    """A pull request: what it would change, and whether it can be merged."""
    link = site.issue_link(full, pull=True)
    facts = [
        pull.standing,
        f"opened by {pull.user.login} {age(pull.created_at, now)}",
        *_labels(pull.labels),
        *_people("review asked of", pull.requested_reviewers),
    ]
    return Reply(
        (
            line(link, ": ", Strong(headline(pull))),
            line(f"{', '.join(facts)}."),
            *changes(pull),
            *body(pull.body),
        ),
        about=link,
    )


def changes(pull: Pull) -> Iterator[Line]:
    """What it brings, from where to where, and what stands in the way."""
    size = f"{counted(pull.commits, 'commit')}, {counted(pull.changed_files, 'file')}"
    ends = f"{short(pull.head.ref, 200)} at {pull.head.sha[:7]}"
    lines = f"+{pull.additions:,} −{pull.deletions:,}"
    yield line(f"{ends} into ", Strong(short(pull.base.ref, 200)), f": {size}, {lines}.")
    if pull.standing in ("open", "draft"):
        yield line(obstacle(pull) or "It can be merged.")


def obstacle(pull: Pull) -> str:
    """Why it cannot be merged as it stands, as far as GitHub tells; "" where it can."""
    if pull.standing == "draft":
        return "It is a draft."
    if pull.mergeable is None:
        return "GitHub is still finding out whether it can be merged."
    known = _OBSTACLES.get(pull.mergeable_state, "")
    return known or ("" if pull.mergeable else "It cannot be merged as it is.")


def headline(item: Issue | Pull) -> str:
    """Its title in one line."""
    return short(item.title, _TITLE) or "(no title)"


def full_of(place: Place, item: Issue | Pull) -> str:
    """``acme/site#12``; an issue that a search has found may be of another repository."""
    found = _REPOSITORY.search(item.repository_url) if isinstance(item, Issue) else None
    return f"{found[1] if found else place}#{item.number}"


def body(text: str) -> Iterator[Block]:
    """Somebody's text, to the letter; cut where it is long."""
    text = text.replace("\r\n", "\n").strip()
    if text:
        yield Quote(text if len(text) <= _BODY else f"{text[:_BODY]}…")


def quoted(text: str) -> Iterator[Block]:
    """What is about to be said, where it has lines: one line stands in the command as it is."""
    if "\n" in text:
        yield Quote(text)


def _row(site: Site, full: str, item: Issue | Pull, now: datetime) -> Line:
    is_pull = isinstance(item, Pull) or item.pull_request is not None
    facts = [
        *([item.standing] if item.standing != "open" else []),
        f"by {item.user.login}",
        age(item.created_at, now),
        *_labels(item.labels),
        *([counted(item.comments, "comment")] if item.comments else []),
    ]
    link = site.issue_link(full, pull=is_pull)
    return line(link, ": ", headline(item), f" ({', '.join(facts)})")


def _comments(said: Sequence[Said], count: int, now: datetime) -> Iterator[Line]:
    if said and count > len(said):
        yield line(f"The last {len(said)} of {counted(count, 'comment')}:")
    for one in said:
        parts: tuple[Inline, ...] = (Strong(one.user.login), f", {age(one.created_at, now)}: ")
        yield line(*parts, short(one.body, _COMMENT))


def _labels(labels: Sequence[Label]) -> Iterator[str]:
    if labels:
        yield f"label{'s' * (len(labels) > 1)} " + ", ".join(
            short(label.name, 50) for label in labels[:10]
        )


def _people(what: str, people: Sequence[User]) -> Iterator[str]:
    if people:
        yield f"{what} {', '.join(user.login for user in people[:10])}"
