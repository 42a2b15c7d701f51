"""What nobody answers for: texts whose sender is not sure, that came too late, or cannot be read.

They are looked at for secrets that were said where they must not be, told of once, and never run.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import structlog

from bot import notices
from bot.answers import Answers
from bot.clock import now
from bot.commands.parser import Address, address, without_fallback
from bot.commands.registry import FlowAnswer, Invocation, Registry
from bot.connections import Connections
from bot.doorman import Doorman
from bot.intake import Intake, awaited, whose
from bot.journal import Journal
from bot.matrix.inbox import Late, Locked, Withheld
from bot.matrix.rooms import Rooms
from bot.model import Doubt, Message, Stray
from bot.pace import Allowance
from bot.plugin import Flow
from bot.policy import Access, matches

_NOTICE_EVERY: Final = 10 * 60 * 1000  # ms between two of the same notice to one user in one room

log = structlog.get_logger()


class Strays:
    """Takes care of them, and knows a secret where it sees one."""

    def __init__(
        self,
        *,
        prefix: str,
        names: Sequence[str],
        access: Access,
        registry: Registry,
        answers: Answers,
        connections: Connections,
        doorman: Doorman,
        intake: Intake,
        journal: Journal,
        rooms: Rooms,
    ) -> None:
        self._prefix, self._names, self._access = prefix, names, access
        self._registry, self._answers, self._connections = registry, answers, connections
        self._doorman, self._intake, self._journal = doorman, intake, journal
        self._rooms = rooms
        self._noticed = Allowance(1, _NOTICE_EVERY)

    async def stray(self, stray: Stray) -> None:
        """A text whose sender is not sure: warn of secrets, explain once, do nothing."""
        body = without_fallback(stray.body)
        found = self.address(body, private=stray.private, mentions_bot=stray.mentions_bot)
        meaning = self._registry.resolve(found.text) if found else None
        if not self.knows(stray.user):
            return
        secret = self.secret_in(stray, meaning)
        if secret is not None:
            await self.warn(stray, secret)
        elif stray.doubt is Doubt.EDITED:
            return  # it was only looked at
        elif stray.doubt is Doubt.CLEAR and not self._rooms.is_encrypted(stray.room):
            await self._doorman.explain(stray.room, stray.event_id)
        elif (
            (found is not None and found.certain) or isinstance(meaning, Invocation)
        ) and self.once(stray.user, stray.room, stray.doubt.value):
            sentence = notices.DOUBTS[stray.doubt]
            await self._answers.fixed(stray.room, sentence, about=stray.event_id)

    async def unreadable(self, item: Locked | Withheld) -> None:
        """Tell somebody that a message of theirs could not be decrypted."""
        if not self.knows(item.user):
            return
        sentence = notices.WITHHELD if isinstance(item, Withheld) else notices.LOCKED
        if self.once(item.user, item.room, type(item).__name__):
            await self._answers.fixed(item.room, sentence, about=item.event_id, asker=item.user)

    def secret_in(self, said: Message | Stray | Late, meaning: object) -> Flow | None:
        """The flow whose secret was said, if any: in its own words or in what they quote."""
        user, _ = whose(said)
        if not self.knows(user):
            return None
        if isinstance(meaning, FlowAnswer) and meaning.secret:
            return meaning.flow
        return self.exposed(user, without_fallback(said.body)) or self.exposed(user, said.body)

    async def warn(self, said: Message | Stray | Late, flow: Flow) -> None:
        """A secret was said where others read it, or by nobody knows whom."""
        await self._intake.refuse(said, flow)
        await self._connections.spoil(whose(said)[0], flow)

    def knows(self, user: str) -> bool:
        """Whether the bot is for this user."""
        return matches((*self._access.users, *self._access.admins), user)

    def exposed(self, user: str, body: str) -> Flow | None:
        """The flow whose secret ``body`` seems to hold."""
        waiting = self._connections.waiting(user)
        if waiting is not None and waiting[0].waiting == "secret" and awaited(body, waiting[1]):
            return waiting[1]
        found = self._registry.looks_like_secret(body)
        return found[1] if found else None

    async def late(self, room: str, items: Sequence[Late]) -> None:
        """What came too late after a downtime: one notice in the room for all of it."""
        log.info("late", room=room, count=len(items))
        for item in items:
            await self._late(item)
        await self._answers.fixed(room, notices.LATE, about=items[0].event_id)
        await self._journal.close([item.event_id for item in items])

    async def _late(self, late: Late) -> None:
        """What is too old to run may hold a secret all the same."""
        found = self.address(late.body, private=late.private, mentions_bot=False)
        meaning = self._registry.resolve(found.text) if found else None
        secret = self.secret_in(late, meaning)
        if secret is not None and late.private:
            await self._intake.remove(late.room, late.event_id)
        elif secret is not None:
            await self.warn(late, secret)

    def address(self, body: str, *, private: bool, mentions_bot: bool) -> Address | None:
        """Whether and how a text is addressed to the bot."""
        return address(
            without_fallback(body),
            prefix=self._prefix,
            names=self._names,
            private=private,
            mentions_bot=mentions_bot,
        )

    def once(self, user: str, room: str, what: str) -> bool:
        """True if this has not been said to the user in the room for ten minutes."""
        return self._noticed.take((user, room, what), now())
