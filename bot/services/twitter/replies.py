"""What the commands show of X: posts, an account, what will be posted.

Texts of others are one line each, behind their author's name: a post must not look like several
posts, or like the bot.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Final

from bot.prose import counted, short
from bot.reply import Inline, Line, Link, Mono, Quote, Reply, Strong, line, numbered
from bot.services.twitter.ages import age
from bot.services.twitter.answers import Post, Profile
from bot.services.twitter.api import Prices, TwitterApi
from bot.services.twitter.draft import Part
from bot.services.twitter.length import LONGEST

_LONGEST_LINE: Final = 600  # characters of somebody else's text
_LINKS_NAMED: Final = 5
_LONGEST_LINK: Final = 100


def listed(api: TwitterApi, posts: Sequence[Post], now: datetime, *before: Line) -> Reply:
    """Numbered posts, which ``like 2`` can then mean."""
    items = numbered([_item(api, post, now) for post in posts])
    return Reply((*before, items), listing=tuple(post.id for post in posts))


def portrait(api: TwitterApi, profile: Profile) -> tuple[Line, ...]:
    """An account: its name and link, what it says of itself, its numbers."""
    link = Link(f"@{profile.handle}", api.address(profile.handle))
    name = short(profile.name, _LONGEST_LINE)
    about = [line(short(profile.about, _LONGEST_LINE))] if profile.about.strip() else []
    protected = " The posts are protected." if profile.protected else ""
    followers, posts = counted(profile.followers, "follower"), counted(profile.posts, "post")
    numbers = f"{followers}, follows {profile.following:,}, {posts}."
    return (line(link, f" ({name})" if name else ""), *about, line(numbers + protected))


def preview(
    parts: Sequence[Part], account: str, prices: Prices, reply_to: Link | None = None
) -> Reply:
    """What will be posted, to the letter, for the question whether it is meant."""
    answering: tuple[Inline, ...] = (", in reply to ", reply_to) if reply_to else ()
    if len(parts) == 1:
        length = f", {parts[0].length} of {LONGEST} characters"
        head = line("One post as ", Strong(account), *answering, length, ":")
        return Reply((head, Quote(parts[0].text), *flags(parts, prices)))
    head = line(
        f"This is longer than the {LONGEST} characters of a post. As a thread of {len(parts)} "
        "posts by ",
        Strong(account),
        *answering,
        ":",
    )
    shown = [
        block
        for number, part in enumerate(parts, 1)
        for block in (line(f"Post {number}, {part.length} characters:"), Quote(part.text))
    ]
    return Reply((head, *shown, *flags(parts, prices)))


def _item(api: TwitterApi, post: Post, now: datetime) -> Line:
    author = Strong(f"@{post.author}") if post.author else Strong("Somebody")
    facts = [
        age(post.created, now) if post.created else "",
        counted(post.likes, "like") if post.likes else "",
        counted(post.reposts, "repost") if post.reposts else "",
    ]
    known = ", ".join(filter(None, facts))
    about = f" ({known}): " if known else ": "
    link = Link("open", api.address(post.author, post.id))
    return line(author, about, short(post.text, _LONGEST_LINE), " ", link)


def flags(parts: Sequence[Part], prices: Prices) -> Iterator[Line]:
    """That there are links, and what that costs."""
    found = [(link, number) for number, part in enumerate(parts, 1) for link in part.links]
    if not found:
        return
    named: list[Inline] = []
    for link, number in found[:_LINKS_NAMED]:
        where = f" in post {number}" if len(parts) > 1 else ""
        named += [", " if named else "", Mono(short(link, _LONGEST_LINK)), where]
    count = "a link: " if len(found) == 1 else f"{len(found)} links: "
    more = f" and {len(found) - _LINKS_NAMED} more." if len(found) > _LINKS_NAMED else "."
    yield line("It has ", count, *named, more, _price(prices))


def _price(prices: Prices) -> str:
    if prices.link is None:
        return ""
    instead = "" if prices.post is None else f" instead of {_dollars(prices.post)}"
    return f" A post with a link costs the owner of this app {_dollars(prices.link)}{instead}."


def _dollars(amount: float) -> str:
    whole, _, cents = f"{amount:.4f}".partition(".")
    return f"${whole}.{cents.rstrip('0').ljust(2, '0')}"
