"""The sync loop and a homeserver that does not know where the bot stands any more."""

from __future__ import annotations

import asyncio

import pytest
from sqlalchemy import insert

from bot.matrix.client import MatrixError, Unreachable
from bot.matrix.sync import SyncLoop
from bot.storage import tables


class Forgetful:
    """A homeserver that was restored from a backup: it refuses every place it has given."""

    def __init__(self, refusal):
        self.refusal, self.asked, self.seen = refusal, [], asyncio.Event()

    async def request(self, method, where, body=None, *, query, **_):
        self.asked.append(query.get("since"))
        if len(self.asked) >= 30 or query.get("since") is None:
            self.seen.set()
        if query.get("since") == "lost":
            raise self.refusal
        if query.get("since") == "found":
            await asyncio.Event().wait()
        return {"next_batch": "found"}

    async def persist(self, *_, **__):
        return {}


class Impatient(SyncLoop):
    """One that does not wait between two tries."""

    async def _pause(self, error, failures):
        await asyncio.sleep(0)


async def synced(bot, homeserver):
    """What the homeserver was asked until the loop began anew, or had tried often."""
    async with bot.database.transaction() as connection:
        row = {"name": "next_batch", "value": "lost"}
        await connection.execute(insert(tables.sync_state).values(row))

    async def is_ready():
        pass

    loop = Impatient(
        homeserver=homeserver,
        database=bot.database,
        inbound=bot.inbound,
        keys=bot.keys,
        bot=bot.machine.user_id,
        deliver=lambda waiting: None,
        ready=is_ready,
    )
    task = asyncio.create_task(loop.run())
    try:
        async with asyncio.timeout(10):
            await homeserver.seen.wait()
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
    return homeserver.asked


async def test_a_place_that_is_refused_again_and_again_is_given_up(bot):
    """After ten refusals, some minutes with the pauses between them; before that it is kept."""
    asked = await synced(bot, Forgetful(MatrixError(400, "M_UNKNOWN", None, {})))
    assert asked[:11] == ["lost"] * 10 + [None]


@pytest.mark.parametrize("error", [MatrixError(503, "", None, {}), Unreachable("away")])
async def test_a_homeserver_that_is_away_does_not_cost_the_place(bot, error):
    """However long it is."""
    assert set(await synced(bot, Forgetful(error))) == {"lost"}
