"""Having the bot say in clear what was to be encrypted, or listen to what was not."""

from __future__ import annotations

import pytest

from sandbox import lies
from sandbox.held import Held
from sandbox.mishaps import Answer
from sandbox.person import Person
from sandbox.world import Arrive, World
from tests.attacks.bare import BareBot, Ran
from tests.attacks.hand import in_clear
from tests.attacks.ours import OurBot
from tests.attacks.scene import Victim, gather
from tests.e2e.seat import Seat
from tests.e2e.steps import new_job

_UNKNOWN = Answer(404, {"errcode": "M_NOT_FOUND", "error": "Event not found."})


def _in_clear(victim: Victim, room: str) -> list[str]:
    """What the victim has sent to a room without encrypting it."""
    sent = victim.gateway.seen(f"/rooms/{room}/send/m.room.message/")
    return [exchange.body["body"] for exchange in sent]


@pytest.mark.attack("N10")
async def test_homeserver_cannot_hide_that_a_room_is_encrypted(
    world: World, bare: BareBot, ours: OurBot, alice: Person
) -> None:
    """Neither its syncs nor its state tell of it; what Alice says is encrypted all the same."""

    async def attack(victim: Victim) -> list[str]:
        room = await alice.create_room("Team")
        without = lies.without_state(room, "m.room.encryption")
        with (
            victim.gateway.lying("/sync", without) as lie,
            victim.gateway.refusing("/state/m.room.encryption", _UNKNOWN),
        ):
            await alice.invite(room, victim.user)
            await alice.has_joined(room, victim.user)
            seat = Seat(alice, victim, room)
            await seat.settles()
            assert lie.told
        return _in_clear(victim, room)

    assert await attack(bare) == ["Done: !help accounts"]
    (notice,) = await attack(ours)  # it has seen nothing encrypted yet when it says this
    assert "encrypted rooms only" in notice


@pytest.mark.attack("N8")
async def test_homeserver_cannot_make_an_encrypted_room_a_clear_one(
    world: World, doomed: BareBot, arrive: Arrive
) -> None:
    """The bot was told that it may work in clear rooms too, and that this one is now clear."""
    access = {"encrypted_rooms_only": False}
    async with OurBot.open(world, access=access) as ours:
        alice = await arrive("alice")
        for victim in (doomed, ours):
            await victim.connect(alice, "alice")

        async def attack(victim: Victim) -> list[str]:
            job, (seat,) = new_job(world), await gather(victim, alice)
            await seat.settles()
            await victim.kill()
            forged = in_clear(alice.user, f"!jenkins build {job}")
            hidden = lies.without_state(seat.room, "m.room.encryption")
            with (
                victim.gateway.lying("/sync", hidden),
                victim.gateway.lying("/sync", lies.added(seat.room, forged)) as lie,
            ):
                await victim.start()
                await seat.settles()
                assert lie.told
            assert _in_clear(victim, seat.room) == []
            return await victim.started_by(job)

        assert await attack(doomed) == ["alice"]
        assert await attack(ours) == []
        job, (clear,) = new_job(world), await gather(ours, alice, encrypted=False)
        await clear.asks(f"!jenkins build {job}", f"{job} #1")


@pytest.mark.attack("N9")
async def test_a_crash_cannot_make_the_bot_forget_that_a_room_is_encrypted(
    world: World, doomed: BareBot, ours: OurBot, alice: Person
) -> None:
    """It dies of the first thing that it is told in a room, in the sync that shows it the room."""

    def is_away(_: Ran) -> None:
        raise ConnectionError("Jenkins is away")

    async def first_words(victim: Victim) -> tuple[Seat, str, str]:
        """It crashes when it has joined, and before it has seen what Alice says there."""
        job, room = new_job(world), await alice.create_room("Team")
        with victim.gateway.hold("/join", after=True) as held:
            await alice.invite(room, victim.user)
            await held.arrives()
            await alice.has_joined(room, victim.user)
            await victim.kill()
        seat = Seat(alice, victim, room)
        return seat, job, await seat.says(f"!jenkins build {job}")

    doomed.full_state, doomed.service = False, is_away
    seat, job, said = await first_words(doomed)
    await doomed.launch()
    assert type(await doomed.died()) is ConnectionError
    doomed.service = lambda _: None
    await doomed.start()
    await seat.settles()
    assert _in_clear(doomed, seat.room) == ["Done: !help accounts"]
    assert await doomed.started_by(job) == []

    seat, job, said = await first_words(ours)
    position = seat.position
    with Held() as held:
        world.jenkins.fail(held, path=f"{job}/build", method="POST")
        await ours.start()
        await held.arrives()
        await ours.kill()
    await ours.start()
    report = await seat.answered(said, "I was stopped while I ran", after=position)
    assert report.encrypted
    await seat.settles()
    assert _in_clear(ours, seat.room) == []
