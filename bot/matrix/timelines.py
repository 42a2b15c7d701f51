"""The rooms of a sync response: state applied, gaps filled, and what was said since we came."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import structlog

from bot.clock import now
from bot.matrix.client import Homeserver, MatrixError, Unreachable, path
from bot.matrix.events import entries, invitation, is_said, section, timestamp
from bot.matrix.ids import is_id
from bot.matrix.inbox import Invite, Joined
from bot.matrix.rooms import Rooms
from bot.matrix.store import CryptoStore

_BACKFILL: Final = 1000  # events looked back for in a room after a gap

log = structlog.get_logger()


@dataclass(slots=True)
class Taken:
    """What the rooms have brought: events by room, oldest first, and where the bot is new."""

    events: list[tuple[str, Mapping[str, Any]]] = field(default_factory=list)
    arrivals: list[Invite | Joined] = field(default_factory=list)


class Timelines:
    """Takes in the rooms of sync responses. ``max_age`` (ms): a gap is filled as far back."""

    def __init__(
        self, homeserver: Homeserver, rooms: Rooms, store: CryptoStore, bot: str, max_age: int
    ) -> None:
        self._homeserver, self._rooms, self._store = homeserver, rooms, store
        self._bot, self._max_age = bot, max_age

    async def take(self, response: Mapping[str, Any], since: str | None) -> Taken:
        """Take in the rooms of one response; of a first sync (no ``since``) their state only."""
        taken = Taken()
        sections = section(response, "rooms")
        joined, invited, left = (
            {room: r for room, r in section(sections, kind).items() if is_id(room)}
            for kind in ("join", "invite", "leave")
        )
        await self._rooms.need([*joined, *left])
        for room_id in left:
            self._rooms.drop(room_id)
            self._store.drop_outbound(room_id)
        for room_id, room in joined.items():
            await self._take_room(room_id, room, taken, since)
        for room_id, room in invited.items():
            if (invite := invitation(room_id, room, self._bot)) is not None:
                taken.arrivals.append(invite)
        return taken

    async def _take_room(self, room_id: str, joined: Any, taken: Taken, since: str | None) -> None:
        timeline = section(joined, "timeline")
        known = self._rooms.get(room_id).joined_at > 0
        events = [e for e in entries(timeline, "events") if isinstance(e, dict)]
        if since is None:  # the state is whole: who is not in it is not there any more
            self._rooms.get(room_id).members.clear()
        self._rooms.update(room_id, entries(section(joined, "state"), "events"))
        if since is not None and known and timeline.get("limited"):
            events = await self._gap(room_id, timeline.get("prev_batch"), since) + events
        self._rooms.update(room_id, (e for e in events if "state_key" in e))
        if since is None:
            return
        if not known:
            await self._learn(room_id)
            taken.arrivals.append(Joined("", room_id, f"joined {room_id} {now()}"))
        start = self._rooms.get(room_id).joined_at
        said = (
            e for e in events if timestamp(e) >= start and is_said(e) and e["sender"] != self._bot
        )
        taken.events.extend((room_id, e) for e in said)

    async def _learn(self, room_id: str) -> None:
        """Ask for the state of a room we have just come into, if the sync did not have it."""
        try:
            answer = await self._homeserver.request("GET", path("/v3/rooms/{}/members", room_id))
            await self._rooms.look_again(room_id)
        except (MatrixError, Unreachable) as error:
            log.warning("members.unknown", room=room_id, error=str(error))
            return
        self._rooms.update(room_id, entries(answer, "chunk"))

    async def _gap(self, room_id: str, before: Any, since: str) -> list[Any]:
        """The events between two syncs that the server left out, oldest first, if still fresh."""
        found: list[Any] = []
        while isinstance(before, str) and len(found) < _BACKFILL:
            query = {"dir": "b", "from": before, "to": since, "limit": "100"}
            where = path("/v3/rooms/{}/messages", room_id)
            try:
                answer = await self._homeserver.request("GET", where, query=query)
            except (MatrixError, Unreachable) as error:
                log.warning("gap.not_filled", room=room_id, error=str(error))
                break
            chunk = [e for e in entries(answer, "chunk") if isinstance(e, dict)]
            found.extend(chunk)
            before = answer.get("end")
            if not chunk or timestamp(chunk[-1]) < now() - self._max_age:
                break
        mine = (e for e in reversed(found) if e.get("sender") != self._bot)
        return list(mine)
