"""Issues of a GitLab: https://docs.gitlab.com/api/issues/."""

from __future__ import annotations

from aiohttp import web

from sandbox.http_apis import gitlab_shapes as shapes
from sandbox.http_apis.gitlab_asked import Asked, page, says
from sandbox.http_apis.gitlab_state import PLANNER, Thing


async def listed(asked: Asked) -> web.Response:
    """Those of a state."""
    found = asked.in_state(asked.project.issues)
    return page(asked.request, [shapes.issue(asked.url, asked.project, each) for each in found])


async def create(asked: Asked) -> web.Response:
    """A new one."""
    body, issues = await asked.request.json(), asked.project.issues
    if not str(body.get("title") or "").strip():
        return web.json_response({"error": "title is missing"}, status=400)
    made = Thing(len(issues) + 1, str(body["title"]), asked.user)
    issues.append(made)
    return web.json_response(shapes.issue(asked.url, asked.project, made), status=201)


async def show(asked: Asked) -> web.Response:
    """One."""
    found = asked.meant(asked.project.issues)
    if found is None:
        return says(404, "404 Issue Not Found")
    return web.json_response(shapes.issue(asked.url, asked.project, found))


async def edit(asked: Asked) -> web.Response:
    """Close or open it again."""
    found = asked.meant(asked.project.issues)
    if found is None:
        return says(404, "404 Issue Not Found")
    if asked.level < PLANNER and found.author is not asked.user:
        return says(403, "403 Forbidden")
    change = (await asked.request.json()).get("state_event")
    found.state = {"close": "closed", "reopen": "opened"}.get(change, found.state)
    return web.json_response(shapes.issue(asked.url, asked.project, found))


async def comment(asked: Asked) -> web.Response:
    """A note."""
    found = asked.meant(asked.project.issues)
    if found is None:
        return says(404, "404 Issue Not Found")
    text = str((await asked.request.json())["body"])
    found.notes.append((asked.user, text))
    note = {"id": len(found.notes), "body": text, "author": asked.user.shape}
    return web.json_response({**note, "noteable_iid": found.number}, status=201)
