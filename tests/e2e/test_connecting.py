"""Connecting an account, looking at it, and being rid of it again."""

from __future__ import annotations

import pytest

from sandbox.bot import Bot
from sandbox.jenkins.mishaps import answer
from sandbox.person import Person
from sandbox.world import Arrive, World
from sandbox.x import Answer
from tests.e2e.evidence import connected, rows, stands_nowhere
from tests.e2e.seat import Seat
from tests.e2e.steps import (
    asked_of_jenkins,
    connect_jenkins,
    connect_x,
    led_dm,
    meet,
    new_job,
    new_token,
    open_dm,
    setup_x,
    started_by,
)


@pytest.fixture
async def alice(bot: Bot, arrive: Arrive) -> Person:
    """Somebody who has connected nothing."""
    return await arrive("alice")


@pytest.fixture
async def dm(bot: Bot, alice: Person) -> Seat:
    """Her direct message with the bot."""
    return await open_dm(alice, bot)


@pytest.fixture(scope="module")
async def reader(bot: Bot, onlooker: Person) -> Seat:
    """The direct message of somebody who only reads."""
    return await open_dm(onlooker, bot)


@pytest.fixture
async def room(bot: Bot, alice: Person, onlooker: Person) -> Seat:
    """Alice in a room."""
    seat, _ = await meet(bot, alice, onlooker)
    return seat


@pytest.fixture(scope="module")
async def onlooker(bot: Bot, arrive_to_stay: Arrive) -> Person:
    """Somebody who makes a room of it."""
    return await arrive_to_stay("onlooker")


async def _asked_for_token(dm: Seat, words: str = "connect jenkins") -> None:
    position = dm.position
    await dm.says(words)
    await dm.hears("paste", after=position)


# ---------------------------------------------------------------------- in
@pytest.mark.parametrize("words", ["connect jenkins", "connect j", "jenkins connect", "j set auth"])
async def test_the_bot_asks_for_the_token_and_takes_it(world: World, dm: Seat, words: str) -> None:
    """It says where to make one; the message with it is gone in the end."""
    position, pasted = dm.position, new_token(world)
    await dm.says(words)
    asked = await dm.hears("paste", after=position)
    assert f"{world.jenkins.url}/me/security/" in asked.body
    position = dm.position
    said = await dm.says(pasted)
    await dm.hears("You have authenticated as alice on Jenkins", after=position)
    await dm.sees_removed(said, after=position)
    assert connected(dm.bot, dm.who.user) == ["jenkins"]
    stands_nowhere(pasted.partition(":")[2], dm.bot, dm.who)


async def test_a_token_alone_is_understood(world: World, dm: Seat) -> None:
    """Who has read how to do it need not say a word more."""
    position, pasted = dm.position, new_token(world)
    said = await dm.says(pasted)
    await dm.hears("authenticated as alice", after=position)
    await dm.sees_removed(said, after=position)


async def test_connecting_from_a_room_leads_to_a_direct_message(world: World, room: Seat) -> None:
    """One that the bot opens, encrypted, and which it keeps to."""
    await room.asks("!connect jenkins", "sent you a direct message")
    dm = await led_dm(room.who, room.bot)
    asked = await dm.hears("paste", after=0)
    assert asked.encrypted
    position, pasted = dm.position, new_token(world)
    said = await dm.says(pasted)
    await dm.hears("authenticated as alice", after=position)
    await dm.sees_removed(said, after=position)
    await room.asks("!connect jenkins", "sent you a direct message")
    await dm.hears("paste", after=position)
    assert room.who.direct[room.bot.user] == [dm.room]


async def test_a_direct_message_that_its_user_opened_is_used(dm: Seat, room: Seat) -> None:
    """No second one is made for a question from a room."""
    position = dm.position
    await room.asks("!connect jenkins", "sent you a direct message")
    await dm.hears("paste", after=position)
    assert dm.who.direct[dm.bot.user] == [dm.room]


