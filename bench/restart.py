"""Restarts: how soon the first answer comes, what a room's first command takes, what is lost."""

from __future__ import annotations

import asyncio
from time import perf_counter
from typing import Final

from bench.asker import PATIENCE, Asked, Asker, NoAnswer
from bench.contender import NAMES, rotated
from bench.figures import Figure, ms, p50
from bench.plan import Plan
from bench.stand import Stand

_SETTLED: Final = 1.0  # seconds after the first answer until the next command
_FRESH: Final = 3  # rooms in which a first command after the restart is measured
_DOWN: Final = 3  # commands said while the process is not there
_STARTING: Final = 12  # commands said while it starts
_PACE: Final = 0.15  # seconds between those


async def measure(stand: Stand, plan: Plan, rooms: int) -> list[Figure]:
    """Stop, say a command, start, wait for the answer; then ask in rooms not used since."""
    start = Figure(f"start to first answer, {rooms} rooms", "s", aim=1.2, digits=2)
    first = Figure("… first command in a room after it", "ms")
    later = Figure("… a later one there", "ms")
    memory = Figure("… resident memory then", "MB", aim=80)
    for number, names in enumerate(rotated(plan.starts)):
        for name in names:
            turn = number * (_FRESH + 1)
            start.add(name, await _restart(stand, name, turn))
            await asyncio.sleep(_SETTLED)
            pairs = [await _pair(stand, name, turn + 1 + n) for n in range(_FRESH)]
            first.add(name, p50(ms(pair[0] for pair in pairs)))
            later.add(name, p50(ms(pair[1] for pair in pairs)))
            memory.add(name, stand.contenders[name].usage().memory)
    return [start, first, later, memory]


async def _restart(stand: Stand, name: str, turn: int) -> float:
    """Seconds from the start of the process to the answer of what was said before."""
    contender = stand.contenders[name]
    await contender.stop()
    asker, asked = await _say(stand, name, turn)
    began = perf_counter()
    await contender.launch()
    return await asker.answered(asked) - began


async def _pair(stand: Stand, name: str, turn: int) -> tuple[float, float]:
    """Seconds for the first and for the second command in a room."""
    number = turn % len(stand.askers)
    asker, room = stand.askers[number], stand.rooms[number][name]
    first = await asker.ask(room)
    await asyncio.sleep(0.1)
    return first, await asker.ask(room)


async def _say(stand: Stand, name: str, turn: int) -> tuple[Asker, Asked]:
    number = turn % len(stand.askers)
    asker = stand.askers[number]
    return asker, await asker.say(stand.rooms[number][name])


# ------------------------------------------------------------------------------- what is lost
async def lose(stand: Stand, rooms: int) -> Figure:
    """Say commands while each contender is down and starting, after SIGTERM and after SIGKILL."""
    said = 2 * (_DOWN + _STARTING)
    lost = Figure(f"lost of {said} said while down or starting, {rooms} rooms", "", aim=0)
    for name in NAMES:
        lost.add(name, sum([await _lose(stand, name, kill=kill) for kill in (False, True)]))
    return lost


async def _lose(stand: Stand, name: str, *, kill: bool) -> int:
    """How many of the commands were not answered."""
    contender = stand.contenders[name]
    await (contender.kill() if kill else contender.stop())
    said = [await _say(stand, name, turn) for turn in range(_DOWN)]
    await contender.launch()
    for turn in range(_STARTING):
        await asyncio.sleep(_PACE)
        said.append(await _say(stand, name, _DOWN + turn))
    deadline = perf_counter() + PATIENCE
    unanswered = 0
    for asker, asked in said:
        try:
            await asker.answered(asked, patience=max(0.1, deadline - perf_counter()))
        except NoAnswer:
            unanswered += 1
    return unanswered
