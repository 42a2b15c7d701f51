"""P5 and P6: whatever ends the bot, a command runs at most once and is answered."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import pytest

from sandbox.bot import Bot
from sandbox.gateway import Gateway, Json
from sandbox.held import Held
from sandbox.timeline import Message
from sandbox.world import Arrive, World
from tests.e2e.evidence import connected, rows
from tests.e2e.seat import Seat
from tests.e2e.steps import connect_jenkins, led_dm, meet, new_job, new_token, open_dm, started_by

_STOPPED = "I was stopped while I ran `jenkins build`"
_SEND = "/send/m.room.encrypted/"


@dataclass(frozen=True)
class Scene:
    """A bot behind a gateway, and Alice and Bob in their direct messages and in a room.

    ``once`` are events that were answered, and must not be answered again by any later start.
    """

    world: World
    gateway: Gateway
    bot: Bot
    alice: Seat
    bob: Seat
    alice_dm: Seat
    once: list[tuple[Seat, str]] = field(default_factory=list)

    async def restart(self) -> None:
        """Start the bot again, and wait until it has done what it does for Alice in the room."""
        await self.bot.start()
        await self.alice.settles()


@pytest.fixture(scope="module")
async def scene(world: World, arrive_to_stay: Arrive) -> AsyncIterator[Scene]:
    """Alice and Bob, both connected to Jenkins."""
    async with Gateway(world.homeserver.url) as gateway, world.bot(start=False) as bot:
        bot.config["homeserver"]["url"] = gateway.url
        bot.config["commands"] = {"per_minute": 1000}
        await bot.start()
        alice, bob = await arrive_to_stay("alice"), await arrive_to_stay("bob")
        dms = [await open_dm(who, bot) for who in (alice, bob)]
        for dm, account in zip(dms, ("alice", "bob"), strict=True):
            await connect_jenkins(dm, world, account)
        seats = await meet(bot, alice, bob)
        yield Scene(world, gateway, bot, *seats, dms[0])


@pytest.fixture
async def at_work(scene: Scene) -> AsyncIterator[Scene]:
    """The scene with the bot at work, whatever the test before did to it."""
    if not scene.bot.running:
        await scene.restart()
    yield scene
    await scene.world.jenkins.hold(False)


def _told(seat: Seat, text: str, *, after: int) -> int:
    """How often the bot has said something here after a position."""
    return sum(text in body for body in seat.heard(after=after))


async def test_killed_before_the_call_acts_it_is_told_once_and_not_run_again(
    at_work: Scene,
) -> None:
    """The journal has it, Jenkins has not done it: the bot cannot know, and says so."""
    world, bot, alice = at_work.world, at_work.bot, at_work.alice
    job, position = new_job(world), alice.position
    with Held() as held:
        world.jenkins.fail(held, path=f"{job}/build", method="POST")
        said = await alice.says(f"!jenkins build {job}")
        await held.arrives()
        await bot.kill()
    assert started_by(world, job) == []
    await at_work.restart()
    report = await alice.answered(said, _STOPPED, after=position)
    assert report.content["m.mentions"] == {"user_ids": [alice.who.user]}
    assert started_by(world, job) == []
    at_work.once.append((alice, said))


async def test_killed_after_the_call_it_is_told_once_and_not_run_again(at_work: Scene) -> None:
    """Jenkins has started the build, but the bot has not heard so: there is no second one."""
    world, bot, alice = at_work.world, at_work.bot, at_work.alice
    job, position = new_job(world), alice.position
    with Held() as held:
        world.jenkins.fail(held, path=f"{job}/build", method="POST", after=True)
        said = await alice.says(f"!jenkins build {job}")
        await held.arrives()
        await bot.kill()
    await at_work.restart()
    await alice.answered(said, _STOPPED, after=position)
    await world.jenkins.idle()
    assert started_by(world, job) == ["alice"]
    at_work.once.append((alice, said))


@pytest.mark.parametrize("sent", [False, True], ids=["not sent", "sent, not acknowledged"])
async def test_killed_while_the_answer_is_sent_the_answer_comes_once(
    at_work: Scene, sent: bool
) -> None:
    """The answer is written before it is sent; sending it again is the same message."""
    world, bot, alice = at_work.world, at_work.bot, at_work.alice
    job, position = new_job(world), alice.position
    with at_work.gateway.hold(_SEND, after=sent) as held:
        said = await alice.says(f"!jenkins build {job}")
        await held.arrives()
        assert rows(bot, "SELECT state FROM journal WHERE event_id = ?", said) == [("finished",)]
        await bot.kill()
    await at_work.restart()
    await alice.answered(said, f"{job} #1", after=position)
    assert started_by(world, job) == ["alice"]
    at_work.once.append((alice, said))


async def test_a_report_that_nobody_can_be_given_is_given_up(at_work: Scene) -> None:
    """The bot was removed from the room while it was down; everything else goes on."""
    world, bot, alice = at_work.world, at_work.bot, at_work.alice
    (lost,) = await meet(bot, alice.who)
    job = new_job(world)
    with Held() as held:
        world.jenkins.fail(held, path=f"{job}/build", method="POST")
        said = await lost.says(f"!jenkins build {job}")
        await held.arrives()
        await bot.kill()
    await alice.who.kick(lost.room, bot.user)
    await at_work.restart()
    assert await bot.stop() == 0
    query = "SELECT state, reply FROM journal WHERE event_id = ?"
    assert rows(bot, query, said) == [("interrupted", None)]
    assert "Traceback" not in bot.log()


async def test_a_reading_command_that_is_cut_off_runs_again(at_work: Scene) -> None:
    """It changes nothing, so it may."""
    world, bot, alice = at_work.world, at_work.bot, at_work.alice
    job, position = new_job(world), alice.position
    with Held() as held:
        world.jenkins.fail(held, path=f"{job}/api", method="GET")
        said = await alice.says(f"!jenkins last {job}")
        await held.arrives()
        await bot.kill()
    await at_work.restart()
    await alice.answered(said, "never been built", after=position)
    at_work.once.append((alice, said))


async def test_told_to_stop_it_finishes_what_runs_and_exits_with_0(at_work: Scene) -> None:
    """The build waits in Jenkins' queue when SIGTERM comes, and starts soon enough."""
    world, bot, alice = at_work.world, at_work.bot, at_work.alice
    job, position = new_job(world), alice.position
    await world.jenkins.hold()
    said = await alice.says(f"!jenkins build {job}")
    await alice.answered(said, "queue", after=position)
    stopping = asyncio.ensure_future(bot.stop())
    assert bot._notify is not None
    await bot._notify.said("STOPPING=1")
    await world.jenkins.hold(False)
    assert await stopping == 0
    await alice.answered(said, f"{job} #1", after=position)
    at_work.once.append((alice, said))


