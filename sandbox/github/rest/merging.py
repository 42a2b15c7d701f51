"""Merging a pull request.

https://docs.github.com/rest/pulls/pulls#merge-a-pull-request
"""

from __future__ import annotations

from typing import Final

from aiohttp import web

from sandbox.github.gate import Route
from sandbox.github.issue import Issue, Pull
from sandbox.github.refusals import Refusal, invalid
from sandbox.github.repo import Repo
from sandbox.github.rest.pulls import pull_of
from sandbox.github.visit import Visit

_PATH: Final = "/repos/{owner}/{repo}/pulls/{number}/merge"
_NOT_ALLOWED: Final = {
    "merge": "Merge commits are not allowed on this repository.",
    "squash": "Squash merges are not allowed on this repository.",
    "rebase": "Rebase merges are not allowed on this repository.",
}
_BLOCKED: Final = "At least 1 approving review is required by reviewers with write access."


def routes() -> list[Route]:
    """The routes."""
    return [
        Route("GET", _PATH, merged, "pulls/pulls#check-if-a-pull-request-has-been-merged"),
        Route("PUT", _PATH, merge, "pulls/pulls#merge-a-pull-request"),
    ]


async def merged(visit: Visit) -> web.Response:
    """204 for a merged one, 404 for another."""
    _, pull = pull_of(visit, visit.repo("pull_requests"))
    return web.Response(status=204 if pull.merged else 404)


async def merge(visit: Visit) -> web.Response:
    """Merge it, as who asks."""
    repo = visit.repo("contents", level="write", role="write")
    (issue, pull), body = pull_of(visit, repo), await visit.body()
    method = body.get("merge_method", "merge")
    if method not in _NOT_ALLOWED:
        raise invalid("PullRequest", "merge_method", "invalid", value=method)
    _mergeable(repo, issue, pull, str(method))
    if body.get("sha", pull.sha) != pull.sha:
        raise Refusal(409, "Head branch was modified. Review and try the merge again.")
    pull.merge_sha = repo.push(pull.base, *([pull.sha] if method == "merge" else []))
    pull.merged, pull.merged_by = visit.world.now(), visit.me
    issue.state, issue.closed, issue.closed_by = "closed", pull.merged, visit.me
    issue.updated = pull.merged
    message = "Pull Request successfully merged"
    return web.json_response({"sha": pull.merge_sha, "merged": True, "message": message})


def _mergeable(repo: Repo, issue: Issue, pull: Pull, method: str) -> None:
    """Go on only with what can be merged.

    Raises:
        Refusal: 405, with the reason.
    """
    if issue.state != "open" or pull.mergeable is False or pull.state == "dirty":
        raise Refusal(405, "Pull Request is not mergeable")
    if pull.draft:
        raise Refusal(405, "Pull Request is still a draft")
    if method not in repo.merges:
        raise Refusal(405, _NOT_ALLOWED[method])
    if pull.state == "blocked":
        raise Refusal(405, _BLOCKED)
