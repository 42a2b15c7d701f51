"""Many commands in flight: each asker says the next one when the last one is answered."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Final

from bench.asker import Asker, NoAnswer, Room
from bench.contender import NAMES, rotated
from bench.figures import Figure, ms, p50, p95
from bench.plan import Plan
from bench.stand import Stand

_AFTERWARDS: Final = 0.5  # seconds; see quiet.py
_PATIENCE: Final = 4.0  # seconds until a command counts as unanswered
_TAIL: Final = 1.2  # the aim for p95 / p50

Seat = tuple[Asker, Room]


async def measure(stand: Stand, plan: Plan) -> list[Figure]:
    """Times, tail and CPU under load, and the memory that is held after it."""
    crowd = f"{plan.crowd} in flight"
    figures: list[Figure] = []
    apart = {name: _apart(stand, name) for name in NAMES}
    title = f"{crowd}, each in a room of two"
    figures += await _flight(stand, apart, plan.load_rounds, plan.each, title, aim=_TAIL)
    together = {name: _together(stand, name) for name in NAMES}
    title = f"{crowd}, one user in one room"
    figures += await _flight(stand, together, plan.load_rounds, plan.each_together, title)
    memory = Figure("resident memory after the load", "MB", aim=80)
    for name in NAMES:
        memory.add(name, stand.contenders[name].usage().memory)
    return [*figures, memory]


def _apart(stand: Stand, name: str) -> list[Seat]:
    """Everybody in their own room."""
    pairs = zip(stand.askers, stand.rooms, strict=True)
    return [(asker, rooms[name]) for asker, rooms in pairs]


def _together(stand: Stand, name: str) -> list[Seat]:
    """The first one, in one room, as many times."""
    return [(stand.askers[0], stand.rooms[0][name])] * len(stand.askers)


async def _flight(
    stand: Stand,
    seats: dict[str, list[Seat]],
    rounds: int,
    each: int,
    title: str,
    *,
    aim: float | None = None,
) -> list[Figure]:
    typical = Figure(f"{title}: p50", "ms")
    tail = Figure("… p95 / p50", "×", aim, digits=2)
    cpu = Figure("… CPU per command", "ms", aim=8, digits=1)
    lost = Figure("… unanswered", "%", aim=0)
    for names in rotated(rounds):
        for name in names:
            said = len(seats[name]) * each
            before = stand.contenders[name].usage().cpu
            samples = ms(await _fly(seats[name], each))
            await asyncio.sleep(_AFTERWARDS)
            used = stand.contenders[name].usage().cpu - before
            typical.add(name, p50(samples))
            tail.add(name, p95(samples) / p50(samples))
            cpu.add(name, used * 1000 / said)
            lost.add(name, 100 * (1 - len(samples) / said))
    return [typical, typical.to_floor("… beside the floor"), tail, cpu, lost]


async def _fly(seats: Sequence[Seat], each: int) -> list[float]:
    """Everybody asks ``each`` times, one command after the other; seconds of those answered."""

    async def ask(asker: Asker, room: Room) -> list[float]:
        times = []
        for _ in range(each):
            try:
                times.append(await asker.ask(room, patience=_PATIENCE))
            except NoAnswer:
                continue
        return times

    async with asyncio.TaskGroup() as tasks:
        running = [tasks.create_task(ask(*seat)) for seat in seats]
    return [sample for task in running for sample in task.result()]
