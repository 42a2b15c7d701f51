"""What a former run of the bot left unanswered."""

from __future__ import annotations

import structlog

from bot.answers import Answers
from bot.errors import ActasError
from bot.following import Followers
from bot.journal import Journal, Outgoing, Unfinished
from bot.matrix.client import MatrixError
from bot.matrix.outbound import transaction_id
from bot.matrix.render import notice, render
from bot.reply import Mono, say

log = structlog.get_logger()


class Leftovers:
    """Reports them, each once (P5, P6)."""

    def __init__(self, answers: Answers, followers: Followers, journal: Journal) -> None:
        self._answers, self._followers, self._journal = answers, followers, journal

    async def report(self, left: Unfinished) -> None:
        """Send an answer that was not sent, or say that a command was cut off (P5, P6)."""
        outgoing = left.answer
        if outgoing is None:
            what = Mono(" ".join(filter(None, (left.service, left.command))))
            reply = say(
                "I was stopped while I ran ",
                what,
                ". It may have been carried out: look before you repeat it.",
            )
            content = notice(render(reply), reply_to=left.event_id, mention=left.user)
            outgoing = Outgoing(left.room, content, transaction_id(left.event_id, "answer"))
            await self._journal.settle(left.event_id, left.user, "interrupted", outgoing)
        try:
            event_id = await self._answers.send(outgoing)
            await self._followers.begin(left.event_id, outgoing.replaces or event_id)
        except ActasError as error:
            log.error("answer.not_sent", room=left.room, error=str(error))
            if not (isinstance(error, MatrixError) and 400 <= error.status < 500):
                return  # the homeserver was away; a refusal (we are out of the room) is final
            await self._followers.drop(left.event_id)
        await self._journal.close([left.event_id])
