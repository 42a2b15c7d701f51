"""Pipelines of a GitLab: https://docs.gitlab.com/api/pipelines/."""

from __future__ import annotations

from aiohttp import web

from sandbox.http_apis import gitlab_shapes as shapes
from sandbox.http_apis.gitlab_asked import Asked, page, says
from sandbox.http_apis.gitlab_state import DEVELOPER, REPORTER


async def listed(asked: Asked) -> web.Response:
    """Those of a branch."""
    if asked.level < REPORTER:
        return says(403, "403 Forbidden")
    ref = asked.request.query.get("ref")
    found = [each for each in asked.project.pipelines if ref in (None, each.branch)]
    return page(asked.request, [shapes.pipeline(asked.url, asked.project, each) for each in found])


async def retry(asked: Asked) -> web.Response:
    """Run what failed in it again."""
    found = asked.meant(asked.project.pipelines)
    if found is None:
        return says(404, "404 Not found")
    if asked.level < DEVELOPER:
        return says(403, "403 Forbidden")
    found.state = "running"
    return web.json_response(shapes.pipeline(asked.url, asked.project, found), status=201)
