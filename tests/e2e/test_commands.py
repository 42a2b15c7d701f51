"""What is a command and what is not, and where its answer goes."""

from __future__ import annotations

import pytest

from sandbox.bot import Bot
from sandbox.content import Quoted
from sandbox.jenkins import string
from sandbox.person import Person
from sandbox.world import Arrive, World
from tests.e2e.evidence import rows, stands_nowhere
from tests.e2e.seat import Seat
from tests.e2e.steps import connect_jenkins, meet, new_job, new_long_folder, open_dm, started_by

_HELP = "I run commands as you"


@pytest.fixture(scope="module")
async def onlooker(bot: Bot, arrive_to_stay: Arrive) -> Person:
    """Somebody who makes a room of it: with one person alone, the bot is in a direct message."""
    return await arrive_to_stay("onlooker")


@pytest.fixture(scope="module")
async def dm(world: World, bot: Bot, arrive_to_stay: Arrive) -> Seat:
    """Alice in her direct message, connected to Jenkins."""
    seat = await open_dm(await arrive_to_stay("alice"), bot)
    await connect_jenkins(seat, world)
    return seat


@pytest.fixture(scope="module")
async def room(bot: Bot, dm: Seat, onlooker: Person) -> Seat:
    """Alice in a room."""
    seat, _ = await meet(bot, dm.who, onlooker)
    return seat


@pytest.fixture(scope="module")
async def caller(bot: Bot, arrive_to_stay: Arrive, onlooker: Person) -> Seat:
    """Somebody in a room who has nothing connected."""
    seat, _ = await meet(bot, await arrive_to_stay("caller"), onlooker)
    return seat


@pytest.fixture
async def guest(bot: Bot, arrive: Arrive, onlooker: Person) -> Seat:
    """Somebody new in a room, whose commands of the last minute are none."""
    seat, _ = await meet(bot, await arrive("guest"), onlooker)
    return seat


@pytest.mark.parametrize(
    "said", ["!help", "! help", "actas: help", "@actas help", "Actas, help", "{user}: help"]
)
async def test_in_a_room_the_bot_is_called_by_prefix_or_name(caller: Seat, said: str) -> None:
    """All the ways that people write it."""
    await caller.asks(said.format(user=caller.bot.user), _HELP)


async def test_a_mention_pill_calls_the_bot(caller: Seat) -> None:
    """As Element writes it: a pill in the HTML, a name in the text, the user id in m.mentions."""
    await caller.asks("help", _HELP, mention=caller.bot.user)


async def test_in_a_direct_message_nothing_needs_to_be_put_in_front(dm: Seat) -> None:
    """The prefix is understood there all the same."""
    await dm.asks("help", _HELP)
    await dm.asks("!help", _HELP)


async def test_what_people_say_to_each_other_is_left_alone(caller: Seat) -> None:
    """Neither words without an address nor exclamations get an answer."""
    position = caller.position
    for text in ("help", "hello everybody", "!!!", "!important: read this", "the actas is nice"):
        await caller.says(text)
    await caller.settles()
    assert len(caller.heard(after=position)) == 1, "only the answer to what came afterwards"


async def test_a_typo_is_asked_about_and_not_run(room: Seat, world: World) -> None:
    """The nearest command is suggested as it would be typed."""
    job = new_job(world)
    answer = await room.asks(f"!jenkins biuld {job}", "Did you mean")
    assert "!jenkins build" in answer.body
    assert started_by(world, job) == []


async def test_a_typo_in_a_direct_message_is_answered_without_the_prefix(dm: Seat) -> None:
    """As it would be typed there."""
    answer = await dm.asks("jenkins lsit", "Did you mean")
    assert "jenkins list" in answer.body
    assert "!" not in answer.body


async def test_an_answer_in_a_room_is_a_notice_that_replies_and_notifies_one_person(
    room: Seat,
) -> None:
    """Other bots do not react to notices; nobody but who asked is notified."""
    answer = await room.asks("!jenkins whoami", "alice")
    assert answer.kind == "m.notice"
    assert answer.encrypted
    assert answer.content["m.mentions"] == {"user_ids": [room.who.user]}
    assert answer.thread is None
    assert answer.html


async def test_an_answer_in_a_direct_message_mentions_nobody(dm: Seat) -> None:
    """There is only one person it can be for."""
    answer = await dm.asks("jenkins whoami", "alice")
    assert answer.content["m.mentions"] == {}


async def test_an_answer_stays_in_the_thread_of_its_question(room: Seat) -> None:
    """So does one that begins a thread."""
    root = await room.says("let us see who we are")
    answer = await room.asks("!jenkins whoami", "alice", thread=root)
    assert answer.thread == root