async def test_a_direct_message_that_was_left_is_not_used_any_more(room: Seat) -> None:
    """The bot opens another one."""
    await room.asks("!connect jenkins", "sent you a direct message")
    first = await led_dm(room.who, room.bot)
    await first.hears("paste", after=0)
    await room.who.leave(first.room)
    position = room.position
    await room.says("!connect jenkins")
    asked = await room.who.sees("paste", after=position, sender=room.bot.user)
    assert asked.room not in {first.room, room.room}


async def test_a_token_that_jenkins_refuses_is_not_stored_and_removed(
    world: World, dm: Seat
) -> None:
    """It has been shown all the same; the next one may be right."""
    wrong = "alice:11" + "0" * 32
    position = dm.position
    said = await dm.says(f"jenkins set auth {wrong}")
    await dm.hears("nothing was stored", after=position)
    await dm.sees_removed(said, after=position)
    assert connected(dm.bot, dm.who.user) == []
    await connect_jenkins(dm, world)


@pytest.mark.parametrize(
    ("pasted", "problem"),
    [
        ("alice:mypassword4711", "is not your password"),
        ("11" + "f" * 32, "does not have the form"),
        ("ghp_" + "x" * 36, "a GitHub token"),
    ],
)
async def test_what_cannot_be_a_token_is_not_sent_to_jenkins(
    world: World, dm: Seat, pasted: str, problem: str
) -> None:
    """It is removed, and asked for again."""
    await _asked_for_token(dm)
    seen, position = asked_of_jenkins(world), dm.position
    said = await dm.says(pasted)
    await dm.hears(problem, after=position)
    await dm.sees_removed(said, after=position)
    assert asked_of_jenkins(world) == seen
    stands_nowhere(pasted.partition(":")[2] or pasted, dm.bot, dm.who)
    position = dm.position
    await dm.says(new_token(world))
    await dm.hears("authenticated as alice", after=position)


async def test_a_jenkins_that_is_down_stores_nothing(world: World, dm: Seat) -> None:
    """What it is that does not work is said."""
    position = dm.position
    world.jenkins.fail(answer(503), path="/me/api/json")
    said = await dm.says(f"jenkins set auth {new_token(world)}")
    await dm.hears("Jenkins cannot be reached", after=position)
    await dm.sees_removed(said, after=position)
    assert connected(dm.bot, dm.who.user) == []


async def test_cancel_ends_the_conversation(world: World, dm: Seat) -> None:
    """What is said afterwards is no answer to it."""
    await _asked_for_token(dm)
    await dm.asks("cancel", "Cancelled")
    await dm.asks("something", "I do not know that")
    await dm.asks("cancel", "nothing to cancel")
    assert connected(dm.bot, dm.who.user) == []


async def test_beginning_again_ends_what_was_begun(world: World, dm: Seat) -> None:
    """There is one conversation at a time: the PIN of the first one is worth nothing."""
    pin = await world.x.authorise(await setup_x(dm), "alice")
    await setup_x(dm)
    position = dm.position
    await dm.says(f"t auth {pin}")
    await dm.hears("did not accept this PIN", after=position)
    await _asked_for_token(dm)
    await dm.asks(f"t auth {pin}", "nothing to answer")
    position = dm.position
    await dm.says(new_token(world))
    await dm.hears("authenticated as alice", after=position)
    assert connected(dm.bot, dm.who.user) == ["jenkins"]


async def test_commands_are_understood_while_the_bot_waits_for_a_secret(dm: Seat) -> None:
    """They are not taken for it."""
    await _asked_for_token(dm)
    position = dm.position
    said = await dm.says("help")
    await dm.answered(said, "I run commands as you", after=position)
    shown = dm.who.timeline.get(said)
    assert shown is not None
    assert not shown.redacted


