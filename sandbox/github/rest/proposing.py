"""Opening a pull request.

https://docs.github.com/rest/pulls/pulls#create-a-pull-request
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from aiohttp import web

from sandbox.github.gate import Route
from sandbox.github.issue import Pull
from sandbox.github.pull_shapes import full_pull
from sandbox.github.refusals import Refusal, invalid
from sandbox.github.repo import Repo
from sandbox.github.rest.issues import new_issue
from sandbox.github.visit import Visit


def routes() -> list[Route]:
    """The routes."""
    page = "pulls/pulls#create-a-pull-request"
    return [Route("POST", "/repos/{owner}/{repo}/pulls", create, page)]


async def create(visit: Visit) -> web.Response:
    """Open one, as who asks; both of its branches are in this repository."""
    repo, body = visit.repo("pull_requests", level="write"), await visit.body()
    title, text = body.get("title"), body.get("body")
    if not isinstance(title, str) or not title.strip():
        raise invalid("PullRequest", "title", "missing_field")
    if not repo.may(visit.user, "write"):
        raise _custom("must be a collaborator", "Issue")
    head, base = _ends(repo, body)
    issue = new_issue(visit.world, repo, visit.me, title, text if isinstance(text, str) else None)
    pull = issue.pull = Pull(head, base, repo.branches[head], mergeable=None)
    pull.commits = len(repo.history.ahead(repo.branches[base], pull.sha))
    shown = full_pull(visit.world, repo, issue, pull)
    return web.json_response(shown, status=201, headers={"Location": shown["url"]})


def _ends(repo: Repo, body: Mapping[str, Any]) -> tuple[str, str]:
    """From where to where.

    Raises:
        Refusal: 422, either is no branch, there is nothing between them, or it is open already.
    """
    head, base = (str(body.get(name, "")) for name in ("head", "base"))
    for name, end in (("head", head), ("base", base)):
        if repo.tip(end) is None:
            raise invalid("PullRequest", name, "invalid")
    head = head.rpartition(":")[2]
    if not repo.history.ahead(repo.branches[base], repo.branches[head]):
        raise _custom(f"No commits between {base} and {head}")
    for issue in repo.issues:
        pull = issue.pull
        if pull and issue.state == "open" and (pull.head, pull.base) == (head, base):
            raise _custom(f"A pull request already exists for {repo.owner.login}:{head}.")
    return head, base


def _custom(message: str, resource: str = "PullRequest") -> Refusal:
    error = {"resource": resource, "code": "custom", "message": message}
    return Refusal(422, "Validation Failed", [error])
