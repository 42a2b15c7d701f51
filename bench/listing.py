"""``python -m bench.listing``: how much longer ``list`` takes than Jenkins itself.

A folder of ten thousand jobs at the stand-in. In turns the same question is asked by a bare client,
which only receives the answer, and by the command, up to the answer as it is sent to the room.
"""

from __future__ import annotations

import asyncio
import sys
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from statistics import median
from typing import Any, Final

import aiohttp
from rich.console import Console
from rich.table import Table
from yarl import URL

from bench import machine
from bot.matrix.render import render
from bot.model import Actor, Credential
from bot.plugin import Call
from bot.secret import Secret
from bot.services.jenkins import JenkinsService
from bot.services.jenkins.browsing import list_jobs
from bot.services.jenkins.settings import JenkinsSettings
from sandbox.jenkins import READ, JenkinsStandIn

_JOBS: Final = 10_000
_ROUNDS: Final = 15
_AIM: Final = 1.5
ALICE: Final = "@alice:example.org"


class _Nothing:
    """No progress, and nothing that is followed."""

    async def update(self, reply: Any) -> None:
        """Nobody looks."""

    async def stop(self, topic: str = "") -> tuple[str, ...]:
        """Nothing to stop."""
        return (topic,)[:0]


async def _timed(work: Callable[[], Awaitable[object]]) -> float:
    began = time.perf_counter()
    await work()
    return (time.perf_counter() - began) * 1000


async def measure() -> tuple[list[float], list[float]]:
    """Milliseconds of Jenkins alone, and of the command, in turns."""
    async with JenkinsStandIn() as jenkins, aiohttp.ClientSession() as http:
        token = jenkins.add_user("alice")
        for number in range(_JOBS):
            jenkins.add_job(f"service-{number:05}")
        jenkins.allow("alice", "", READ)
        service = JenkinsService("jenkins", [], JenkinsSettings(url=jenkins.url))
        fields = {"user": Secret("alice"), "token": Secret(token)}
        credential = Credential(ALICE, "jenkins", "alice", fields, "identity", datetime.now(UTC))
        actor = Actor(ALICE, "!room:example.org", "DEVICE", "identity")

        basic = aiohttp.encode_basic_auth("alice", token)

        async def command() -> None:
            service.site.clock = lambda: 3600.0 * len(jenkins.requests)  # nothing is kept so long
            async with service.api(credential) as api:
                call = Call(actor, "alice", api, _Nothing(), _Nothing())
                render(await list_jobs.handler(call))

        async def bare() -> None:
            url = URL(jenkins.url + jenkins.requests[-1].raw_path, encoded=True)
            async with http.get(url, headers={"Authorization": basic}) as response:
                await response.read()

        await command()
        theirs, ours = list[float](), list[float]()
        for _ in range(_ROUNDS):
            theirs.append(await _timed(bare))
            ours.append(await _timed(command))
        return theirs, ours


def main() -> int:
    """Measure and print; return the exit code."""
    theirs, ours = asyncio.run(measure())
    ratio = median(our / their for our, their in zip(ours, theirs, strict=True))
    console = Console(highlight=False, width=None if sys.stdout.isatty() else 120)
    console.print("\n".join(("", *machine.describe(), "")), markup=False)
    table = Table("a folder of ten thousand jobs", "median", "lowest – highest", "aim")
    for name, times in (("Jenkins answers", theirs), ("list is answered", ours)):
        spread = f"{min(times):.0f} – {max(times):.0f}"
        table.add_row(name, f"{median(times):.0f} ms", spread, "")
    table.add_row("… beside Jenkins itself", f"{ratio:.2f} ×", "", f"≤ {_AIM} ×")
    console.print(table)
    return 0


if __name__ == "__main__":
    sys.exit(main())
