"""Which rooms the bot comes into, and what it says there first."""

from __future__ import annotations

import structlog

from bot import notices
from bot.answers import Answers
from bot.commands.help import greeting
from bot.commands.registry import Registry
from bot.errors import ActasError
from bot.matrix.client import Homeserver, path
from bot.matrix.inbox import Invite, Joined
from bot.matrix.rooms import Rooms
from bot.policy import Access, matches

log = structlog.get_logger()


class Doorman:
    """Answers invitations; greets people in a new direct message."""

    def __init__(
        self,
        *,
        homeserver: Homeserver,
        rooms: Rooms,
        answers: Answers,
        registry: Registry,
        access: Access,
        prefix: str,
        bot: str,
    ) -> None:
        self._homeserver, self._rooms, self._answers = homeserver, rooms, answers
        self._registry, self._access, self._prefix, self._bot = registry, access, prefix, bot

    async def invited(self, invite: Invite) -> None:
        """Join where a permitted user invites; leave politely otherwise."""
        permitted = matches((*self._access.users, *self._access.admins), invite.user) and (
            invite.direct or matches(self._access.rooms, invite.room)
        )
        step, body = ("join", {}) if permitted else ("leave", {"reason": "I may not come."})
        log.info("invite", room=invite.room, user=invite.user, step=step)
        where = path(f"/v3/rooms/{{}}/{step}", invite.room)
        try:
            await self._homeserver.persist("POST", where, body)
        except ActasError as error:
            log.warning("invite.failed", room=invite.room, error=str(error))

    async def joined(self, joined: Joined) -> None:
        """Greet the one person of a direct message; explain in a room that is not encrypted."""
        room = joined.room
        await self._rooms.need([room])
        if not await self._rooms.look_again(room):
            await self.explain(room, joined.event_id)
            return
        people = set(self._rooms.get(room).members) - {self._bot}
        if len(people) != 1 or not self._rooms.tell_once(room, "greeting"):
            return
        try:
            await self._rooms.remember_direct(people.pop(), room)
        except ActasError as error:
            log.warning("direct_message.not_listed", room=room, error=str(error))
        hello = greeting(self._registry, self._prefix)
        await self._answers.fixed(room, hello, about=room)  # also to those who have to set up keys

    async def explain(self, room: str, about: str) -> None:
        """Say once that the bot works in encrypted rooms only."""
        if self._rooms.tell_once(room, "clear"):
            await self._answers.fixed(room, notices.CLEAR_ROOM, about=about)
