"""What is done with pull requests: merging them, asking for reviews, approving.

What was shown is what is merged or approved: the commit that was looked at goes with the request,
and GitHub refuses where another one has been pushed since. Where it is merged into cannot go with
it, so that is looked at once more.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any, Final, Literal

from bot.errors import UserError
from bot.plugin import Call, Effect, Ready, command
from bot.prose import short
from bot.reply import Reply, Strong, line, say
from bot.services.github.api import GitHubApi
from bot.services.github.beans import Bean, Merged, Pull
from bot.services.github.drafts import Comment
from bot.services.github.issue_replies import changes, headline, obstacle, quoted
from bot.services.github.issues import PULL, at, look_at_pull
from bot.services.github.names import Logins, PullRef
from bot.services.github.site import REPO

_MERGE: Final = PULL + "/merge"
_REQUESTS: Final = PULL + "/requested_reviewers"
_REVIEWS: Final = PULL + "/reviews"
_WAYS: Final = {"merge": "by a merge commit", "squash": "as one commit", "rebase": "by a rebase"}

Way = Literal["merge", "squash", "rebase"]


class Ways(Bean):
    """How a repository lets people merge; None where it does not tell this user."""

    allow_merge_commit: bool | None = None
    allow_squash_merge: bool | None = None
    allow_rebase_merge: bool | None = None

    @property
    def allowed(self) -> tuple[Way, ...]:
        """Those that are not switched off."""
        found: dict[Way, bool | None] = {
            "merge": self.allow_merge_commit,
            "squash": self.allow_squash_merge,
            "rebase": self.allow_rebase_merge,
        }
        return tuple(way for way, on in found.items() if on is not False)


async def _show_merge(
    call: Call[GitHubApi], _: Mapping[str, Any], pull: PullRef, way: Way | None = None
) -> Ready | Reply:
    full = call.api.site.full(pull)
    found = await _settled(call.api, full)
    link = call.api.site.issue_link(full, pull=True)
    if found.standing in ("merged", "closed"):
        return say(link, f" is {found.standing} already.")
    if found.standing == "draft" or found.mergeable is False:
        return say(link, " cannot be merged now. ", obstacle(found))
    way, others = await _way(call.api, full, way)
    also = f"; its repository takes {others}, too" if others else ""
    head = line(link, ": ", Strong(headline(found)))
    shown = Reply((head, *changes(found), line(f"It is merged {_WAYS[way]}{also}.")))
    ref = PullRef(full, sha=found.head.sha, base=found.base.ref)
    return Ready({"pull": ref, "way": way}, shown)


@command(
    "pr merge",
    aliases=("merge",),
    effect=Effect.DANGER,
    examples=("pr merge #13", "pr merge acme/site#13 squash"),
    prepare=_show_merge,
)
async def pr_merge(call: Call[GitHubApi], pull: PullRef, way: Way | None = None) -> Reply:
    """Merge a pull request; what will be merged is shown first."""
    full = call.api.site.full(pull)
    found = await look_at_pull(call.api, full)
    if pull.base not in ("", found.base.ref):
        raise UserError(f"Meanwhile it goes into {short(found.base.ref, 200)}.", "Look again.")
    data = {"sha": pull.sha or found.head.sha, "merge_method": way or "merge"}
    done = await call.api.made(
        Merged, "PUT", _MERGE, at(full), what=f"pull request {full}", data=data
    )
    link = call.api.site.issue_link(full, pull=True)
    if not done.merged:
        return Reply((line(link, " was not merged, for whatever reason."),), about=link)
    how = f" {_WAYS[way or 'merge']} ({done.sha[:7]}), as "
    said = line("Merged ", link, how, Strong(call.account), ".")
    return Reply((said,), about=link)


async def _show_request(
    call: Call[GitHubApi], _: Mapping[str, Any], pull: PullRef, people: Logins
) -> Ready:
    full = call.api.site.full(pull)
    found = await look_at_pull(call.api, full)
    link = call.api.site.issue_link(full, pull=True)
    shown = say(link, ": ", headline(found))
    return Ready({"pull": PullRef(full), "people": people}, shown)


@command(
    "pr review-request",
    aliases=("pr request-review",),
    effect=Effect.WRITE,
    examples=("pr review-request #13 @bob", "pr review-request acme/site#13 bob carol"),
    prepare=_show_request,
)
async def pr_review_request(call: Call[GitHubApi], pull: PullRef, people: Logins) -> Reply:
    """Ask people to review a pull request."""
    full = call.api.site.full(pull)
    after = await call.api.made(
        Pull,
        "POST",
        _REQUESTS,
        at(full),
        what=f"pull request {full}",
        data={"reviewers": list(people.names)},
    )
    link = call.api.site.issue_link(full, pull=True)
    now = ", ".join(user.login for user in after.requested_reviewers) or "nobody"
    said = line("A review of ", link, f" is asked of {now}, as ", Strong(call.account), ".")
    return Reply((said,), about=link)


async def _show_approval(
    call: Call[GitHubApi], _: Mapping[str, Any], pull: PullRef, text: Comment | None = None
) -> Ready:
    full = call.api.site.full(pull)
    found = await look_at_pull(call.api, full)
    if found.user.login.casefold() == call.account.casefold():
        raise UserError("You cannot approve your own pull request.")
    link = call.api.site.issue_link(full, pull=True)
    head = line(link, ": ", Strong(headline(found)))
    said = quoted(text.text) if text else ()
    ready: dict[str, Any] = {"pull": PullRef(full, sha=found.head.sha)}
    if text is not None:
        ready["text"] = text
    return Ready(ready, Reply((head, *changes(found), *said)))


@command(
    "pr approve",
    effect=Effect.WRITE,
    examples=("pr approve #13", "pr approve acme/site#13 Well done"),
    prepare=_show_approval,
)
async def pr_approve(call: Call[GitHubApi], pull: PullRef, text: Comment | None = None) -> Reply:
    """Approve a pull request as it stands, as yourself."""
    full = call.api.site.full(pull)
    sha = pull.sha or (await look_at_pull(call.api, full)).head.sha
    data = {"commit_id": sha, "event": "APPROVE", "body": text.text if text else ""}
    await call.api.change("POST", _REVIEWS, at(full), f"pull request {full}", data=data)
    link = call.api.site.issue_link(full, pull=True)
    said = line("Approved ", link, f" at {sha[:7]} as ", Strong(call.account), ".")
    return Reply((said,), about=link)


async def _settled(api: GitHubApi, full: str) -> Pull:
    """It, when GitHub knows whether it can be merged, or as it was last seen."""
    found = await look_at_pull(api, full)
    for moment in api.site.moments[:3]:
        if found.mergeable is not None or found.standing != "open":
            break
        await asyncio.sleep(moment)
        found = await look_at_pull(api, full)
    return found


async def _way(api: GitHubApi, full: str, way: Way | None) -> tuple[Way, str]:
    """How it is merged, and how else it could be.

    Raises:
        UserError: its repository does not take that way.
    """
    name = full.partition("#")[0]
    found = await api.read(Ways, REPO, at(full), f"repository {name}")
    allowed = found.allowed
    if not allowed:
        raise UserError(f"{name} lets nobody merge.")
    if way is not None and way not in allowed:
        raise UserError(f"{name} does not take {way}; it takes {' and '.join(allowed)}.")
    chosen = way or allowed[0]
    return chosen, " and ".join(other for other in allowed if other != chosen)
