"""The commands that look: search, timeline, mentions, user, whoami."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Final

from bot.errors import Invalid, UserError
from bot.plugin import Call, Rest, command
from bot.reply import Link, Mono, Reply, line, say
from bot.services.twitter.answers import Post
from bot.services.twitter.api import TwitterApi
from bot.services.twitter.arguments import Handle
from bot.services.twitter.replies import listed, portrait

LONGEST_QUERY: Final = 512  # characters, X's limit


@command("search", examples=("search matrix", 'search "release notes" -is:retweet'))
async def search(call: Call[TwitterApi], query: Rest) -> Reply:
    """Show the newest posts of the last seven days that match X's search query."""
    wanted = _query(query)
    found = await call.api.search(wanted)
    if not found:
        return say("No post of the last seven days matches ", Mono(wanted), ".")
    return _listed(call, found)


@command("timeline")
async def timeline(call: Call[TwitterApi]) -> Reply:
    """Show the newest posts of those whom you follow."""
    found = await call.api.timeline()
    return _listed(call, found) if found else say("Your timeline is empty.")


@command("mentions")
async def mentions(call: Call[TwitterApi]) -> Reply:
    """Show the newest posts that mention you."""
    found = await call.api.mentions()
    return _listed(call, found) if found else say("Nobody has mentioned you yet.")


@command("user", examples=("user @matrixdotorg",))
async def user(call: Call[TwitterApi], name: Handle) -> Reply:
    """Show an account and its newest posts."""
    profile = await call.api.profile(name.name)
    about = Link(f"@{profile.handle}", call.api.address(profile.handle))
    head = portrait(call.api, profile)
    try:
        found = await call.api.posts_of(profile)
    except Invalid as error:  # protected, or the like; the account itself is seen by everybody
        return Reply((*head, line(f"Its posts cannot be seen: {error.what}.")), about=about)
    if not found:
        return Reply((*head, line("It has no posts to show.")), about=about)
    return replace(listed(call.api, found, datetime.now(UTC), *head), about=about)


@command("whoami")
async def whoami(call: Call[TwitterApi]) -> Reply:
    """Ask X which account you act as."""
    name = await call.api.me()
    return say("On X you are ", Link(f"@{name}", call.api.address(name)), ".")


def _listed(call: Call[TwitterApi], posts: Sequence[Post]) -> Reply:
    return listed(call.api, posts, datetime.now(UTC))


def _query(text: str) -> str:
    query = " ".join(text.split())
    if not query:
        raise UserError("There is nothing to search for.", "Say it like this: `search <query>`.")
    if len(query) > LONGEST_QUERY:
        raise UserError(
            f"This query has {len(query)} characters; X takes {LONGEST_QUERY}.", "Shorten it."
        )
    if not query.isprintable():
        raise UserError("This query has characters that X does not take.", "Type it anew.")
    return query