async def test_told_to_stop_it_does_not_wait_for_ever_and_reports_afterwards(
    at_work: Scene,
) -> None:
    """A Jenkins that hangs is cut off within ten seconds; what waits in its queue is followed."""
    world, bot, alice, dm = at_work.world, at_work.bot, at_work.alice, at_work.alice_dm
    queued, hanging, position = new_job(world), new_job(world), alice.position
    await world.jenkins.hold()
    said = await alice.says(f"!jenkins build {queued}")
    await alice.answered(said, "queue", after=position)
    with Held() as held:
        world.jenkins.fail(held, path=f"{hanging}/build", method="POST")
        said_in_dm = await dm.says(f"jenkins build {hanging}")
        await held.arrives()
        before = time.monotonic()
        assert await bot.stop() == 0
        assert time.monotonic() - before < 12  # ten, and something for a loaded machine
    await at_work.restart()
    await dm.answered(said_in_dm, _STOPPED, after=position)
    await world.jenkins.hold(False)
    await alice.answered(said, f"{queued} #1", after=position)
    await world.jenkins.idle()
    assert (started_by(world, queued), started_by(world, hanging)) == (["alice"], [])


async def test_what_was_said_while_it_was_down_is_answered_once_and_in_order(
    at_work: Scene,
) -> None:
    """Commands in two rooms, by two people."""
    world, bot, alice, bob = at_work.world, at_work.bot, at_work.alice, at_work.bob
    job, position, bobs = new_job(world), alice.position, bob.position
    await bot.stop()
    first = await alice.says(f"!jenkins build {job}")
    second = await alice.says(f"!jenkins describe {job}")
    third = await bob.says(f"!jenkins describe {job}")
    fourth = await at_work.alice_dm.says("jenkins whoami")
    await at_work.restart()
    await at_work.alice_dm.answered(fourth, "alice", after=position)
    built = await alice.answered(first, f"{job} #1", after=position)
    described = await alice.answered(second, job, after=position)
    await bob.answered(third, job, after=bobs)
    assert built.arrived < described.arrived
    assert started_by(world, job) == ["alice"]
    at_work.once.extend([(alice, first), (alice, second), (bob, third)])
    at_work.once.append((at_work.alice_dm, fourth))


