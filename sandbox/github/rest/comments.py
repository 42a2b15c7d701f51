"""What people say to issues and pull requests.

https://docs.github.com/rest/issues/comments
"""

from __future__ import annotations

from typing import Final

from aiohttp import web

from sandbox.github.gate import Route
from sandbox.github.issue import Comment
from sandbox.github.notifications import tell_of
from sandbox.github.paging import paged
from sandbox.github.refusals import Refusal, invalid
from sandbox.github.rest.issues import issue_of, permissions
from sandbox.github.shapes import comment_shape
from sandbox.github.visit import Visit

_PAGE: Final = "issues/comments"
_PATH: Final = "/repos/{owner}/{repo}/issues/{number}/comments"


def routes() -> list[Route]:
    """The routes."""
    return [
        Route("GET", _PATH, listed, f"{_PAGE}#list-issue-comments"),
        Route("POST", _PATH, create, f"{_PAGE}#create-an-issue-comment"),
    ]


async def listed(visit: Visit) -> web.Response:
    """The comments of an issue, oldest first."""
    repo = visit.repo(*permissions(visit))
    issue = issue_of(visit, repo)
    return paged(visit, issue.comments, lambda c: comment_shape(visit.world, repo, issue, c))


async def create(visit: Visit) -> web.Response:
    """Say something."""
    repo, body = visit.repo(*permissions(visit), level="write"), await visit.body()
    issue, text = issue_of(visit, repo), body.get("body")
    if not isinstance(text, str) or not text.strip():
        raise invalid("IssueComment", "data", "unprocessable", message="Body cannot be blank")
    if issue.locked and not repo.may(visit.user, "write"):
        raise Refusal(403, "Unable to create comment because issue is locked.")
    now = visit.world.now()
    comment = Comment(visit.world.new_id(), visit.me, text, now)
    issue.comments.append(comment)
    issue.updated = now
    tell_of(visit.world, repo, issue, text, visit.me)
    shown = comment_shape(visit.world, repo, issue, comment)
    return web.json_response(shown, status=201, headers={"Location": shown["url"]})