async def test_a_pin_may_be_wrong_three_times(world: World, dm: Seat) -> None:
    """Each try is removed; after the third one it takes a new PIN."""
    await setup_x(dm)
    for left in ("2 more times", "once more", "has ended"):
        position = dm.position
        said = await dm.says("t auth 0000000")
        await dm.hears(left, after=position)
        await dm.sees_removed(said, after=position)
    await dm.asks("t auth 7482561", "Say `twitter setupauth` first")
    assert connected(dm.bot, dm.who.user) == []
    await connect_x(dm, world)
    assert connected(dm.bot, dm.who.user) == ["twitter"]


async def test_a_pin_without_a_question_is_removed_and_explained(reader: Seat) -> None:
    """Somebody may have waited too long."""
    position = reader.position
    said = await reader.says("t auth 7482561")
    await reader.answered(said, "nothing to answer", after=position)
    await reader.sees_removed(said, after=position)


async def test_an_x_that_gives_no_token_says_so(world: World, dm: Seat) -> None:
    """The person is told whose fault it is."""
    position = dm.position
    world.x.fail(Answer(503), path="/oauth/request_token")
    await dm.says("t setupauth")
    await dm.hears("X cannot be reached", after=position)


# ---------------------------------------------------------------------- what waited
async def test_a_reading_command_that_waited_runs_by_itself(world: World, room: Seat) -> None:
    """Its answer comes where it was said."""
    position = room.position
    said = await room.says("!jenkins whoami")
    await room.answered(said, "your command waits", after=position)
    await connect_jenkins(await led_dm(room.who, room.bot), world)
    await room.answered(said, "You are alice", after=position)


async def test_several_commands_that_waited_are_offered_by_number(world: World, room: Seat) -> None:
    """They run one by one, and no more than once."""
    first, second, position = new_job(world), new_job(world), room.position
    one = await room.says(f"!jenkins build {first}")
    await room.answered(one, "your command waits", after=position)
    other = await room.says(f"!j b {second}")
    await room.answered(other, "your command waits", after=position)
    dm = await led_dm(room.who, room.bot)
    await connect_jenkins(dm, world)
    offer = await dm.hears("These commands wait", after=position)
    assert f"jenkins build {first}" in offer.body
    assert f"jenkins build {second}" in offer.body
    await dm.asks("yes", "These commands wait")
    await dm.says("yes 2")
    await room.answered(other, f"{second} #1", after=position)
    await dm.says("yes 2")
    await dm.settles()
    assert started_by(world, first) == []
    await dm.says("yes")
    await room.answered(one, f"{first} #1", after=position)
    await dm.asks("yes", "I do not know that")
    await world.jenkins.idle()
    assert (started_by(world, first), started_by(world, second)) == (["alice"], ["alice"])


@pytest.mark.parametrize("word", ["no", "cancel"])
async def test_a_command_that_waited_can_be_dropped(world: World, room: Seat, word: str) -> None:
    """A "yes" afterwards runs nothing."""
    job = new_job(world)
    await room.asks(f"!jenkins build {job}", "your command waits")
    dm = await led_dm(room.who, room.bot)
    position = dm.position
    await connect_jenkins(dm, world)
    await dm.hears("Shall I still run", after=position)
    await dm.asks(word, "Dropped" if word == "no" else "Cancelled")
    await dm.asks("yes", "I do not know that")
    assert started_by(world, job) == []


async def test_a_credential_that_is_not_accepted_any_more_leads_to_connecting_again(
    world: World, arrive: Arrive, bot: Bot
) -> None:
    """The command waits meanwhile; with the new token it runs, once."""
    world.jenkins.add_user("erin")
    job = new_job(world)
    world.jenkins.allow("erin", "", *("hudson.model.Item.Read", "hudson.model.Item.Build"))
    dm = await open_dm(await arrive("erin"), bot)
    await connect_jenkins(dm, world, "erin")
    world.jenkins.revoke_tokens("erin")
    position = dm.position
    said = await dm.says(f"jenkins build {job}")
    await dm.hears("paste", after=position)
    position = dm.position
    await dm.says(new_token(world, "erin"))
    await dm.hears("Shall I still run", after=position)
    await dm.says("yes")
    await dm.answered(said, f"{job} #1", after=position)
    await world.jenkins.idle()
    assert started_by(world, job) == ["erin"]


