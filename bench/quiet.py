"""One command at a time, by different people in encrypted rooms of two: the usual case."""

from __future__ import annotations

import asyncio
import itertools
from random import Random
from typing import Final

from bench.contender import NAMES, rotated
from bench.figures import Figure, ms, p50, p95
from bench.plan import Plan
from bench.stand import Stand

_AFTERWARDS: Final = 0.3  # seconds until what follows an answer is done, so that its CPU counts


async def measure(stand: Stand, plan: Plan) -> list[Figure]:
    """Time and CPU of single commands, with a pause between them as between people's."""
    typical = Figure("command to answer, p50", "ms")
    tail = Figure("command to answer, p95", "ms")
    cpu = Figure("CPU per command, one at a time", "ms", aim=8, digits=1)
    jitter = Random(0)  # the same pauses in each run, and no beat with anybody's timer
    turns = {name: itertools.cycle(range(len(stand.askers))) for name in NAMES}
    for names in rotated(plan.quiet_rounds):
        for name in names:
            contender, before = stand.contenders[name], stand.contenders[name].usage()
            samples = []
            for number in itertools.islice(turns[name], plan.quiet):
                await asyncio.sleep(jitter.uniform(0.05, 0.1))
                samples.append(await stand.askers[number].ask(stand.rooms[number][name]))
            await asyncio.sleep(_AFTERWARDS)
            typical.add(name, p50(ms(samples)))
            tail.add(name, p95(ms(samples)))
            cpu.add(name, (contender.usage().cpu - before.cpu) * 1000 / plan.quiet)
    return [typical, typical.to_floor("… beside the floor", aim=1.25), tail, cpu]
