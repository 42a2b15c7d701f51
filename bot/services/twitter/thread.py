"""To post a text, as one post or as a thread of them; what came of it is told, never repeated."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC

from bot.errors import Invalid, RateLimited, ServiceError, Unauthorized, Unavailable
from bot.plugin import Call
from bot.reply import Line, Link, Reply, line, numbered
from bot.services.twitter.api import TwitterApi
from bot.services.twitter.draft import Part
from bot.services.twitter.length import LONGEST
from bot.services.twitter.replies import flags


async def publish(
    call: Call[TwitterApi], parts: Sequence[Part], reply_to: str | None = None
) -> Reply:
    """Post one after the other, each as a reply to the one before it.

    Raises:
        ServiceError: X refused the first one. Of a later one the reply tells.
    """
    made: list[str] = []
    for part in parts:
        try:
            made.append(await call.api.post(part.text, made[-1] if made else reply_to))
        except ServiceError as error:
            if not made:
                raise
            return _broken_off(call, parts, made, error)
        if len(made) < len(parts):
            await call.progress.update(Reply((line(f"Posted {len(made)} of {len(parts)} …"),)))
    if len(parts) > 1:
        head = line(f"Posted a thread of {len(parts)} posts:")
        return _told(call, head, parts, made)
    link = _link(call, made[0])
    told = line("Posted: ", link, f" ({parts[0].length} of {LONGEST} characters)")
    return Reply((told, *flags(parts, call.api.prices)), about=link)


def because(error: ServiceError) -> str:
    """Why X did not take a post in the middle of a thread, in a sentence."""
    match error:
        case Invalid(what=what):
            why = f"X does not accept it: {what}."
        case RateLimited(until=until):
            opens = f"; it opens again at {until.astimezone(UTC):%H:%M} UTC" if until else ""
            why = f"X has had too many requests from you{opens}."
        case Unavailable(what=what, retryable=False):
            why = f"X broke off ({what}). That post may have been made: look before you go on."
        case Unavailable(what=what):
            why = f"X cannot be reached or does not answer properly ({what})."
        case Unauthorized():
            why = "X no longer accepts your credential; connect again."
        case _:
            why = "X does not allow it, or the post before it is gone."
    return why


def _broken_off(
    call: Call[TwitterApi], parts: Sequence[Part], made: Sequence[str], error: ServiceError
) -> Reply:
    done, total = len(made), len(parts)
    head = line(f"Posted {done} of {total} posts, then it broke off at post {done + 1}.")
    told = _told(call, head, parts, made)
    left = "The last one is" if total - done == 1 else f"The last {total - done} are"
    why = line(f"{because(error)} {left} not posted, and I do not try again.")
    uncertain = isinstance(error, Unavailable) and not error.retryable
    if uncertain:
        why = line(f"{because(error)} I do not try again.")
    return Reply((*told.blocks, why), listing=told.listing, about=told.about)


def _told(call: Call[TwitterApi], head: Line, parts: Sequence[Part], made: Sequence[str]) -> Reply:
    items = [
        line(_link(call, post), f" ({part.length} of {LONGEST} characters)")
        for part, post in zip(parts, made, strict=False)
    ]
    return Reply((head, numbered(items)), listing=tuple(made), about=_link(call, made[0]))


def _link(call: Call[TwitterApi], post: str) -> Link:
    address = call.api.address(call.account, post)
    return Link(address, address)
