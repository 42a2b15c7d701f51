"""Looking at issues and pull requests: lists, and one of them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Final

from bot.plugin import Call, command
from bot.reply import Mono, Reply, line, say
from bot.services.github import issue_replies as replies
from bot.services.github.api import GitHubApi
from bot.services.github.beans import Found, Issue, Pull, Said
from bot.services.github.names import Filter, IssueRef, PullRef, Repository
from bot.services.github.site import REPO, Place

ISSUE: Final = REPO + "/issues/{number}"
PULL: Final = REPO + "/pulls/{number}"

_ISSUES: Final = REPO + "/issues{?state,per_page}"
_PULLS: Final = REPO + "/pulls{?state,per_page}"
_COMMENTS: Final = ISSUE + "/comments{?per_page,page}"
_SEARCH: Final = "search/issues{?q,per_page}"
_ASKED: Final = 50  # of which some are pull requests
_SAID: Final = 5  # comments that are shown
_STATES: Final = ("is:open", "is:closed", "is:merged", "state:")


@command("issues", examples=("issues", "issues acme/site", "issues acme/site label:bug login"))
async def issues(
    call: Call[GitHubApi],
    repository: Repository = Repository(),
    words: Filter = Filter(),
) -> Reply:
    """List the open issues of a repository; with words, search them.

    The words are those of GitHub's own search: ``assignee:@me``, ``is:closed``, ``label:bug``.
    """
    place = call.api.site.place(repository)
    if words.text:
        return await _search(call.api, place, "issue", words.text)
    found = await call.api.read_all(
        Issue,
        _ISSUES,
        {**place.variables, "state": "open", "per_page": _ASKED},
        f"repository {place}",
    )
    own = [issue for issue in found if issue.pull_request is None]
    return _listed(call.api, place, "issue", own, whole=len(found) < _ASKED)


@command("pulls", aliases=("prs", "pr list"), examples=("pulls", "pulls acme/site author:@me"))
async def pulls(
    call: Call[GitHubApi],
    repository: Repository = Repository(),
    words: Filter = Filter(),
) -> Reply:
    """List the open pull requests of a repository; with words, search them.

    The words are those of GitHub's own search: ``author:@me``, ``review-requested:@me``.
    """
    place = call.api.site.place(repository)
    if words.text:
        return await _search(call.api, place, "pr", words.text)
    found = await call.api.read_all(
        Pull,
        _PULLS,
        {**place.variables, "state": "open", "per_page": replies.LISTED + 1},
        f"repository {place}",
    )
    return _listed(call.api, place, "pr", found, whole=True)


@command(
    "issue show",
    aliases=("issue", "issue view"),
    examples=("issue show #12", "issue show acme/site#12"),
)
async def issue_show(call: Call[GitHubApi], issue: IssueRef) -> Reply:
    """Show an issue with its last comments."""
    full = call.api.site.full(issue)
    found = await look(call.api, full)
    said: tuple[Said, ...] = ()
    if found.comments:
        page, variables = -(-found.comments // _SAID), at(full)
        said = await call.api.read_all(
            Said, _COMMENTS, {**variables, "per_page": _SAID, "page": page}, f"issue {full}"
        )
    return replies.shown(call.api.site, full, found, said, datetime.now(UTC))


@command(
    "pr show",
    aliases=("pr", "pr view"),
    examples=("pr show #13", "pr show acme/site#13"),
)
async def pr_show(call: Call[GitHubApi], pull: PullRef) -> Reply:
    """Show a pull request: what it would change, and whether it can be merged."""
    full = call.api.site.full(pull)
    found = await look_at_pull(call.api, full)
    return replies.pull_shown(call.api.site, full, found, datetime.now(UTC))


async def look(api: GitHubApi, full: str) -> Issue:
    """The issue, or pull request as one, of this name (``acme/site#12``)."""
    return await api.read(Issue, ISSUE, at(full), f"issue {full}")


async def look_at_pull(api: GitHubApi, full: str) -> Pull:
    """The pull request of this name."""
    return await api.read(Pull, PULL, at(full), f"pull request {full}")


def at(full: str) -> dict[str, str]:
    """``acme/site#12`` in the templates of addresses."""
    name, _, number = full.partition("#")
    return {**Place(name).variables, "number": number}


async def _search(api: GitHubApi, place: Place, kind: str, words: str) -> Reply:
    state = "" if any(state in words for state in _STATES) else "is:open "
    query = f"repo:{place} is:{kind} {state}{words}"
    found = await api.read(
        Found, _SEARCH, {"q": query, "per_page": replies.LISTED}, f"repository {place}"
    )
    if not found.items:
        return say("Nothing in ", api.site.link(place), " fits ", Mono(words), ".")
    whole = found.total_count <= len(found.items)
    return _listed(api, place, kind, found.items, whole=whole)


def _listed(
    api: GitHubApi, place: Place, kind: str, items: Sequence[Issue | Pull], *, whole: bool
) -> Reply:
    what, page = ("issues", "issues") if kind == "issue" else ("pull requests", "pulls")
    if not items:
        return say(api.site.link(place), f" has no open {what}.")
    shown = items[: replies.LISTED]
    more = None if whole and len(shown) == len(items) else api.site.link(place, page)
    heading = line(f"{what.capitalize()} of ", api.site.link(place), ":")
    named = [(replies.full_of(place, item), item) for item in shown]
    return replies.listed(api.site, heading, named, datetime.now(UTC), more=more)
