"""The branches of a repository, and what one of them has over another.

https://docs.github.com/rest/branches and https://docs.github.com/rest/commits
"""

from __future__ import annotations

from typing import Any

from aiohttp import web

from sandbox.github.gate import Route
from sandbox.github.paging import paged
from sandbox.github.refusals import Refusal, not_found
from sandbox.github.repo import Repo
from sandbox.github.visit import Visit
from sandbox.github.world import API, World


def routes() -> list[Route]:
    """The routes."""
    repo = "/repos/{owner}/{repo}"
    page = "branches/branches"
    return [
        Route("GET", repo + "/branches", listed, f"{page}#list-branches"),
        Route("GET", repo + "/branches/{branch:.+}", get, f"{page}#get-a-branch"),
        Route("GET", repo + "/compare/{ends:.+}", compare, "commits/commits#compare-two-commits"),
    ]


async def listed(visit: Visit) -> web.Response:
    """All of them, by their names."""
    repo = visit.repo("contents")
    return paged(visit, sorted(repo.branches), lambda name: _branch(visit.world, repo, name))


async def get(visit: Visit) -> web.Response:
    """One."""
    repo, name = visit.repo("contents"), visit.path("branch")
    if name not in repo.branches:
        raise Refusal(404, "Branch not found")
    return web.json_response(_branch(visit.world, repo, name))


async def compare(visit: Visit) -> web.Response:
    """What ``head`` has over ``base``. Only the first page tells of files, here of none."""
    repo = visit.repo("contents")
    base, dots, head = visit.path("ends").partition("...")
    tips = [repo.tip(end) for end in (base, head)]
    if not dots or None in tips:
        raise not_found()
    one, other = (tip or "" for tip in tips)
    ahead, behind = repo.history.ahead(one, other), repo.history.ahead(other, one)
    states = {(True, True): "diverged", (True, False): "ahead", (False, True): "behind"}
    query = visit.request.query
    size, page = int(query.get("per_page", 250)), int(query.get("page", 1))
    found: dict[str, Any] = {
        "html_url": f"{visit.world.root}/{repo.full_name}/compare/{base}...{head}",
        "base_commit": {"sha": one},
        "status": states.get((bool(ahead), bool(behind)), "identical"),
        "ahead_by": len(ahead),
        "behind_by": len(behind),
        "total_commits": len(ahead),
        "commits": [{"sha": sha} for sha in ahead[size * (page - 1) : size * page]],
    }
    return web.json_response({**found, "files": []} if page == 1 else found)


def _branch(world: World, repo: Repo, name: str) -> dict[str, Any]:
    sha = repo.branches[name]
    api = f"{world.root}{API}/repos/{repo.full_name}"
    commit = {"sha": sha, "url": f"{api}/commits/{sha}"}
    return {"name": name, "commit": commit, "protected": False}