async def test_a_build_in_a_thread_is_answered_there_from_the_first_word_to_the_last(
    room: Seat, world: World
) -> None:
    """What is edited as the build goes on stays where it is."""
    job, root, position = new_job(world), await room.says("the release"), room.position
    await world.jenkins.hold()
    try:
        said = await room.says(f"!jenkins build {job}", thread=root)
        waiting = await room.answered(said, "queue", after=position)
    finally:
        await world.jenkins.hold(False)
    done = await room.answered(said, f"{job} #1", after=position)
    assert (done.event_id, done.thread) == (waiting.event_id, root)
    assert done.edits


async def test_an_answer_can_be_sent_to_the_direct_message(room: Seat, dm: Seat) -> None:
    """With ``>dm`` the room learns nothing."""
    position = room.position
    await room.says("!jenkins whoami >dm")
    await dm.hears("alice", after=position)
    await room.settles()
    assert len(room.heard(after=position)) == 1, "only the answer to what came afterwards"


async def test_an_answer_goes_to_a_direct_message_that_the_bot_opens(guest: Seat) -> None:
    """Where there is none yet."""
    position = guest.position
    await guest.says("!help >dm")
    dm = Seat(guest.who, guest.bot, await guest.who.dm_with(guest.bot.user))
    await dm.hears(_HELP, after=position)
    assert guest.heard(after=position) == []


async def test_a_reply_runs_what_was_said_and_not_what_it_quotes(room: Seat, world: World) -> None:
    """Older clients put the quoted text in front."""
    quoted_job, job = new_job(world), new_job(world)
    quoted = Quoted(await room.says("psst"), room.who.user, f"!jenkins build {quoted_job}")
    await room.asks(f"!jenkins build {job}", f"{job} #1", answers=quoted)
    await room.says("no thanks", answers=quoted)
    await room.settles()
    assert (started_by(world, quoted_job), started_by(world, job)) == ([], ["alice"])


async def test_an_edit_runs_nothing(room: Seat, world: World) -> None:
    """Neither one of a remark nor one of a command."""
    first, second = new_job(world), new_job(world)
    remark = await room.says("good morning")
    await room.who.edit(room.room, remark, f"!jenkins build {second}")
    command = await room.says(f"!jenkins build {first}")
    await room.answered(command, f"{first} #1", after=0)
    await room.who.edit(room.room, command, f"!jenkins build {second}")
    await room.settles()
    await world.jenkins.idle()
    assert (started_by(world, first), started_by(world, second)) == (["alice"], [])


@pytest.mark.parametrize("kind", ["m.notice", "m.emote"])
async def test_only_a_text_runs(room: Seat, world: World, kind: str) -> None:
    """Two bots in a room must not talk each other into something."""
    job = new_job(world)
    await room.says(f"!jenkins build {job}", kind=kind)
    await room.settles()
    assert started_by(world, job) == []


async def test_a_command_in_clear_in_an_encrypted_room_does_not_run(
    room: Seat, world: World
) -> None:
    """The homeserver could have written it. It is said once, not each time."""
    job, position = new_job(world), room.position
    for _ in range(2):
        await room.says(f"!jenkins build {job}", clear=True)
    await room.hears("not encrypted", after=position)
    await room.settles()
    assert len(room.heard(after=position)) == 2, "a notice, and the answer to what came afterwards"
    assert started_by(world, job) == []


async def test_a_long_answer_comes_as_an_encrypted_file(room: Seat, world: World) -> None:
    """What does not fit in one message; the homeserver keeps ciphertext."""
    folder, names = new_long_folder(world)
    answer = await room.asks(f"!jenkins ls /{folder}", lambda m: m.kind == "m.file")
    text = (await room.who.download(answer)).decode()
    assert all(name in text for name in names)


async def test_a_parameter_never_stands_in_the_log_or_the_files(room: Seat, world: World) -> None:
    """What people write is theirs; the journal has the command's name and no more."""
    job, value = new_job(world, string("NOTE")), "a-word-of-mine-4711"
    answer = await room.asks(f"!jenkins build {job} NOTE={value}", f"{job} #1")
    assert answer.reply_to is not None
    await room.settles()
    query = "SELECT service, command, state, reply FROM journal WHERE event_id = ?"
    assert rows(room.bot, query, answer.reply_to) == [("jenkins", "build", "finished", None)]
    stands_nowhere(value, room.bot)


async def test_too_many_commands_in_a_minute_are_refused_and_said_once(guest: Seat) -> None:
    """Thirty are taken; the rest of the minute is silence after one sentence."""
    position = guest.position
    for _ in range(33):
        await guest.says("!help accounts")
    await guest.hears("in a minute", after=position)
    heard = guest.heard(after=position)
    assert len(heard) == 31
    assert "in a minute" in heard[-1]
