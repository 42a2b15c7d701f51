"""What one is told of. Classic and OAuth tokens only, as on GitHub.

https://docs.github.com/rest/activity/notifications
"""

from __future__ import annotations

from typing import Any, Final

from aiohttp import web

from sandbox.github.gate import Route
from sandbox.github.paging import paged
from sandbox.github.refusals import Refusal, not_found
from sandbox.github.shapes import repository
from sandbox.github.thread import Thread
from sandbox.github.users import User
from sandbox.github.visit import Visit
from sandbox.github.world import API, World, iso

_PAGE: Final = "activity/notifications"


def routes() -> list[Route]:
    """The routes."""
    thread = "/notifications/threads/{id}"
    return [
        Route("GET", "/notifications", listed, f"{_PAGE}#list-notifications"),
        Route("PUT", "/notifications", read_all, f"{_PAGE}#mark-notifications-as-read"),
        Route("GET", thread, get, f"{_PAGE}#get-a-thread"),
        Route("PATCH", thread, read, f"{_PAGE}#mark-a-thread-as-read"),
        Route("DELETE", thread, done, f"{_PAGE}#mark-a-thread-as-done"),
    ]


async def listed(visit: Visit) -> web.Response:
    """The threads that are unread, or ``all``; the newest first."""
    user, query = _me(visit), visit.request.query
    found = [
        thread
        for thread in visit.world.threads
        if thread.user == user
        and visit.sees(thread.repo)
        and (thread.unread or query.get("all") == "true")
        and (thread.reason != "subscribed" or query.get("participating") != "true")
    ]
    found.sort(key=lambda thread: (thread.updated, thread.id), reverse=True)
    return paged(visit, found, lambda thread: _shape(visit.world, thread), most=50)


async def read_all(visit: Visit) -> web.Response:
    """Mark all as read, but for what has come after ``last_read_at``. 205, without a body."""
    user, body = _me(visit), await visit.body()
    until = body.get("last_read_at")
    for thread in visit.world.threads:
        if thread.user == user and (not until or (iso(thread.updated) or "") <= until):
            thread.unread, thread.read = False, visit.world.now()
    return web.Response(status=205)


async def get(visit: Visit) -> web.Response:
    """One thread."""
    return web.json_response(_shape(visit.world, _thread(visit)))


async def read(visit: Visit) -> web.Response:
    """Mark one as read. 205, without a body."""
    thread = _thread(visit)
    thread.unread, thread.read = False, visit.world.now()
    return web.Response(status=205)


async def done(visit: Visit) -> web.Response:
    """Mark one as done, after which it is in no list."""
    visit.world.threads.remove(_thread(visit))
    return web.Response(status=204)


def _me(visit: Visit) -> User:
    user = visit.me
    if visit.token and visit.token.fine_grained:
        kind = "integration" if visit.token.app else "personal access token"
        raise Refusal(403, f"Resource not accessible by {kind}")
    visit.scope("notifications", "repo")
    return user


def _thread(visit: Visit) -> Thread:
    user, wanted = _me(visit), visit.number("id")
    for thread in visit.world.threads:
        if thread.id == wanted and thread.user == user:
            return thread
    raise not_found()


def _shape(world: World, thread: Thread) -> dict[str, Any]:
    api = f"{world.root}{API}"
    about = f"{api}/repos/{thread.repo.full_name}"
    number, comments = thread.issue.number, thread.issue.comments
    kind = "pulls" if thread.issue.pull else "issues"
    subject = f"{about}/{kind}/{number}"
    latest = f"{about}/issues/comments/{comments[-1].id}" if comments else subject
    return {
        "id": str(thread.id),
        "unread": thread.unread,
        "reason": thread.reason,
        "updated_at": iso(thread.updated),
        "last_read_at": iso(thread.read),
        "subject": {
            "title": thread.issue.title,
            "url": subject,
            "latest_comment_url": latest,
            "type": "PullRequest" if thread.issue.pull else "Issue",
        },
        "repository": repository(world, thread.repo),
        "url": f"{api}/notifications/threads/{thread.id}",
        "subscription_url": f"{api}/notifications/threads/{thread.id}/subscription",
    }
