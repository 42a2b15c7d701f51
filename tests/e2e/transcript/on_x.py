"""What there is on X, and what is done there."""

from __future__ import annotations

import re
from typing import Final

from tests.e2e.transcript.stage import Stage


async def _authorises(stage: Stage, who: str, account: str, pin: str) -> None:
    heard = [m.body for m in (await stage.person(who)).timeline if m.sender == stage.bot.user]
    token = re.findall(r"oauth_token=(\S+)", "\n".join(heard))[-1]
    stage.known[pin] = await stage.x.authorise(token, account)


async def _posts(stage: Stage, account: str, text: str) -> None:
    stage.x.publish(account, text)


async def _posted(stage: Stage, account: str, text: str) -> None:
    said = [(post.author.name, post.text) for post in stage.x.posts]
    assert (account, text) in said, f"on X there is only {said}"


async def _not_posted(stage: Stage, account: str) -> None:
    said = [post.text for post in stage.x.posts if post.author.name == account]
    assert not said, f"@{account} has posted {said}"


async def _liked(stage: Stage, account: str, text: str) -> None:
    liked = [post.text for post in stage.x.posts if (account, post.id) in stage.x.likes]
    assert text in liked, f"@{account} likes {liked or 'nothing'}"


DIRECTIONS: Final = {
    r"(\w+) authorises actas on X as @(\w+), and is shown the PIN \{(\w+)\}": _authorises,
    r"On X @(\w+) has posted: (.+)": _posts,
    r"On X there is now, by @(\w+): (.+)": _posted,
    r"On X @(\w+) likes: (.+)": _liked,
    r"On X @(\w+) has posted nothing": _not_posted,
}
