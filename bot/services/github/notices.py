"""Notifications: what GitHub wants one to see."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Final

from bot.errors import Forbidden, Invalid
from bot.plugin import Call, Effect, command
from bot.prose import short
from bot.reply import Inline, Line, Link, Reply, Strong, line, numbered, say
from bot.services.github.api import GitHubApi
from bot.services.github.beans import Thread
from bot.services.github.names import REPOSITORY, THREAD, ThreadRef
from bot.services.github.site import Place, Site
from bot.services.github.spans import age

_ALL: Final = "notifications{?per_page}"
_ONE: Final = "notifications/threads/{thread}"
_LISTED: Final = 25
_SUBJECT: Final = re.compile(
    rf"/repos/(?P<repo>{REPOSITORY})/(?P<kind>issues|pulls)/(?P<n>\d{{1,9}})\Z"
)
_TITLE: Final = 200  # characters
_CLASSIC: Final = (
    "it tells notifications to OAuth apps and to classic tokens only, and yours is neither; "
    "connect again in another way"
)
_ID: Final = re.compile(r"[0-9]{1,20}", re.ASCII)


@command("notifications", aliases=("inbox",))
async def notifications(call: Call[GitHubApi]) -> Reply:
    """List your unread notifications, newest first."""
    found = await _asked(call.api)
    threads = [thread for thread in found if _ID.fullmatch(thread.id)]
    if not threads:
        return say("You have no unread notifications.")
    site, now, shown = call.api.site, datetime.now(UTC), threads[:_LISTED]
    rows = numbered([_row(site, thread, now) for thread in shown])
    page = Link(f"{site.settings.url}/notifications", f"{site.settings.url}/notifications")
    rest = [line("There are more: ", page, ".")] if len(threads) > len(shown) else []
    listing = tuple(" ".join(filter(None, (f"{THREAD}{t.id}", _subject(t)))) for t in shown)
    return Reply((line("Your notifications:"), rows, *rest), listing=listing)


@command("notifications read", effect=Effect.WRITE, examples=("notifications read 2",))
async def notifications_read(call: Call[GitHubApi], notification: ThreadRef) -> Reply:
    """Mark a notification as read."""
    variables = {"thread": notification.id}
    await call.api.change("PATCH", _ONE, variables, "such notification")
    about = f" of {notification.issue}" if notification.issue else ""
    return say(f"Your notification{about} is marked as read.")


async def _asked(api: GitHubApi) -> tuple[Thread, ...]:
    """All that are unread.

    Raises:
        Invalid: the token is of a kind that GitHub tells none.
    """
    variables = {"per_page": _LISTED + 1}
    try:
        return await api.read_all(Thread, _ALL, variables, "list of notifications")
    except Forbidden as error:
        if error.permission:
            raise
    raise Invalid(_CLASSIC)


def _row(site: Site, thread: Thread, now: datetime) -> Line:
    title = short(thread.subject.title, _TITLE)
    facts = f" ({short(thread.reason, 30).replace('_', ' ')}, {age(thread.updated_at, now)})"
    return line(_where(site, thread), ": ", Strong(title), facts)


def _where(site: Site, thread: Thread) -> Inline:
    full, kind = _subject(thread), _kind(thread)
    if full:
        return site.issue_link(full, pull=kind == "pulls")
    name = thread.repository.full_name
    known = re.fullmatch(REPOSITORY, name, re.ASCII)
    return site.link(Place(name)) if known else short(name, _TITLE)


def _subject(thread: Thread) -> str:
    """``acme/site#12``, where it is about an issue or a pull request."""
    found = _SUBJECT.search(thread.subject.url)
    return f"{found['repo']}#{found['n']}" if found else ""


def _kind(thread: Thread) -> str:
    found = _SUBJECT.search(thread.subject.url)
    return found["kind"] if found else ""
