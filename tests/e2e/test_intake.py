"""P1: where a secret is taken, and what becomes of one that is said anywhere else."""

from __future__ import annotations

import pytest

from sandbox import lies
from sandbox.bot import Bot
from sandbox.gateway import Gateway
from sandbox.person import Person
from sandbox.world import Arrive, World
from tests.e2e.conftest import NewBot
from tests.e2e.evidence import connected, stands_nowhere
from tests.e2e.seat import Seat
from tests.e2e.steps import connect_jenkins, meet, new_token, open_dm, setup_x

_REVOKE = "/me/security/"  # the page on Jenkins where tokens are revoked


async def _refused(seat: Seat, said: str, pasted: str, *, removed: bool, after: int) -> None:
    """What was said is not stored, gone where that is possible, and its owner told what to do."""
    warning = await seat.hears("did not store", after=after)
    assert _REVOKE in warning.body
    if removed:
        assert "removed the message" in warning.body
        await seat.sees_removed(said, after=after)
    else:
        assert "delete your message" in warning.body.lower()
        await seat.who.catches_up()
        shown = seat.who.timeline.get(said)
        assert shown is not None
        assert not shown.redacted
    secret = pasted.partition(":")[2]
    assert connected(seat.bot, seat.who.user) == []
    stands_nowhere(secret, seat.bot, seat.who)


@pytest.fixture
async def alice(bot: Bot, arrive: Arrive) -> Person:
    """Somebody whom the bot does not know yet."""
    return await arrive("alice")


@pytest.fixture
async def bob(bot: Bot, arrive: Arrive) -> Person:
    """Somebody else."""
    return await arrive("bob")


async def test_a_token_in_a_team_room_is_refused_and_removed(
    world: World, bot: Bot, alice: Person, bob: Person
) -> None:
    """Said to the bot or not: a secret is known by its shape."""
    seat, _ = await meet(bot, alice, bob, power={alice.user: 100, bot.user: 50})
    for form in ("!jenkins set auth {}", "!j set auth {}", "{}", "look: {} works"):
        pasted, position = new_token(world), seat.position
        said = await seat.says(form.format(pasted))
        await _refused(seat, said, pasted, removed=True, after=position)
    await seat.asks("!help", "I run commands as you")


async def test_where_the_bot_may_not_redact_the_person_is_asked_to_delete_it(
    world: World, bot: Bot, alice: Person, bob: Person
) -> None:
    """In a room as people make it the bot has no power over their messages."""
    seat, _ = await meet(bot, alice, bob)
    pasted, position = new_token(world), seat.position
    said = await seat.says(f"!jenkins set auth {pasted}")
    await _refused(seat, said, pasted, removed=False, after=position)
    await seat.asks("!help", "I run commands as you")


async def test_a_token_in_a_direct_message_of_three_is_refused(
    world: World, bot: Bot, alice: Person, bob: Person
) -> None:
    """What a client calls a direct message is none if somebody else is in it."""
    seat, _ = await meet(bot, alice, bob, name=None, direct=True)
    await alice.mark_direct(bot.user, seat.room)
    pasted, position = new_token(world), seat.position
    said = await seat.says(f"jenkins set auth {pasted}")
    await _refused(seat, said, pasted, removed=True, after=position)
    await seat.asks("!help", "I run commands as you")


async def test_a_token_in_a_direct_message_to_which_somebody_is_invited_is_refused(
    world: World, bot: Bot, alice: Person, bob: Person
) -> None:
    """Who is invited reads on after they have joined."""
    seat = await open_dm(alice, bot)
    await alice.invite(seat.room, bob.user)
    pasted, position = new_token(world), seat.position
    said = await seat.says(f"jenkins set auth {pasted}")
    await _refused(seat, said, pasted, removed=True, after=position)
    await seat.asks("!help", "I run commands as you")


async def test_somebody_invited_after_the_question_spoils_the_answer(
    world: World, bot: Bot, alice: Person, bob: Person
) -> None:
    """The room is judged when the secret arrives, not when it was asked for."""
    seat = await open_dm(alice, bot)
    position = seat.position
    await seat.says("connect jenkins")
    await seat.hears("paste", after=position)
    await alice.invite(seat.room, bob.user)
    pasted, position = new_token(world), seat.position
    said = await seat.says(pasted)
    await _refused(seat, said, pasted, removed=True, after=position)


async def test_the_members_are_asked_of_the_server_when_a_secret_arrives(
    world: World, new_bot: NewBot, arrive: Arrive
) -> None:
    """A bot that has not heard of the third person yet takes nothing either."""
    bot = await new_bot(start=False)
    alice, bob = await arrive("alice"), await arrive("bob")
    async with Gateway.before(bot) as gateway:
        await bot.start()
        seat = await open_dm(alice, bot)
        with gateway.lying("/sync", lies.without_member(seat.room, bob.user)) as lie:
            await alice.invite(seat.room, bob.user)
            pasted, position = new_token(world), seat.position
            said = await seat.says(f"jenkins set auth {pasted}")
            await _refused(seat, said, pasted, removed=True, after=position)
        assert lie.told
        await bot.stop()


@pytest.mark.parametrize("form", ["!jenkins set auth {}", "{}"])
async def test_a_token_in_clear_in_an_unencrypted_room_is_refused(
    world: World, bot: Bot, alice: Person, form: str
) -> None:
    """The warning is in clear too: there is no other way, and nothing secret in it."""
    power = {alice.user: 100, bot.user: 50}
    (seat,) = await meet(bot, alice, encrypted=False, power=power)
    await seat.hears("encrypted rooms only", after=0)
    pasted, position = new_token(world), seat.position
    said = await seat.says(form.format(pasted))
    await _refused(seat, said, pasted, removed=True, after=position)
    await alice.enable_encryption(seat.room)
    await seat.asks("!help", "I run commands as you")


