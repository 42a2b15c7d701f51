"""Searching issues and pull requests; it has a rate limit of its own.

https://docs.github.com/rest/search/search#search-issues-and-pull-requests
"""

from __future__ import annotations

from typing import Any, Final

from aiohttp import web

from sandbox.github.gate import Route
from sandbox.github.issue import Issue
from sandbox.github.paging import page_of
from sandbox.github.refusals import Refusal
from sandbox.github.repo import Repo
from sandbox.github.search import matches, named
from sandbox.github.shapes import issue_shape
from sandbox.github.visit import Visit
from sandbox.github.world import World

_PAGE: Final = "search/search#search-issues-and-pull-requests"
_UNSEEN: Final = (
    "The listed users and repositories cannot be searched either because the resources do not "
    "exist or you do not have permission to view them."
)


def routes() -> list[Route]:
    """The routes."""
    return [Route("GET", "/search/issues", issues, _PAGE, "search")]


async def issues(visit: Visit) -> web.Response:
    """What is found, the newest first."""
    text, world = visit.request.query.get("q", ""), visit.world
    _searchable(visit, text)
    found = [
        (repo, issue)
        for repo in world.repos.values()
        if visit.sees(repo)
        for issue in repo.issues
        if matches(text, repo, issue, visit.user)
    ]
    by_update = visit.request.query.get("sort") == "updated"
    newest = visit.request.query.get("order", "desc") != "asc"
    found.sort(key=lambda p: p[1].updated if by_update else p[1].created, reverse=newest)
    shown, link = page_of(visit, found)
    items = [_item(world, repo, issue) for repo, issue in shown]
    body = {"total_count": len(found), "incomplete_results": False, "items": items}
    return web.json_response(body, headers=link)


def _item(world: World, repo: Repo, issue: Issue) -> dict[str, Any]:
    shown = {**issue_shape(world, repo, issue), "score": 1.0}
    del shown["closed_by"]
    return shown


def _searchable(visit: Visit, text: str) -> None:
    """Go on only with a query that GitHub takes.

    Raises:
        Refusal: 422.
    """
    error = {"resource": "Search", "field": "q", "code": "missing"}
    if not text.strip():
        raise Refusal(422, "Validation Failed", [error])
    if len(text) > 256:
        longest = "The search is longer than 256 characters."
        raise Refusal(422, "Validation Failed", [{**error, "code": "invalid", "message": longest}])
    repos = [visit.world.repo(name) for name in named(text, "repo")]
    if repos and not any(repo and visit.sees(repo) for repo in repos):
        unseen = {**error, "code": "invalid", "message": _UNSEEN}
        raise Refusal(422, "Validation Failed", [unseen])
    kinds = {"issue", "pr", "pull-request"} & {*named(text, "is"), *named(text, "type")}
    if visit.token and visit.token.fine_grained and not kinds:
        raise Refusal(422, "Query must include 'is:issue' or 'is:pull-request'", [])
