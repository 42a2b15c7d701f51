"""In which order people have said things, as their Megolm sessions tell it.

A homeserver can withhold, hold back and reorder messages, but it cannot change where they stand in
their session.
"""

from __future__ import annotations

from dataclasses import dataclass

from bot.model import Place
from bot.recent import Recent


@dataclass(slots=True)
class _Run:
    """What has come of a session without a gap and in order: from ``first`` to ``last``."""

    session: str
    first: int
    last: int


class Order:
    """Knows the last run of each user in each room; in memory, so a restart begins new ones."""

    def __init__(self) -> None:
        self._runs: Recent[tuple[str, str], _Run] = Recent()

    def place(self, user: str, room_id: str, session: str, index: int) -> Place:
        """Where the message stands that has come now."""
        run = self._runs.get((user, room_id))
        if run is not None and run.session == session and index <= run.last:
            return Place(session, index, index)  # it comes late: nothing is known to be before it
        if run is None or run.session != session or index > run.last + 1:
            run = self._runs[user, room_id] = _Run(session, index, index)
        run.last = index
        return Place(session, index, run.first)