async def test_what_got_too_old_is_told_once_in_each_room_and_not_run(at_work: Scene) -> None:
    """Somebody who has waited long enough has done it by other means."""
    world, bot, alice, dm = at_work.world, at_work.bot, at_work.alice, at_work.alice_dm
    job, position = new_job(world), alice.position
    await bot.stop()
    with _max_age(bot, 1):
        for seat in (alice, alice, at_work.bob, dm):
            await seat.says(f"!jenkins build {job}")
        await alice.says("what a day")
        await _older_than_a_second(await alice.who.sees("what a day", after=position))
        await bot.start()
        await alice.hears("too old", after=position)
        await dm.hears("too old", after=position)
        await alice.settles()
        await dm.settles()
        await bot.stop()
    await at_work.restart()
    assert _told(alice, "too old", after=position) == 1
    assert _told(dm, "too old", after=position) == 1
    assert started_by(world, job) == []


@pytest.mark.parametrize("as_id", [None, "$forged"], ids=["same event", "under another id"])
async def test_a_message_that_is_delivered_again_does_not_run_again(
    at_work: Scene, as_id: str | None
) -> None:
    """Not at once, and not after a restart; whatever the homeserver calls it."""
    world, bot, alice, gateway = at_work.world, at_work.bot, at_work.alice, at_work.gateway
    job, position = new_job(world), gateway.position
    await alice.asks(f"!jenkins build {job}", f"{job} #1")
    said = _timeline(_batches(gateway, alice.room, after=position)[-1], alice.room)[-1]
    said |= {"event_id": as_id} if as_id else {}

    def repeat(response: Json) -> Json:
        if events := _timeline(response, alice.room):
            events[:0] = [said]
        return response

    with gateway.lying("/sync", repeat) as lie:
        await alice.settles()
        before = lie.told
        await bot.kill()
        await at_work.restart()
    await world.jenkins.idle()
    assert 0 < before < lie.told, "once before and once after the restart"
    assert started_by(world, job) == ["alice"]


async def test_the_same_batch_after_a_crash_does_not_run_twice(at_work: Scene) -> None:
    """A homeserver that goes back in time, as after a restored backup, repeats what was done."""
    world, bot, alice, gateway = at_work.world, at_work.bot, at_work.alice, at_work.gateway
    job, position = new_job(world), gateway.position
    await alice.asks(f"!jenkins build {job}", f"{job} #1")
    await bot.kill()
    batches = _batches(gateway, alice.room, after=position)
    assert batches

    def back_in_time(response: Json) -> Json:
        return batches.pop(0) if batches else response

    with gateway.lying("/sync", back_in_time):
        await at_work.restart()
    await world.jenkins.idle()
    assert not batches, "all of them were given to the bot again"
    assert started_by(world, job) == ["alice"]


