"""Merge requests of a GitLab: https://docs.gitlab.com/api/merge_requests/.

What stands against a merge is answered in GitLab's order: 401 who may not, 405 what is not open or
a draft, 422 what cannot be merged, 409 where ``sha`` is not the newest commit.
"""

from __future__ import annotations

from typing import Any

from aiohttp import web

from sandbox.http_apis import gitlab_shapes as shapes
from sandbox.http_apis.gitlab_asked import Asked, page, says
from sandbox.http_apis.gitlab_state import DEVELOPER, Thing


async def listed(asked: Asked) -> web.Response:
    """Those of a state."""
    found = asked.in_state(asked.project.requests)
    return page(asked.request, [shapes.request(asked.url, asked.project, each) for each in found])


async def show(asked: Asked) -> web.Response:
    """One."""
    found = asked.meant(asked.project.requests)
    if found is None:
        return says(404, "404 Not found")
    return web.json_response(shapes.request(asked.url, asked.project, found))


async def merge(asked: Asked) -> web.Response:
    """Merge it, or say what stands against that."""
    found = asked.meant(asked.project.requests)
    if found is None:
        return says(404, "404 Not found")
    text = await asked.request.text()
    against = _against(asked, found, await asked.request.json() if text else {})
    if against is not None:
        return against
    found.state = "merged"
    return web.json_response(shapes.request(asked.url, asked.project, found))


def _against(asked: Asked, found: Thing, body: dict[str, Any]) -> web.Response | None:
    if asked.level < DEVELOPER:
        return says(401, "401 Unauthorized")
    if found.state != "opened" or found.draft:
        return says(405, "405 Method Not Allowed")
    if not found.mergeable:
        return says(422, "Branch cannot be merged")
    if body.get("sha") is not None and body["sha"] != found.sha:
        return says(409, f"SHA does not match HEAD of source branch: {found.sha}")
    return None
