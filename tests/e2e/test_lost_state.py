"""Part of what the bot keeps is gone or cannot be written: it goes on, and not in clear."""

from __future__ import annotations

import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from dataclasses import dataclass

import pytest

from sandbox.bot import Bot
from sandbox.gateway import Gateway
from sandbox.held import Held
from sandbox.jenkins.mishaps import json
from sandbox.person import Person
from sandbox.world import Arrive, World
from tests.e2e.conftest import NewBot
from tests.e2e.disk import PIPED, complains, full_disk
from tests.e2e.seat import Seat
from tests.e2e.steps import connect_jenkins, meet, new_job, open_dm, started_by

_ME = '{"id": "alice", "fullName": "Alice"}'
CRYPTO = ("olm_session", "inbound_session", "outbound_session", "device_list")


@dataclass(frozen=True)
class Scene:
    """A bot behind a gateway that sees what is sent, and Alice in a direct message and a room."""

    world: World
    bot: Bot
    gateway: Gateway
    dm: Seat
    room: Seat
    bob: Person

    async def restart(self, *statements: str, **attached: Bot) -> None:
        """Stop the bot, change its database, and start it again."""
        await self.bot.stop()
        with closing(sqlite3.connect(self.bot.state_dir / "actas.db")) as database:
            for name, other in attached.items():
                database.execute(f"ATTACH ? AS {name}", [str(other.state_dir / "actas.db")])
            with database:
                for statement in statements:
                    database.execute(statement)
        await self.bot.start()

    async def makes_a_new_key(self) -> None:
        """What ``/discardsession`` does at Alice's."""
        for seat in (self.dm, self.room):
            seat.who.device.invalidate_outbound_session(seat.room)


@pytest.fixture
async def scene(world: World, new_bot: NewBot, arrive: Arrive) -> AsyncIterator[Scene]:
    """Nothing is said in clear, whatever happens."""
    bot = await new_bot(start=False)
    async with Gateway.before(bot) as gateway:
        bot.config["commands"] = {"max_age": 3}
        bot.under = PIPED
        await bot.start()
        alice = await arrive("alice")
        dm = await open_dm(alice, bot)
        await connect_jenkins(dm, world)
        bob = await arrive("bob")
        room, _ = await meet(bot, alice, bob)
        await room.settles()
        yield Scene(world, bot, gateway, dm, room, bob)
        assert not gateway.seen("/send/m.room.message")
        assert "Traceback" not in bot.log()


@pytest.mark.parametrize("only", [True, False], ids=["encrypted rooms only", "any rooms"])
@pytest.mark.parametrize(
    "forgotten",
    [
        ["DELETE FROM encrypted_room"],
        ["DELETE FROM encrypted_room", "DELETE FROM room_state"],
    ],
    ids=["which are encrypted", "all about rooms"],
)
async def test_a_room_stays_encrypted_whatever_is_forgotten_of_it(
    scene: Scene, forgotten: list[str], only: bool
) -> None:
    """What is said in clear there does not run, and is answered encrypted."""
    scene.bot.config["access"]["encrypted_rooms_only"] = only
    await scene.restart(*forgotten)
    position = scene.room.position
    await scene.room.says("!help", clear=True)
    assert (await scene.room.hears("not encrypted", after=position)).encrypted
    assert (await scene.room.asks("!jenkins whoami", "You are alice")).encrypted


async def test_lost_sessions_are_made_anew(scene: Scene) -> None:
    """All but the device's own keys: what cannot be read is told, and new keys mend it."""
    await scene.restart(*(f"DELETE FROM {table}" for table in CRYPTO))
    await recovers(scene)


@pytest.mark.parametrize("same", [True, False], ids=["same secret", "another secret"])
async def test_sessions_of_another_bot_are_not_taken_for_its_own(
    scene: Scene, new_bot: NewBot, same: bool
) -> None:
    """Somebody mixed up two databases; nothing is encrypted with keys that are another device's."""
    other = await new_bot(start=False)
    if same:
        other.environment["ACTAS_SECRET"] = scene.bot.secret
    await other.start()
    await scene.room.who.invite(scene.room.room, other.user)
    await scene.room.who.has_joined(scene.room.room, other.user)
    await Seat(scene.room.who, other, scene.room.room).asks(f"{other.user}: help", "I run commands")
    await other.stop()
    mixed = [
        step
        for table in CRYPTO
        for step in (f"DELETE FROM {table}", f"INSERT INTO {table} SELECT * FROM other.{table}")
    ]
    await scene.restart(*mixed, other=other)
    if not same:
        await recovers(scene)
    assert (await scene.room.asks("!jenkins whoami", "You are alice")).encrypted


async def recovers(scene: Scene) -> None:
    """People are told what cannot be read, make new keys, and are understood again."""
    position = scene.room.position
    lost = await scene.room.says("!jenkins whoami")
    await scene.room.answered(lost, "its key has not reached me", after=position)
    await scene.makes_a_new_key()
    await scene.room.asks("!jenkins whoami", "You are alice")


async def test_what_cannot_be_written_is_not_done_until_it_can(scene: Scene) -> None:
    """A full disk under a running bot: it takes nothing in, says so, and goes on later."""
    job, position, logged = new_job(scene.world), scene.room.position, len(scene.bot.log())
    with full_disk(scene.bot):
        asked = scene.gateway.position
        said = await scene.room.says(f"!jenkins build {job}")
        for _ in range(2):  # the second time because the first one was not written
            await scene.gateway.sees("/sync", lambda e: said.encode() in e.answered, after=asked)
            asked = scene.gateway.position
        await complains(scene.bot, after=logged)
        assert started_by(scene.world, job) == []
        assert scene.room.heard(after=position) == []
    await scene.room.answered(said, f"{job} #1", after=position)
    await scene.world.jenkins.idle()
    assert started_by(scene.world, job) == ["alice"]


@pytest.mark.parametrize("acts", [True, False], ids=["acts", "reads"])
async def test_an_answer_waits_for_the_disk(scene: Scene, acts: bool) -> None:
    """It is full by the time that Jenkins answers: no key goes out that could be used twice."""
    fresh, _ = await meet(scene.bot, scene.room.who, scene.bob)
    job, position, jenkins = new_job(scene.world), fresh.position, scene.world.jenkins
    with Held(json(_ME)) as held:
        if acts:
            jenkins.fail(held, path=f"{job}/build", method="POST", after=True)
        else:
            jenkins.fail(held, path="/me/api/json")
        said = await fresh.says(f"!jenkins build {job}" if acts else "!jenkins whoami")
        await held.arrives()
        with full_disk(scene.bot):
            asked, logged = scene.gateway.position, len(scene.bot.log())
            held.release()
            await complains(scene.bot, after=logged)
            assert not scene.gateway.seen("/send", after=asked)
    await fresh.answered(said, "look before you repeat it" if acts else "alice", after=position)
    assert started_by(scene.world, job) == (["alice"] if acts else [])
    await scene.restart()
    await fresh.settles()
    assert len(fresh.heard(after=position)) == 2
