"""What is done from time to time goes on, whatever goes wrong once."""

import asyncio
from types import SimpleNamespace

import pytest

from bot.housekeeping import Housekeeping


async def test_a_round_that_fails_does_not_end_it():
    rounds = asyncio.Semaphore(0)

    async def expire(max_age):
        rounds.release()
        raise OSError("database is locked")

    inbox = SimpleNamespace(expire=expire)
    others = dict.fromkeys(("store", "verifications", "reminders", "unreadable"))
    keeping = Housekeeping(inbox=inbox, **others, max_age=1)
    running = asyncio.create_task(keeping.run(every=0))
    for _ in range(3):
        await asyncio.wait_for(rounds.acquire(), 5)
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