async def test_a_token_in_clear_in_an_encrypted_direct_message_is_refused(
    world: World, bot: Bot, alice: Person
) -> None:
    """Whoever can put a message into the room could be its author. The warning is encrypted."""
    seat = await open_dm(alice, bot)
    pasted, position = new_token(world), seat.position
    said = await seat.says(f"jenkins set auth {pasted}", clear=True)
    await _refused(seat, said, pasted, removed=True, after=position)
    assert (await seat.hears("did not store", after=position)).encrypted
    await connect_jenkins(seat, world)


async def test_an_answer_in_clear_to_the_question_for_a_token_is_refused(
    world: World, bot: Bot, alice: Person
) -> None:
    """The conversation goes on, and takes the answer that is encrypted."""
    seat = await open_dm(alice, bot)
    position = seat.position
    await seat.says("connect jenkins")
    await seat.hears("paste", after=position)
    pasted, position = new_token(world), seat.position
    said = await seat.says(pasted, clear=True)
    await _refused(seat, said, pasted, removed=True, after=position)
    await seat.says(new_token(world))
    await seat.hears("authenticated as alice", after=position)


async def test_a_token_from_a_device_that_is_not_signed_is_refused(
    world: World, bot: Bot, alice: Person
) -> None:
    """Both devices can read the warning; the signed one is heard."""
    seat = await open_dm(alice, bot)
    stray = await alice.another_device(signed=False)
    try:
        unsigned = Seat(stray, bot, seat.room)
        pasted, position, here = new_token(world), unsigned.position, seat.position
        said = await unsigned.says(f"jenkins set auth {pasted}")
        await _refused(unsigned, said, pasted, removed=True, after=position)
        await seat.hears("did not store", after=here)
    finally:
        await stray.close()
    await connect_jenkins(seat, world)


async def test_a_token_from_somebody_without_cross_signing_is_refused(
    world: World, bot: Bot, arrive: Arrive
) -> None:
    """They are told what to set up; having done so they are heard."""
    seat = await open_dm(await arrive("dave", identity=False), bot)
    pasted, position = new_token(world), seat.position
    said = await seat.says(f"jenkins set auth {pasted}")
    await _refused(seat, said, pasted, removed=True, after=position)
    await seat.says("accounts")
    await seat.hears("cross-signing", after=position)
    await seat.who.reset_identity()
    await connect_jenkins(seat, world)


async def test_a_token_is_taken_where_the_bot_may_not_redact_and_its_owner_asked_to_delete_it(
    world: World, bot: Bot, alice: Person
) -> None:
    """Who opens the direct message may have kept all the power; the secret is none the less safe
    to take."""
    room = await alice.create_room(
        invite=[bot.user], direct=True, power={alice.user: 100, bot.user: 0}
    )
    await alice.has_joined(room, bot.user)
    seat, pasted, position = Seat(alice, bot, room), new_token(world), alice.position
    said = await seat.says(f"jenkins set auth {pasted}")
    await seat.hears("please delete it", after=position)
    await seat.hears("authenticated as alice", after=position)
    shown = alice.timeline.get(said)
    assert shown is not None
    assert not shown.redacted
    assert connected(bot, alice.user) == ["jenkins"]
    stands_nowhere(pasted.partition(":")[2], bot, alice)


@pytest.mark.parametrize("form", ["{}", "!t auth {}"])
async def test_a_pin_said_in_a_room_is_removed_and_ends_the_flow(
    world: World, bot: Bot, alice: Person, bob: Person, form: str
) -> None:
    """A PIN needs no revoking: without the bot's own key nobody can use it."""
    dm = await open_dm(alice, bot)
    seat, _ = await meet(bot, alice, bob, power={alice.user: 100, bot.user: 50})
    pin = await world.x.authorise(await setup_x(dm), "alice")
    position = seat.position
    said = await seat.says(form.format(pin))
    warning = await seat.hears("did not store", after=position)
    assert "revoke" not in warning.body.lower()
    await seat.sees_removed(said, after=position)
    await dm.asks(f"t auth {pin}", "nothing to answer")
    assert connected(bot, alice.user) == []


async def test_a_pin_is_no_secret_while_nobody_asks_for_one(
    bot: Bot, alice: Person, bob: Person
) -> None:
    """Seven digits are a telephone number, most of the time."""
    seat, _ = await meet(bot, alice, bob, power={alice.user: 100, bot.user: 50})
    position = seat.position
    said = await seat.says("7482561")
    await seat.settles()
    shown = alice.timeline.get(said)
    assert shown is not None
    assert not shown.redacted
    assert len(seat.heard(after=position)) == 1, "only the answer to what came afterwards"


async def test_somebody_elses_pin_like_number_is_left_alone(
    world: World, bot: Bot, alice: Person, bob: Person
) -> None:
    """While the bot waits for Alice's PIN, Bob may say a number."""
    dm = await open_dm(alice, bot)
    _, bobs = await meet(bot, alice, bob, power={alice.user: 100, bot.user: 50})
    await setup_x(dm)
    said = await bobs.says("7482561")
    await bobs.settles()
    shown = bob.timeline.get(said)
    assert shown is not None
    assert not shown.redacted
