"""Where an attack takes place: a room with a victim, people that it serves, and an attacker."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from sandbox.person import Person
from sandbox.signing import Json
from tests.attacks.bare import BareBot
from tests.attacks.forger import Forger
from tests.attacks.ours import OurBot
from tests.e2e.seat import Seat
from tests.e2e.steps import meet

Victim = BareBot | OurBot


async def gather(
    victim: Victim, *people: Person, mallory: Forger | None = None, **how: Any
) -> list[Seat]:
    """Meet in a new room, ``how`` being that of :func:`meet`; everybody's seat but Mallory's.

    ``seat.settles()`` is an honest question and its answer, for both victims alike. It comes after
    all that the homeserver has given the victim before.
    """
    seats = await meet(victim, *people, **how)
    if mallory is not None:
        host = seats[0]
        await host.who.invite(host.room, mallory.user)
        await mallory.join(host.room)
        await host.who.has_joined(host.room, mallory.user)
    return seats


async def event(seat: Seat, said: str, /, **fields: Any) -> Json:
    """An event of the room as the homeserver has it, with some fields replaced."""
    path = f"/rooms/{quote(seat.room)}/event/{quote(said)}"
    return await seat.who.device.call("GET", path) | fields
