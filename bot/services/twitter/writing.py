"""The commands that post and delete: tweet, reply, delete."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from bot.errors import Forbidden, Invalid, RateLimited, UserError
from bot.plugin import Call, Effect, Ready, Rest, command
from bot.reply import Link, Quote, Reply, Strong, line, say
from bot.services.twitter.ages import age
from bot.services.twitter.api import TwitterApi
from bot.services.twitter.arguments import PostRef
from bot.services.twitter.replies import preview
from bot.services.twitter.thread import publish


async def _show_tweet(call: Call[TwitterApi], _: Mapping[str, Any], text: Rest) -> Ready:
    parts = await call.api.draft(text)
    shown = preview(parts, call.account, call.api.prices)
    return Ready({"text": text}, shown, ask=len(parts) > 1)


@command("tweet", effect=Effect.WRITE, examples=("tweet Release 1.2 is out",), prepare=_show_tweet)
async def tweet(call: Call[TwitterApi], text: Rest) -> Reply:
    """Post as yourself; a text that is too long for a post is offered as a thread."""
    return await publish(call, await call.api.draft(text))


async def _show_reply(
    call: Call[TwitterApi], _: Mapping[str, Any], post: PostRef, text: Rest
) -> Ready:
    parts = await call.api.draft(text)
    shown = preview(parts, call.account, call.api.prices, _link(call, post))
    ready = {"post": post, "text": text}
    return Ready(ready, shown, ask=len(parts) > 1, also=(f"tweet {text}",))


@command(
    "reply",
    effect=Effect.WRITE,
    examples=("reply 2 Thank you!", "reply https://x.com/matrixdotorg/status/20 Well done"),
    prepare=_show_reply,
)
async def reply(call: Call[TwitterApi], post: PostRef, text: Rest) -> Reply:
    """Reply to a post; X allows it where the post's author has mentioned you."""
    return await publish(call, await call.api.draft(text), reply_to=post.id)


async def _show_doomed(call: Call[TwitterApi], _: Mapping[str, Any], post: PostRef) -> Ready:
    ready = {"post": post}
    own = call.account.removeprefix("@").lower()
    if post.author.lower() not in ("", own):
        raise UserError(
            "By its link that post is somebody else's; you can delete only yours.",
            "If it is yours all the same, give its id.",
        )
    try:
        found, is_own = await call.api.look_up(post.id)
    except (Forbidden, Invalid, RateLimited):  # X may let delete what it does not let read
        return Ready(ready, say("The post ", _link(call, post), " of ", Strong(call.account), "."))
    if not is_own:
        raise UserError("That post is somebody else's; you can delete only yours.")
    when = f", {age(found.created, datetime.now(UTC))}" if found.created else ""
    head = line("Your post ", _link(call, post), when, ":")
    return Ready(ready, Reply((head, Quote(found.text))))


@command(
    "delete",
    effect=Effect.DANGER,
    examples=("delete 1", "delete https://x.com/alice/status/1750000000000000001"),
    prepare=_show_doomed,
)
async def delete(call: Call[TwitterApi], post: PostRef) -> Reply:
    """Delete one of your own posts; it is shown first."""
    await call.api.delete(post.id)
    return say("Deleted the post ", post.id, ".")


def _link(call: Call[TwitterApi], post: PostRef) -> Link:
    address = call.api.address(post.author, post.id)
    return Link(address, address)
