"""An answer that the homeserver keeps for another question."""

from __future__ import annotations

import asyncio
import time

from sandbox import lies
from sandbox.signing import Json
from sandbox.world import Arrive, World
from tests.attacks.ours import OurBot
from tests.attacks.scene import event, gather
from tests.e2e.steps import coded_yes, new_job


async def test_a_yes_that_was_held_back_answers_no_other_question(
    world: World, arrive: Arrive
) -> None:
    """Where it stands in its Megolm session tells; what nobody can tell is asked with a code."""
    async with OurBot.open(world, commands={"confirm": ["jenkins build *"]}) as ours:
        alice = await arrive("alice")
        await ours.connect(alice, "alice")
        (seat,) = await gather(ours, alice)
        await seat.settles()
        first, second = new_job(world), new_job(world)
        await seat.asks(f"!jenkins build {first}", "Say `yes`")
        kept = asyncio.Event()

        def keep(answer: Json) -> Json:
            events = lies.timeline(answer, seat.room)
            if any(each["sender"] == alice.user for each in events):
                events[:] = [each for each in events if each["sender"] != alice.user]
                kept.set()
            return answer

        with ours.gateway.lying("/sync", keep):
            held = await seat.says("yes")
            await kept.wait()
        await seat.asks("no", "Dropped")
        forged = await event(seat, held, origin_server_ts=int(time.time() * 1000))
        await seat.asks(f"!jenkins build {second}", "Say `yes`")
        position = seat.position
        with ours.gateway.lying("/sync", lies.added(seat.room, forged)):
            await seat.says("hm")
            again = await seat.hears("I cannot tell that you said that", after=position)
        assert [await ours.started_by(job) for job in (first, second)] == [[], []]

        position = seat.position
        await seat.says(coded_yes(again))
        await seat.hears(f"{second} #1", after=position)
        assert [await ours.started_by(job) for job in (first, second)] == [[], ["alice"]]
