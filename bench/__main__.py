"""``python -m bench``: measure, and print the table."""

from __future__ import annotations

import argparse
import asyncio
import sys
import time
from pathlib import Path

from rich.console import Console

from bench import flood, load, machine, quiet, report, restart
from bench.figures import Figure
from bench.plan import FULL, QUICK, Plan
from bench.stand import Stand, Tell


async def run(console: Console, plan: Plan) -> list[Figure]:
    """Measure everything that ``plan`` says, telling what is being done.

    Raises:
        ExceptionGroup, NoAnswer: a contender does not answer, or not what it must.
        TimeoutError: it took longer than the plan allows.
    """
    began = time.monotonic()

    def tell(what: str) -> None:
        console.print(f"{time.monotonic() - began:5.0f} s  {what}", style="dim")

    async with asyncio.timeout(plan.limit):
        tell("starting a homeserver and the three contenders")
        async with Stand.open() as stand:
            try:
                return await _measure(stand, plan, tell)
            except BaseException:
                console.print(stand.log(), markup=False)
                raise


async def _measure(stand: Stand, plan: Plan, tell: Tell) -> list[Figure]:
    tell(f"rooms of two for {plan.few} people")
    await stand.settle(plan.few)
    tell(f"restarts with {plan.few} rooms")
    small = await restart.measure(stand, plan, plan.few)
    tell(f"rooms of two for {plan.crowd} people")
    await stand.settle(plan.crowd)
    tell("one command at a time")
    single = await quiet.measure(stand, plan)
    tell(f"{plan.crowd} commands in flight")
    loaded = await load.measure(stand, plan)
    tell(f"{plan.flood} commands of one user")
    flooded = await flood.measure(stand, plan)
    tell(f"{plan.many} rooms")
    await stand.fill(plan.many)
    tell(f"restarts with {plan.many} rooms")
    large = await restart.measure(stand, plan, plan.many)
    lost = await restart.lose(stand, plan.many)
    tell("done")
    return [*single, *loaded, *flooded, *small, *large, lost]


def main() -> int:
    """Measure and print; return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="less of everything: some 80 seconds")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write every round there")
    options = parser.parse_args()
    console = Console(highlight=False, width=None if sys.stdout.isatty() else 160)
    described = list(machine.describe())
    figures = asyncio.run(run(console, QUICK if options.quick else FULL))
    console.print("\n".join(("", *described, "")), markup=False)
    report.show(console, figures)
    if options.json is not None:
        options.json.write_text(report.as_json(described, figures))
    return 0


if __name__ == "__main__":
    sys.exit(main())
