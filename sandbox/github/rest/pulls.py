"""Pull requests: to read, to have reviewed, and to merge.

https://docs.github.com/rest/pulls
"""

from __future__ import annotations

from typing import Final

from aiohttp import web

from sandbox.github.gate import Route
from sandbox.github.issue import Issue, Pull
from sandbox.github.notifications import tell
from sandbox.github.paging import paged
from sandbox.github.pull_shapes import full_pull, pull_shape, review_shape
from sandbox.github.refusals import Refusal, invalid, not_found
from sandbox.github.repo import Repo
from sandbox.github.rest.issues import works_in
from sandbox.github.users import User
from sandbox.github.visit import Visit

_BASE: Final = "/repos/{owner}/{repo}/pulls"
_NO_COLLABORATOR: Final = (
    "Reviews may only be requested from collaborators. One or more of the users or teams you "
    "specified is not a collaborator of the {} repository."
)


def routes() -> list[Route]:
    """The routes."""
    one = _BASE + "/{number}"
    requests = "pulls/review-requests"
    return [
        Route("GET", _BASE, listed, "pulls/pulls#list-pull-requests"),
        Route("GET", one, get, "pulls/pulls#get-a-pull-request"),
        Route("GET", one + "/reviews", reviews, "pulls/reviews#list-reviews-for-a-pull-request"),
        Route(
            "POST",
            one + "/requested_reviewers",
            request,
            f"{requests}#request-reviewers-for-a-pull-request",
        ),
    ]


def pull_of(visit: Visit, repo: Repo) -> tuple[Issue, Pull]:
    """The pull request in the path.

    Raises:
        Refusal: 404.
    """
    issue = repo.issue(visit.number("number"))
    if issue is None or issue.pull is None:
        raise not_found()
    return issue, issue.pull


async def listed(visit: Visit) -> web.Response:
    """The pull requests of a repository."""
    repo, query = visit.repo("pull_requests"), visit.request.query
    state = query.get("state", "open")
    found = [
        (issue, issue.pull)
        for issue in repo.issues
        if issue.pull
        and state in ("all", issue.state)
        and query.get("base", issue.pull.base) == issue.pull.base
        and query.get("head", "").partition(":")[2] in ("", issue.pull.head)
    ]
    newest = query.get("direction", "desc") != "asc"
    by_update = query.get("sort") == "updated"
    found.sort(key=lambda p: (p[0].updated if by_update else p[0].created, p[0].number))
    if newest:
        found.reverse()
    return paged(visit, found, lambda pair: pull_shape(visit.world, repo, *pair))


async def get(visit: Visit) -> web.Response:
    """One, whose ``mergeable`` is null as long as GitHub finds out, and known the next time."""
    repo = visit.repo("pull_requests")
    issue, pull = pull_of(visit, repo)
    shown = full_pull(visit.world, repo, issue, pull)
    if pull.mergeable is None:
        pull.mergeable = pull.state != "dirty"
    return web.json_response(shown)


async def reviews(visit: Visit) -> web.Response:
    """What people think of it, oldest first."""
    repo = visit.repo("pull_requests")
    issue, pull = pull_of(visit, repo)
    return paged(visit, pull.reviews, lambda r: review_shape(visit.world, repo, issue, r))


async def request(visit: Visit) -> web.Response:
    """Ask collaborators to review it."""
    repo = visit.repo("pull_requests", level="write", role="triage")
    issue, pull = pull_of(visit, repo)
    body = await visit.body()
    people = [_reviewer(visit, repo, issue, str(login)) for login in body.get("reviewers", ())]
    if body.get("team_reviewers"):
        raise Refusal(422, _NO_COLLABORATOR.format(repo.full_name))
    for user in people:
        if user not in pull.reviewers:
            pull.reviewers.append(user)
            tell(visit.world, user, repo, issue, reason="review_requested", by=visit.user)
    issue.updated = visit.world.now()
    return web.json_response(pull_shape(visit.world, repo, issue, pull), status=201)


def _reviewer(visit: Visit, repo: Repo, issue: Issue, login: str) -> User:
    user = visit.world.user(login)
    if user is None or not works_in(repo, user):
        raise Refusal(422, _NO_COLLABORATOR.format(repo.full_name))
    if user == issue.user:
        message = "Review cannot be requested from pull request author."
        raise invalid("PullRequest", "reviewers", "custom", message=message)
    return user
