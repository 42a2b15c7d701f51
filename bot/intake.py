"""Where secrets come in (P1), and what is done about those that are said elsewhere."""

from __future__ import annotations

import re
from typing import Final

import structlog

from bot import notices
from bot.answers import Answers
from bot.clock import now
from bot.errors import ActasError
from bot.matrix.inbox import Item, Late
from bot.matrix.outbound import Sender
from bot.matrix.rooms import Rooms
from bot.metrics import Metrics
from bot.model import Message, Stray
from bot.pace import Allowance
from bot.plugin import Flow

_LONG_WORD: Final = re.compile(r"(?=[^\s]*\d)[^\s]{12,}")
_PIN: Final = re.compile(r"\d{5,8}")

log = structlog.get_logger()


class Intake:
    """Decides whether a secret may be taken, and removes what was shown."""

    def __init__(self, rooms: Rooms, sender: Sender, answers: Answers, metrics: Metrics) -> None:
        self._rooms, self._sender, self._answers = rooms, sender, answers
        self._metrics = metrics
        self._warnings = Allowance(5, 10 * 60 * 1000)  # ms

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

    async def refuse(self, said: Message | Stray | Late, flow: Flow) -> None:
        """A secret was said where it must not be: remove it, and say that it is known now.

        The sentence is not given again and again to somebody who goes on.
        """
        user, room = whose(said)
        removed = await self.remove(room, said.event_id)
        self._metrics.refused["secret shown"] += 1
        log.warning("intake.refused", room=room, removed=removed)
        if self._warnings.take((user, room), now()):
            sentence = notices.exposed(flow.revoke_hint, removed=removed)
            await self._answers.fixed(room, sentence, about=said.event_id)


def whose(said: Item) -> tuple[str, str]:
    """The user whose it is, and the room."""
    origin = said.actor if isinstance(said, Message) else said
    return origin.user, origin.room


def awaited(text: str, flow: Flow) -> bool:
    """Whether ``text``, said elsewhere, may be the answer that ``flow`` waits for."""
    word = text.strip()
    if flow.shape and re.search(flow.shape, word[:4096]):
        return True
    return bool(_LONG_WORD.fullmatch(word[:4096]) or _PIN.fullmatch(word))