# ---------------------------------------------------------------------- out
async def test_accounts_shows_who_one_is_and_nothing_secret(world: World, dm: Seat) -> None:
    """Under both names of the command, and nothing of anybody else's."""
    await dm.asks("accounts", "connected nothing yet")
    pasted = await connect_jenkins(dm, world)
    await connect_x(dm, world)
    for words in ("accounts", "whoami"):
        shown = await dm.asks(words, "jenkins")
        assert "twitter" in shown.body
        assert "alice" in shown.body
        assert "never" in shown.body
    stands_nowhere(pasted.partition(":")[2], dm.bot, dm.who)


async def test_disconnecting_removes_the_credential_for_good(world: World, dm: Seat) -> None:
    """Jenkins' token can only be revoked on Jenkins' page, which is named."""
    await connect_jenkins(dm, world)
    query = "SELECT sealed, account FROM credential WHERE user_id = ?"
    ((sealed, account),) = rows(dm.bot, query, dm.who.user)
    told = await dm.asks("disconnect jenkins", "is removed")
    assert f"{world.jenkins.url}/me/security/" in told.body
    assert connected(dm.bot, dm.who.user) == []
    for name, data in dm.bot.stored().items():
        assert sealed not in data, f"the sealed row still stands in {name}"
        assert account not in data, f"the account's name still stands in {name}"
    await dm.asks("disconnect jenkins", "not connected")
    await dm.asks("disconnect nothing", "I know no service")


async def test_disconnecting_x_revokes_the_access_over_there(world: World, dm: Seat) -> None:
    """X can be told."""
    await connect_x(dm, world)
    token = world.x.grant("alice").key
    assert world.x.accepts(token)
    await dm.asks("disconnect twitter", "revoked over there")
    assert not world.x.accepts(token)
    assert connected(dm.bot, dm.who.user) == []


async def test_forget_me_asks_first_and_removes_everything(world: World, dm: Seat) -> None:
    """Also what was to be done; what X knows is revoked."""
    await connect_jenkins(dm, world)
    await connect_x(dm, world)
    token = world.x.grant("alice").key
    question = await dm.asks("forget me", "Say `yes`")
    assert "forget me" in question.body
    assert connected(dm.bot, dm.who.user) == ["jenkins", "twitter"]
    await dm.says("yes")
    removed = await dm.hears("is removed", after=question.arrived)
    assert "jenkins, twitter" in removed.body
    assert connected(dm.bot, dm.who.user) == []
    assert not world.x.accepts(token)
    await dm.asks("accounts", "connected nothing yet")


@pytest.mark.parametrize(
    ("topic", "shown"),
    [
        ("", "describe, last, build, "),
        (" jenkins", "jenkins build <job> [params]"),
        (" jenkins build", "It changes something over there"),
        (" j b", "It changes something over there"),
        (" tweet", "too long for a post"),
        (" forget me", 'waits for your "yes"'),
        (" nonsense", "There is no help on that"),
    ],
)
async def test_help_shows_what_can_be_said(reader: Seat, topic: str, shown: str) -> None:
    """From the overview to one command."""
    await reader.asks(f"help{topic}", shown)


async def test_connecting_a_service_that_does_not_exist_names_those_that_do(
    reader: Seat,
) -> None:
    """Nothing of what was typed is repeated."""
    told = await reader.asks("connect myspace", "I know no service")
    assert "jenkins, twitter" in told.body
    assert "myspace" not in told.body
