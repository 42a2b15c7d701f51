"""Opening, answering, closing and reopening issues; pull requests are issues in this, too."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final, Literal

from bot.plugin import Call, Effect, Ready, command
from bot.reply import Link, Quote, Reply, Strong, line, say
from bot.services.github.api import GitHubApi
from bot.services.github.beans import Issue, Said
from bot.services.github.drafts import Comment, NewIssue
from bot.services.github.issue_replies import headline, quoted
from bot.services.github.issues import ISSUE, at, look
from bot.services.github.names import IssueRef, Repository
from bot.services.github.site import REPO

_NEW: Final = REPO + "/issues"
_COMMENTS: Final = ISSUE + "/comments"

Reasons = Literal["completed", "not-planned"]


async def _show_new(call: Call[GitHubApi], _: Mapping[str, Any], title: NewIssue) -> Ready:
    place = call.api.site.place(title.repository)
    found = await call.api.repository(place)
    full = replace(title, repository=Repository(found.full_name))
    body = (Quote(title.body),) if title.body else ()
    return Ready({"title": full}, Reply(body))


@command(
    "issue create",
    aliases=("issue new",),
    effect=Effect.WRITE,
    examples=("issue create The login page is blank", "issue create acme/site Broken link"),
    prepare=_show_new,
)
async def issue_create(call: Call[GitHubApi], title: NewIssue) -> Reply:
    """Open an issue, as yourself.

    The first line is its title, the lines below it are its text.
    """
    place = call.api.site.place(title.repository)
    made = await call.api.made(
        Issue,
        "POST",
        _NEW,
        place.variables,
        what=f"repository {place}",
        data={"title": title.title, "body": title.body},
    )
    link = call.api.site.issue_link(f"{place}#{made.number}")
    who = Strong(call.account)
    return Reply((line("Opened ", link, " as ", who, ": ", headline(made)),), about=link)


async def _show_comment(
    call: Call[GitHubApi], _: Mapping[str, Any], issue: IssueRef, text: Comment
) -> Ready:
    full, found = await _found(call, issue)
    about = line(_link(call, full, found), ": ", headline(found))
    ref = IssueRef(full, title=headline(found))
    return Ready({"issue": ref, "text": text}, Reply((about, *quoted(text.text))))


@command(
    "issue comment",
    aliases=("pr comment", "comment"),
    effect=Effect.WRITE,
    examples=("issue comment #12 I can see it, too.", "pr comment acme/site#13 Thank you!"),
    prepare=_show_comment,
)
async def issue_comment(call: Call[GitHubApi], issue: IssueRef, text: Comment) -> Reply:
    """Comment on an issue or a pull request, as yourself."""
    full = call.api.site.full(issue)
    made = await call.api.made(
        Said, "POST", _COMMENTS, at(full), what=f"issue {full}", data={"body": text.text}
    )
    there = Link(full, f"{call.api.site.issue_link(full).url}#issuecomment-{made.id}")
    ends = f": {issue.title}" if issue.title else "."
    said = line("Commented on ", there, " as ", Strong(call.account), ends)
    return Reply((said,), about=there)


async def _show_close(
    call: Call[GitHubApi],
    _: Mapping[str, Any],
    issue: IssueRef,
    reason: Reasons = "completed",
) -> Ready | Reply:
    full, found = await _found(call, issue)
    if found.state == "closed":
        return say(_link(call, full, found), " is closed already.")
    shown = say(_link(call, full, found), ": ", headline(found))
    return Ready({"issue": IssueRef(full), "reason": reason}, shown)


@command(
    "issue close",
    aliases=("pr close", "close"),
    effect=Effect.WRITE,
    examples=("issue close #12", "issue close acme/site#12 not-planned", "pr close #13"),
    prepare=_show_close,
)
async def issue_close(
    call: Call[GitHubApi], issue: IssueRef, reason: Reasons = "completed"
) -> Reply:
    """Close an issue, or a pull request without merging it."""
    return await _switch(
        call, issue, "Closed", {"state": "closed", "state_reason": reason.replace("-", "_")}
    )


async def _show_reopen(
    call: Call[GitHubApi], _: Mapping[str, Any], issue: IssueRef
) -> Ready | Reply:
    full, found = await _found(call, issue)
    if found.state == "open":
        return say(_link(call, full, found), " is open already.")
    shown = say(_link(call, full, found), ": ", headline(found))
    return Ready({"issue": IssueRef(full)}, shown)


@command(
    "issue reopen",
    aliases=("pr reopen", "reopen"),
    effect=Effect.WRITE,
    examples=("issue reopen #12",),
    prepare=_show_reopen,
)
async def issue_reopen(call: Call[GitHubApi], issue: IssueRef) -> Reply:
    """Open a closed issue or pull request again."""
    return await _switch(call, issue, "Reopened", {"state": "open"})


async def _switch(
    call: Call[GitHubApi], issue: IssueRef, done: str, data: Mapping[str, str]
) -> Reply:
    full = call.api.site.full(issue)
    after = await call.api.made(Issue, "PATCH", ISSUE, at(full), what=f"issue {full}", data=data)
    link = _link(call, full, after)
    if after.state != data["state"]:
        return Reply((line(link, f" is still {after.state}, for whatever reason."),), about=link)
    who = Strong(call.account)
    return Reply((line(f"{done} ", link, " as ", who, ": ", headline(after)),), about=link)


async def _found(call: Call[GitHubApi], issue: IssueRef) -> tuple[str, Issue]:
    full = call.api.site.full(issue)
    return full, await look(call.api, full)


def _link(call: Call[GitHubApi], full: str, issue: Issue) -> Link:
    return call.api.site.issue_link(full, pull=issue.pull_request is not None)
