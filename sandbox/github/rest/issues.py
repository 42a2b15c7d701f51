"""Issues: to read, to open, to change.

https://docs.github.com/rest/issues/issues
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from aiohttp import web

from sandbox.github.gate import Route
from sandbox.github.issue import Issue
from sandbox.github.notifications import tell
from sandbox.github.paging import paged
from sandbox.github.refusals import FORBIDDEN_UNTIL_ADMIN, Refusal, invalid, not_found
from sandbox.github.repo import Repo
from sandbox.github.shapes import issue_shape
from sandbox.github.users import User
from sandbox.github.visit import Visit
from sandbox.github.world import World

_PAGE: Final = "issues/issues"
_DISABLED: Final = "Issues has been disabled in this repository."
_SORTS: Final = {
    "created": lambda issue: (issue.created, issue.number),
    "updated": lambda issue: (issue.updated, issue.number),
    "comments": lambda issue: (len(issue.comments), issue.number),
}


def routes() -> list[Route]:
    """The routes."""
    base = "/repos/{owner}/{repo}/issues"
    return [
        Route("GET", base, listed, f"{_PAGE}#list-repository-issues"),
        Route("POST", base, create, f"{_PAGE}#create-an-issue"),
        Route("GET", base + "/{number}", get, f"{_PAGE}#get-an-issue"),
        Route("PATCH", base + "/{number}", update, f"{_PAGE}#update-an-issue"),
    ]


def issue_of(visit: Visit, repo: Repo) -> Issue:
    """The issue in the path.

    Raises:
        Refusal: 404; 410, it was deleted, or the repository has no issues any more.
    """
    number = visit.number("number")
    issue = repo.issue(number)
    if issue is None:
        raise Refusal(410, "This issue was deleted") if number in repo.deleted else not_found()
    if not repo.has_issues and issue.pull is None:
        raise Refusal(410, _DISABLED)
    return issue


def permissions(visit: Visit) -> tuple[str, ...]:
    """The permissions that are enough for the issue in the path, which may be a pull request."""
    repo = visit.named()
    issue = repo.issue(visit.number("number")) if repo else None
    return ("issues", "pull_requests") if issue and issue.pull else ("issues",)


async def listed(visit: Visit) -> web.Response:
    """The issues of a repository, pull requests among them."""
    repo, query = visit.repo("issues"), visit.request.query
    state = query.get("state", "open")
    if state not in ("open", "closed", "all"):
        raise invalid("Issue", "state", "invalid", value=state)
    wanted = set(filter(None, query.get("labels", "").split(",")))
    found = [
        issue
        for issue in repo.issues
        if state in ("all", issue.state)
        and wanted <= set(issue.labels)
        and _assigned(issue, query.get("assignee", ""))
        and query.get("creator", issue.user.login).casefold() == issue.user.login.casefold()
    ]
    found.sort(key=_sort(query.get("sort")), reverse=query.get("direction", "desc") != "asc")
    return paged(visit, found, lambda issue: issue_shape(visit.world, repo, issue))


def _sort(name: str | None) -> Any:
    return _SORTS.get(name or "", _SORTS["created"])


def _assigned(issue: Issue, wanted: str) -> bool:
    if wanted in ("", "*", "none"):
        return not wanted or bool(issue.assignees) == (wanted == "*")
    return wanted.casefold() in {user.login.casefold() for user in issue.assignees}


async def create(visit: Visit) -> web.Response:
    """Open an issue. Labels and assignees of those who may not set them are dropped in silence."""
    repo, body = visit.repo("issues", level="write"), await visit.body()
    if not repo.has_issues:
        raise Refusal(410, _DISABLED)
    title = body.get("title")
    if not isinstance(title, str) or not title.strip():
        raise invalid("Issue", "title", "missing_field")
    issue = new_issue(visit.world, repo, visit.me, title, _text(body))
    if repo.may(visit.user, "triage"):
        issue.labels = _labels(body, [])
        _assign(visit, repo, issue, body)
    headers = {"Location": issue_shape(visit.world, repo, issue)["url"]}
    return web.json_response(issue_shape(visit.world, repo, issue), status=201, headers=headers)


async def get(visit: Visit) -> web.Response:
    """One issue."""
    repo = visit.repo(*permissions(visit))
    return web.json_response(issue_shape(visit.world, repo, issue_of(visit, repo)))


async def update(visit: Visit) -> web.Response:
    """Change an issue; its author may, and who has triage."""
    repo, body = visit.repo(*permissions(visit), level="write"), await visit.body()
    issue = issue_of(visit, repo)
    triage = repo.may(visit.user, "triage")
    if not triage and visit.user != issue.user:
        raise Refusal(403, FORBIDDEN_UNTIL_ADMIN)
    if "title" in body and not str(body["title"] or "").strip():
        raise invalid("Issue", "title", "missing_field")
    state = body.get("state", issue.state)
    if state not in ("open", "closed"):
        raise invalid("Issue", "state", "invalid", value=state)
    if state != issue.state or "state_reason" in body:
        move(visit, issue, state, body.get("state_reason"))
    issue.title = str(body.get("title", issue.title))
    issue.body = _text(body) if "body" in body else issue.body
    if triage:
        issue.labels = _labels(body, issue.labels)
        if "assignees" in body:
            _assign(visit, repo, issue, body)
    issue.updated = visit.world.now()
    return web.json_response(issue_shape(visit.world, repo, issue))


def move(visit: Visit, issue: Issue, state: str, reason: object) -> None:
    """Close or reopen an issue, as who asks.

    Raises:
        Refusal: 422, the reason is none of GitHub's, or a merged pull request is reopened.
    """
    allowed = ("completed", "not_planned", "duplicate", "reopened", None)
    if reason not in allowed:
        raise invalid("Issue", "state_reason", "invalid", value=reason)
    if state == "open" and issue.pull and issue.pull.merged:
        raise invalid("PullRequest", "state", "invalid", message="state cannot be changed.")
    issue.state = state
    if state == "closed":
        issue.closed, issue.closed_by = visit.world.now(), visit.me
        issue.reason = None if issue.pull else str(reason or "completed")
    else:
        issue.closed, issue.closed_by = None, None
        issue.reason = None if issue.pull else "reopened"


def new_issue(world: World, repo: Repo, user: User, title: str, body: str | None = None) -> Issue:
    """Add an issue, with the next number."""
    number = max([issue.number for issue in repo.issues] + [0, *repo.deleted]) + 1
    now = world.now()
    issue = Issue(world.new_id(), number, user, title, body, now, now)
    repo.issues.append(issue)
    return issue


def _text(body: Mapping[str, Any]) -> str | None:
    text = body.get("body")
    if text is not None and not isinstance(text, str):
        raise invalid("Issue", "body", "invalid")
    if text and len(text) > 65_536:
        raise invalid(
            "Issue", "body", "custom", message="body is too long (maximum is 65536 characters)"
        )
    return text


def _labels(body: Mapping[str, Any], old: Sequence[str]) -> list[str]:
    given = body.get("labels", old)
    return [label["name"] if isinstance(label, dict) else str(label) for label in given]


def _assign(visit: Visit, repo: Repo, issue: Issue, body: Mapping[str, Any]) -> None:
    found = []
    for login in body.get("assignees", ()):
        user = visit.world.user(str(login))
        if user is None or not works_in(repo, user):
            raise invalid("Issue", "assignees", "invalid", value=login)
        found.append(user)
        if user not in issue.assignees:
            tell(visit.world, user, repo, issue, reason="assign", by=visit.user)
    issue.assignees = found


def works_in(repo: Repo, user: User) -> bool:
    """Whether somebody is a collaborator, or the owner."""
    return user == repo.owner or user.login in repo.roles
