"""What can be said to X."""

from __future__ import annotations

from typing import Final

from bot.errors import UserError
from bot.plugin import Call, Effect, Rest, command
from bot.reply import Line, Link, Mono, Reply, Strong, bullets, line, say
from bot.services.twitter.answers import Post
from bot.services.twitter.api import TwitterApi
from bot.services.twitter.length import LONGEST, weighted_length

LONGEST_QUERY: Final = 512  # characters, X's limit


@command(
    "search", effect=Effect.READ, examples=("search matrix", 'search "release notes" -is:retweet')
)
async def search(call: Call[TwitterApi], query: Rest) -> Reply:
    """Show the newest posts of the last seven days that match X's search query."""
    wanted = _query(query)
    found = await call.api.search(wanted)
    if not found:
        return say("No post of the last seven days matches ", Mono(wanted), ".")
    return Reply((bullets([_item(call.api, post) for post in found]),))


@command("tweet", effect=Effect.WRITE, examples=("tweet Release 1.2 is out",))
async def tweet(call: Call[TwitterApi], text: Rest) -> Reply:
    """Post as yourself, up to 280 characters as X counts them."""
    length = weighted_length(text)
    post = await call.api.post(text)
    address = call.api.address(call.account, post)
    return say("Posted: ", Link(address, address), f" ({length} of {LONGEST} characters)")


@command("whoami", effect=Effect.READ)
async def whoami(call: Call[TwitterApi]) -> Reply:
    """Ask X which account you act as."""
    name = await call.api.me()
    return say("On X you are ", Link(f"@{name}", call.api.address(name)), ".")


def _query(text: str) -> str:
    query = " ".join(text.split())
    if not query:
        raise UserError("There is nothing to search for.", "Say it like this: search <query>")
    if len(query) > LONGEST_QUERY:
        raise UserError(
            f"This query has {len(query)} characters; X takes {LONGEST_QUERY}.", "Shorten it."
        )
    if not query.isprintable():
        raise UserError("This query has characters that X does not take.", "Type it anew.")
    return query


def _item(api: TwitterApi, post: Post) -> Line:
    author = Strong(f"@{post.author}") if post.author else Strong("Somebody")
    text = " ".join(post.text.split())  # a post must not look like several, or like the bot
    return line(author, ": ", text, " ", Link("open", api.address(post.author, post.id)))


COMMANDS: Final = (search, tweet, whoami)
