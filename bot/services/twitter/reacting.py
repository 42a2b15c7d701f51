"""The commands that say something about others' posts without a word: like, retweet."""

from __future__ import annotations

from bot.plugin import Call, Effect, command
from bot.reply import Link, Reply, line
from bot.services.twitter.api import TwitterApi
from bot.services.twitter.arguments import PostRef


@command("like", effect=Effect.WRITE, examples=("like 2",))
async def like(call: Call[TwitterApi], post: PostRef) -> Reply:
    """Like a post."""
    await call.api.like(post.id)
    return _told(call, "Liked: ", post)


@command("retweet", effect=Effect.WRITE, aliases=("repost",), examples=("retweet 2",))
async def retweet(call: Call[TwitterApi], post: PostRef) -> Reply:
    """Show a post to those who follow you."""
    await call.api.retweet(post.id)
    return _told(call, "Reposted: ", post)


def _told(call: Call[TwitterApi], done: str, post: PostRef) -> Reply:
    address = call.api.address(post.author, post.id)
    link = Link(address, address)
    return Reply((line(done, link),), about=link)
