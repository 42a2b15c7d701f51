"""Wearing the bot out, or losing its answers, by a homeserver that is not well."""

from __future__ import annotations

import asyncio
from itertools import pairwise

import pytest
from aiohttp import web

from sandbox.mishaps import Answer, Mishap
from sandbox.person import Person
from sandbox.world import World
from tests.attacks.bare import BareBot
from tests.attacks.ours import OurBot
from tests.attacks.scene import Victim, gather
from tests.e2e.steps import open_dm

_GONE = Answer(401, {"errcode": "M_UNKNOWN_TOKEN", "error": "Unknown access token"})
_BUSY = Answer(429, {"errcode": "M_LIMIT_EXCEEDED", "retry_after_ms": 3000})
_ILL = {
    "away": Answer(503),
    "no JSON": Answer(200, "<html>Welcome"),
    "no sync": Answer(200, {"next_batch": 7}),
}


class Refusals:
    """A mishap that notes when it is met."""

    def __init__(self, mishap: Mishap) -> None:
        self._mishap = mishap
        self._times: list[float] = []
        self._met = asyncio.Condition()

    async def __call__(self, request: web.Request) -> web.StreamResponse:
        """Answer, and note it."""
        async with self._met:
            self._times.append(asyncio.get_running_loop().time())
            self._met.notify_all()
        return await self._mishap(request)

    async def pauses(self, count: int) -> list[float]:
        """Wait until there are so many pauses between two requests; return them, in seconds."""
        async with asyncio.timeout(30), self._met:
            await self._met.wait_for(lambda: len(self._times) > count)
            return [later - earlier for earlier, later in pairwise(self._times)][:count]


@pytest.mark.attack("N14")
@pytest.mark.parametrize("mishap", _ILL.values(), ids=_ILL)
async def test_homeserver_cannot_have_the_bot_run_hot(
    bare: BareBot, ours: OurBot, alice: Person, mishap: Mishap
) -> None:
    """Each sync fails at once; who asks again at once has no time for anything else."""

    async def attack(victim: Victim, count: int) -> list[float]:
        (seat,) = await gather(victim, alice)
        refusals = Refusals(mishap)
        with victim.gateway.refusing("/sync", refusals):
            await seat.says("!help accounts")  # it ends the sync that is under way
            pauses = await refusals.pauses(count)
        await seat.settles()
        return pauses

    assert sum(await attack(bare, 100)) < 10
    pauses = await attack(ours, 3)
    assert pauses == sorted(pauses)
    assert sum(pauses) > 3


@pytest.mark.attack("N14")
async def test_homeserver_cannot_have_the_bot_ask_for_ever_with_a_dead_token(
    world: World, doomed: BareBot, alice: Person
) -> None:
    """Nothing but a new login helps: it ends, and says so."""
    (seat,) = await gather(doomed, alice)
    refusals = Refusals(_GONE)
    with doomed.gateway.refusing("/sync", refusals):
        await seat.says("!help accounts")
        assert sum(await refusals.pauses(100)) < 10

    async with OurBot.open(world) as ours:
        dm = await open_dm(alice, ours.bot)
        refusals = Refusals(_GONE)
        with ours.gateway.refusing("/sync", refusals):
            await dm.says("help")
            assert await ours.bot.ended() == 2
        assert ours.bot.log().splitlines()[-1].startswith("actas: homeserver.user: ")
        assert "ACTAS_PASSWORD" in ours.bot.log().splitlines()[-1]
        await ours.start()  # the token was good all the time
        await dm.settles()


@pytest.mark.attack("N14")
async def test_homeserver_cannot_lose_an_answer_by_being_away_for_a_moment(
    bare: BareBot, ours: OurBot, alice: Person
) -> None:
    """It does not take the message, once."""

    async def attack(victim: Victim) -> list[str]:
        (seat,), position = await gather(victim, alice), alice.position
        victim.gateway.fail(Answer(503), path="/send/m.room.encrypted")
        said = await seat.says("!help accounts")
        await seat.settles()
        return [m.reply_to for m in alice.timeline.since(position) if m.reply_to == said]

    assert await attack(bare) == []
    assert len(await attack(ours)) == 1


async def test_a_homeserver_that_asks_for_patience_is_given_it(ours: OurBot, alice: Person) -> None:
    """It says for how long; nio does as it is told as well."""
    (seat,) = await gather(ours, alice)
    refusals = Refusals(_BUSY)
    with ours.gateway.refusing("/sync", refusals):
        await seat.says("!help accounts")
        assert min(await refusals.pauses(2)) >= 3
    await seat.settles()
