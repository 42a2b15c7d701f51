"""What can be said to X."""

from __future__ import annotations

from typing import Final

from bot.services.twitter.reacting import like, retweet
from bot.services.twitter.reading import mentions, search, timeline, user, whoami
from bot.services.twitter.writing import delete, reply, tweet

COMMANDS: Final = (
    search,
    timeline,
    mentions,
    user,
    whoami,
    tweet,
    reply,
    delete,
    like,
    retweet,
)
