"""Where secrets come in (P1), and what is done about those that are said elsewhere."""

from __future__ import annotations

import re
from typing import Final

import structlog

from bot import notices
from bot.answers import Answers
from bot.errors import ActasError
from bot.matrix.outbound import Sender
from bot.matrix.rooms import Rooms
from bot.metrics import Metrics
from bot.model import Message
from bot.plugin import Flow

_LONG_WORD: Final = re.compile(r"(?=[^\s]*\d)[^\s]{12,}")
_PIN: Final = re.compile(r"\d{5,8}")

log = structlog.get_logger()


class Intake:
    """Decides whether a secret may be taken, and removes what was shown."""

    def __init__(self, rooms: Rooms, sender: Sender, answers: Answers, metrics: Metrics) -> None:
        self._rooms, self._sender, self._answers = rooms, sender, answers
        self._metrics = metrics

    async def accepts(self, message: Message) -> bool:
        """P1: encrypted, from a device its sender answers for, and nobody else in the room.

        The members are those that the server lists at this moment, joined and invited.
        """
        actor = message.actor
        if not actor.device:
            return False
        try:
            return await self._rooms.is_private_now(actor.room, actor.user)
        except ActasError as error:
            log.warning("intake.members_unknown", room=actor.room, error=str(error))
            return False

    async def remove(self, room: str, event_id: str) -> bool:
        """Redact a message that holds a secret. False where the bot may not."""
        return await self._sender.redact(room, event_id, "it held a secret")

    async def refuse(self, room: str, event_id: str, flow: Flow) -> None:
        """A secret was said where it must not be: remove it, and say that it is known now."""
        removed = await self.remove(room, event_id)
        self._metrics.refused["secret shown"] += 1
        log.warning("intake.refused", room=room, removed=removed)
        sentence = notices.exposed(flow.revoke_hint, removed=removed)
        await self._answers.fixed(room, sentence, about=event_id)


def awaited(text: str, flow: Flow) -> bool:
    """Whether ``text``, said elsewhere, may be the answer that ``flow`` waits for."""
    word = text.strip()
    if flow.shape and re.search(flow.shape, word[:4096]):
        return True
    return bool(_LONG_WORD.fullmatch(word[:4096]) or _PIN.fullmatch(word))
