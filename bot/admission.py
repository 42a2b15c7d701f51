"""Who is listened to: who may speak, how often, and what an identity that has changed may say."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from bot import notices
from bot.accounts import Accounts
from bot.answers import Answers
from bot.clock import now
from bot.commands.parser import Address
from bot.commands.registry import FlowAnswer, FlowStart, Invocation, Registry
from bot.connections import Connections
from bot.matrix.rooms import Rooms
from bot.model import Actor, Message, Standing
from bot.pace import Pace, Throttle
from bot.plugin import Service
from bot.policy import Access, Verdict, may
from bot.prose import counted
from bot.reply import Reply, marked, say
from bot.strays import Strays

_UNKNOWN_MAY_SAY: Final = ("help", "connect", "verify")  # who is not who the bot knows


class Admission:
    """Decides, and says so to those who are not admitted."""

    def __init__(
        self,
        *,
        access: Access,
        accounts: Accounts,
        answers: Answers,
        connections: Connections,
        registry: Registry,
        rooms: Rooms,
        strays: Strays,
        throttle: Throttle,
        throttles: Mapping[str, Throttle],
    ) -> None:
        """``throttle`` is for all that one person says, ``throttles`` for single services."""
        self._access, self._accounts, self._answers = access, accounts, answers
        self._connections, self._registry, self._rooms = connections, registry, rooms
        self._strays, self._throttle, self._throttles = strays, throttle, throttles

    def may_speak(self, actor: Actor) -> Verdict:
        """Whether they may say anything to the bot where they are."""
        return may(actor, None, self._access)

    async def admits(self, message: Message, found: Address | None, *, counts: bool) -> bool:
        """Whether a text is looked at any further; ``counts``: as one of the person's requests.

        What has to be said about a refusal has been said.
        """
        actor = message.actor
        verdict = self.may_speak(actor)
        if not verdict:
            if (
                found is not None
                and found.certain
                and self._strays.once(actor.user, actor.room, "access")
            ):
                await self._answers.answer(message, marked(verdict.reason))
            return False
        return not counts or await self._goes(message, self._throttle)

    def counts(self, user: str) -> bool:
        """Count one more request of the user's that is answered elsewhere. False if too many."""
        return self._throttle.take(user, now()) is Pace.GO

    async def asks_within_limits(self, message: Message, service: Service[Any]) -> bool:
        """Whether the service may be asked once more by this person; a refusal has been said."""
        limit = self._throttles.get(service.name)
        return limit is None or await self._goes(message, limit, service.title)

    async def _goes(self, message: Message, throttle: Throttle, title: str = "") -> bool:
        user = message.actor.user
        pace = throttle.take(user, now())
        if pace is Pace.SAY_SO:
            await self._answers.answer(message, _too_much(throttle, user, title))
        return pace is Pace.GO

    async def unknown_may(self, message: Message, found: Address | None, meaning: object) -> bool:
        """A changed identity may connect again, in the direct message, and little else."""
        if not message.actor.private or found is None:
            return False
        if isinstance(meaning, Invocation):
            return meaning.service is None and meaning.command.name in _UNKNOWN_MAY_SAY
        if await self._accounts.standing(message.actor) is not Standing.CHANGED:
            return False
        match meaning:
            case FlowStart() | FlowAnswer():
                return True
        return (
            found.text.strip().casefold() == "cancel"
            or self._connections.waiting(message.actor.user) is not None
            or self._registry.looks_like_secret(found.text) is not None
        )

    async def tell_standing(self, message: Message) -> None:
        """Tell it in the direct message: each time there, once in ten minutes from elsewhere."""
        actor = message.actor
        standing = await self._accounts.standing(actor)
        told = actor.private or self._strays.once(actor.user, actor.room, standing.name)
        if standing in notices.STANDINGS and told:
            room = actor.room if actor.private else await self._rooms.direct(actor.user)
            await self._answers.fixed(room, notices.STANDINGS[standing], about=message.event_id)


def _too_much(throttle: Throttle, user: str, title: str = "") -> Reply:
    for_whom = f" for {title}" if title else ""
    most, again = throttle.per_minute, throttle.opens_in(user, now())
    return say(
        f"That is more than {counted(most, 'command')}{for_whom} in a minute. "
        f"Say it again in {again} s."
    )
