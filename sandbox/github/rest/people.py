"""Who one is, one's repositories, and what is left of one's rate limit."""

from __future__ import annotations

from aiohttp import web

from sandbox.github.gate import Route
from sandbox.github.paging import paged
from sandbox.github.refusals import not_found
from sandbox.github.shapes import full_repository, repository
from sandbox.github.visit import Visit


def routes() -> list[Route]:
    """The routes."""
    return [
        Route("GET", "/user", me, "users/users#get-the-authenticated-user"),
        Route("GET", "/users/{login}", somebody, "users/users#get-a-user"),
        Route(
            "GET", "/user/repos", mine, "repos/repos#list-repositories-for-the-authenticated-user"
        ),
        Route("GET", "/repos/{owner}/{repo}", repo, "repos/repos#get-a-repository"),
    ]


async def me(visit: Visit) -> web.Response:
    """The user of the token."""
    return web.json_response(visit.me.private(visit.world.root))


async def somebody(visit: Visit) -> web.Response:
    """Any user."""
    user = visit.world.user(visit.path("login"))
    if user is None:
        raise not_found()
    return web.json_response({**user.simple(visit.world.root), "name": user.name or None})


async def mine(visit: Visit) -> web.Response:
    """The repositories that one owns or works in, by name or the newest first."""
    user = visit.me
    found = [
        repo
        for repo in visit.world.repos.values()
        if (user == repo.owner or user.login in repo.roles) and visit.sees(repo)
    ]
    sort = visit.request.query.get("sort", "full_name")
    if sort == "full_name":
        found.sort(key=lambda repo: repo.full_name.casefold())
    else:
        found.sort(key=lambda repo: repo.created, reverse=True)
    return paged(visit, found, lambda repo: repository(visit.world, repo, user))


async def repo(visit: Visit) -> web.Response:
    """One repository."""
    found = visit.repo("metadata")
    return web.json_response(full_repository(visit.world, found, visit.user))
