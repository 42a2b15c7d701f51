"""Verifying each other: the person at Element, the operator with ``actas verify``."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from sandbox.bot import Bot, Outcome
from tests.e2e.element import Phase, Verification
from tests.e2e.seat import Seat


@asynccontextmanager
async def operator(bot: Bot, answer: str, *words: str) -> AsyncIterator[asyncio.Task[Outcome]]:
    """The operator runs ``actas verify`` and will give this answer to its question."""
    task = asyncio.create_task(bot.command("verify", *words, stdin=f"{answer}\n".encode()))
    try:
        yield task
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def compare(dm: Seat) -> tuple[Verification, Sequence[str]]:
    """Begin in the direct message, as Element's button does; return what is to be compared."""
    position = dm.position
    verification = await dm.who.request_verification(dm.bot.user, dm.room)
    await verification.reaches(Phase.READY)
    await verification.start()
    names = await verification.emoji()
    await dm.hears("Compare what your client shows", after=position)
    return verification, names


async def verify(dm: Seat) -> None:
    """Verify each other to the end."""
    async with operator(dm.bot, "y", dm.who.user) as confirming:
        verification, _ = await compare(dm)
        position = dm.position
        await verification.confirm()
        assert (await confirming).code == 0
        await verification.reaches(Phase.DONE)
        await dm.hears("Verified: I know you", after=position)
