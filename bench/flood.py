"""One user's two hundred commands, and what somebody else feels of them meanwhile."""

from __future__ import annotations

import asyncio
from typing import Final

from bench.asker import PATIENCE, Asker, Room
from bench.contender import rotated
from bench.figures import Figure, ms, p95
from bench.plan import Plan
from bench.stand import Stand

_PAUSE: Final = 0.05  # seconds between two commands of somebody who is not in a hurry
_AT_LEAST: Final = 20  # samples of a p95


async def measure(stand: Stand, plan: Plan) -> list[Figure]:
    """Another one's p95 while the flood is answered, beside theirs just before it."""
    title = f"another's p95 while one user has said {plan.flood} commands"
    tail, ratio = Figure(title, "ms"), Figure("… beside it idle", "×", aim=2, digits=2)
    for names in rotated(plan.flood_rounds):
        for name in names:
            flooding = (stand.askers[0], stand.rooms[0][name])
            other = (stand.askers[1], stand.rooms[1][name])
            idle = p95(ms([await _one(*other) for _ in range(_AT_LEAST)]))
            flood = asyncio.create_task(_pour(*flooding, plan.flood))
            samples: list[float] = []
            while not flood.done() or len(samples) < _AT_LEAST:
                samples.append(await _one(*other))
            await flood
            busy = p95(ms(samples))
            tail.add(name, busy)
            ratio.add(name, busy / idle)
    return [tail, ratio]


async def _one(asker: Asker, room: Room) -> float:
    await asyncio.sleep(_PAUSE)
    return await asker.ask(room)


async def _pour(asker: Asker, room: Room, count: int) -> None:
    """Say them as fast as they can be sent, and wait until the last one is answered."""
    said = [await asker.say(room) for _ in range(count)]
    await asker.answered(said[-1], patience=PATIENCE * 3)
