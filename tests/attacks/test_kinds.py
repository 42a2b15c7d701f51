"""Having the bot take something for a command, or for a "yes", that is neither."""

from __future__ import annotations

from collections.abc import AsyncIterator

import nio
import pytest

from sandbox import lies
from sandbox.content import edit
from sandbox.person import Person
from sandbox.signing import Json
from sandbox.world import World
from tests.attacks.bare import BareBot
from tests.attacks.hand import in_clear
from tests.attacks.ours import OurBot
from tests.attacks.scene import Victim, gather
from tests.e2e.steps import new_job


@pytest.fixture(scope="module")
async def ours(world: World) -> AsyncIterator[OurBot]:
    """Our bot, which asks before it builds a job whose name begins with ``asked``."""
    async with OurBot.open(world, commands={"confirm": ["j b job-*-asked"]}) as ours:
        yield ours


def _replacing(event_id: str, body: str) -> Json:
    """An edit by a client that puts no star in front of what older clients show."""
    return edit(event_id, body) | {"body": body}


@pytest.mark.attack("N19")
async def test_an_edit_cannot_run_a_command(
    world: World, bare: BareBot, ours: OurBot, alice: Person
) -> None:
    """Alice corrects what she has said, so that others read it right; she has said it once."""
    given: list[nio.RoomMessageText] = []
    bare.client.add_event_callback(lambda _, event: given.append(event), nio.RoomMessageText)

    async def attack(victim: Victim) -> list[str]:
        job, (seat,) = new_job(world), await gather(victim, alice)
        said = await seat.says(f"!jenkins build {job}")
        await alice.edit(seat.room, said, f"!jenkins build {job}")
        await alice.send(seat.room, _replacing(said, f"!jenkins build {job}"))
        await seat.settles()
        return await victim.started_by(job)

    assert await attack(bare) == ["alice", "alice"]
    said, *edits, _ = given
    assert [each.body.removeprefix("* ") for each in edits] == [said.body, said.body]
    assert all(type(each) is nio.RoomMessageText and each.decrypted for each in edits)
    assert await attack(ours) == ["alice"]


def _by_homeserver(sender: str, kind: str, content: Json) -> Json:
    """An event that was never encrypted."""
    return in_clear(sender, "") | {"type": kind, "content": content}


def _reaction(sender: str, event_id: str, key: str) -> Json:
    relation = {"rel_type": "m.annotation", "event_id": event_id, "key": key}
    return _by_homeserver(sender, "m.reaction", {"m.relates_to": relation})


@pytest.mark.attack("N19")
async def test_homeserver_cannot_say_yes_for_alice(
    world: World, bare: BareBot, ours: OurBot, alice: Person
) -> None:
    """Reactions are never encrypted, so it can make one of anybody's."""
    job = f"{new_job(world)}-asked"
    world.jenkins.add_job(job)
    agreed: list[tuple[str, str]] = []

    async def on_reaction(_: nio.MatrixRoom, event: nio.ReactionEvent) -> None:
        if event.key == "👍":
            agreed.append((event.sender, event.reacts_to))

    bare.client.add_event_callback(on_reaction, nio.ReactionEvent)
    (seat,) = await gather(bare, alice)
    question = await seat.asks(f"!jenkins build {job}", "Done")
    forged = _reaction(alice.user, question.event_id, "👍")
    with bare.gateway.lying("/sync", lies.added(seat.room, forged)):
        await seat.settles()
    assert agreed == [(alice.user, question.event_id)]

    (seat,) = await gather(ours, alice)
    position, said = seat.position, await seat.says(f"!jenkins build {job}")
    question = await seat.answered(said, "Say `yes`", after=position)
    forged = [
        *(_reaction(alice.user, question.event_id, key) for key in ("👍", "✅", "yes")),
        _by_homeserver(alice.user, "m.room.message", _replacing(said, "yes")),
        in_clear(alice.user, "yes"),
        _by_homeserver(alice.user, "m.room.redaction", {"redacts": question.event_id}),
    ]
    remark = await seat.says("hm")
    with ours.gateway.lying("/sync", lies.added(seat.room, *forged)) as lie:
        edited = await alice.send(seat.room, _replacing(remark, "yes"))
        await ours.gateway.sees("/sync", lambda e: edited.encode() in e.answered)
        assert lie.told
    (elsewhere,) = await gather(ours, alice)
    await elsewhere.settles()
    assert await ours.started_by(job) == []
    await seat.says("yes")
    await seat.answered(said, f"{job} #1", after=position)
    assert await ours.started_by(job) == ["alice"]