@pytest.mark.parametrize("declined", [False, True], ids=["asked", "declined"])
async def test_a_question_does_not_outlive_the_bot(at_work: Scene, *, declined: bool) -> None:
    """A "yes" after a restart may be meant for somebody else; what was declined stays so."""
    bot, dm = at_work.bot, at_work.alice_dm
    await dm.asks("forget me", "Say `yes`")
    if declined:
        await dm.asks("no", "Dropped")
    await at_work.alice.settles()  # elsewhere: by then it is noted that the question was put
    await bot.kill()
    await bot.start()
    await dm.asks("yes", "I do not know that")
    assert connected(bot, dm.who.user) == ["jenkins"]


async def test_a_waiting_command_that_was_dropped_does_not_run_after_a_restart(
    at_work: Scene, arrive: Arrive
) -> None:
    """Carol connects, but does not want the build any more."""
    world, bot = at_work.world, at_work.bot
    carol, job = await arrive("carol"), new_job(world)
    await at_work.alice.who.invite(at_work.alice.room, carol.user)
    await carol.join(at_work.alice.room)
    seat = Seat(carol, bot, at_work.alice.room)
    await carol.has_joined(seat.room, bot.user)
    await seat.asks(f"!jenkins build {job}", "your command waits")
    dm = await led_dm(carol, bot)
    position = dm.position
    await dm.says(new_token(world))  # Jenkins' Alice, who may build it
    await dm.hears("Shall I still run", after=position)
    await dm.asks("no", "Dropped")
    await bot.kill()
    await at_work.restart()
    await seat.settles()
    await world.jenkins.idle()
    assert started_by(world, job) == []


async def test_what_was_answered_is_not_called_too_old_after_a_restart(at_work: Scene) -> None:
    """A refused command, one that was declined and one that waits for a connection are done."""
    bot, bob = at_work.bot, at_work.bob
    said = [await bob.asks("!jenkins build", "<job> is missing")]
    said.append(await bob.asks("!forget me", "Say `yes`"))
    said.append(await bob.asks("no", "Dropped"))
    said.append(await bob.asks("!twitter whoami", "your command waits"))
    said.append(await bob.asks("!jenkins nonsense", "I do not know that"))
    await bot.kill()
    position = bob.position
    with _max_age(bot, 1):
        await _older_than_a_second(said[-1])
        await at_work.restart()
        await bob.settles()
        await bot.stop()
    assert _told(bob, "too old", after=position) == 0


async def test_no_start_has_answered_anything_again(at_work: Scene) -> None:
    """After all that was done to the bot above, and one more crash."""
    await at_work.bot.kill()
    await at_work.restart()
    await at_work.bob.settles()
    await at_work.alice_dm.settles()
    for seat, event_id in at_work.once:
        answers = [m.body for m in seat.who.timeline if m.reply_to == event_id]
        assert len(answers) == 1, answers


@contextmanager
def _max_age(bot: Bot, seconds: int) -> Iterator[None]:
    """Let the bot's next start have another ``commands.max_age``."""
    commands = bot.config["commands"]
    bot.config["commands"] = commands | {"max_age": seconds}
    try:
        yield
    finally:
        bot.config["commands"] = commands


async def _older_than_a_second(message: Message) -> None:
    await asyncio.sleep(max(0.0, message.ts / 1000 + 1.01 - time.time()))


def _batches(gateway: Gateway, room: str, *, after: int) -> list[Json]:
    """The sync responses with something said in a room."""
    answers = [exchange.answer for exchange in gateway.seen("/sync", after=after)]
    return [answer for answer in answers if _timeline(answer, room)]


def _timeline(response: Json, room: str) -> list[Json]:
    """The events that a sync response has of a room; changing them changes the response."""
    joined = response.get("rooms", {}).get("join", {}).get(room, {})
    events: list[Json] = joined.get("timeline", {}).get("events", [])
    return events
