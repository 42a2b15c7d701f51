"""Having the bot take something for granted of a room that is no longer, or never was, so."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import nio
import pytest

from sandbox import lies
from sandbox.content import encryption
from sandbox.gateway import Exchange
from sandbox.person import Person
from sandbox.world import Arrive, World
from tests.attacks.bare import BareBot, Ran
from tests.attacks.forger import Forger
from tests.attacks.ours import OurBot
from tests.attacks.scene import Victim, event, gather
from tests.e2e.evidence import connected, stands_nowhere
from tests.e2e.seat import Seat
from tests.e2e.steps import led_dm, new_token, open_dm

_SET = "!jenkins set auth "


def _takes_secrets(bare: BareBot) -> list[str]:
    """Have it take what it is given where nio knows of nobody else; returns what that will be."""
    taken: list[str] = []

    def takes(ran: Ran) -> None:
        known = set(bare.client.rooms[ran.room].users)
        if ran.text.startswith(_SET) and known <= {bare.user, ran.user}:
            taken.append(ran.text.removeprefix(_SET))

    bare.service = takes
    return taken


async def _refuses(ours: OurBot, seat: Seat, pasted: str) -> None:
    """Say a secret; it is not kept, and does not stand there any longer."""
    position = seat.position
    said = await seat.says(_SET + pasted)
    await seat.hears("did not store", after=position)
    await seat.sees_removed(said, after=position)
    stands_nowhere(pasted.partition(":")[2], ours.bot, seat.who)
    await seat.settles()


@pytest.mark.attack("N16")
@pytest.mark.parametrize("joins", [True, False], ids=["who has joined", "who is invited"])
async def test_homeserver_cannot_hide_a_listener_when_a_secret_is_given(
    world: World, doomed: BareBot, ours: OurBot, alice: Person, mallory: Forger, *, joins: bool
) -> None:
    """Mallory comes in, and no sync tells the bot so."""

    @asynccontextmanager
    async def attack(victim: Victim) -> AsyncIterator[Seat]:
        (seat,) = await gather(victim, alice, power={alice.user: 100, victim.user: 50})
        await seat.settles()  # nio asks for the members once, before its first answer
        hidden = lies.without_member(seat.room, mallory.user)
        with victim.gateway.lying("/sync", hidden) as lie:
            await alice.invite(seat.room, mallory.user)
            if joins:
                await mallory.join(seat.room)
                await alice.has_joined(seat.room, mallory.user)
            await seat.settles()
            assert lie.told
            yield seat

    secret, taken = new_token(world), _takes_secrets(doomed)
    async with attack(doomed) as seat:
        await seat.asks(_SET + secret, "Done")
    assert taken == [secret]
    async with attack(ours) as seat:
        await _refuses(ours, seat, new_token(world))


@pytest.mark.attack("N16")
async def test_a_restart_cannot_make_the_bot_forget_who_listens(
    world: World, doomed: BareBot, ours: OurBot, alice: Person, mallory: Forger
) -> None:
    """nio keeps no members, and the syncs after a restart tell of none."""
    doomed.full_state = False
    power = {alice.user: 100}
    (seat,) = await gather(doomed, alice, mallory=mallory)
    await alice.set_state(seat.room, "m.room.join_rules", {"join_rule": "public"})
    await seat.settles()
    await doomed.kill()
    await doomed.start()
    secret, taken = new_token(world), _takes_secrets(doomed)
    await seat.asks(_SET + secret, "Done")
    assert taken == [secret]
    assert doomed.client.rooms[seat.room].join_rule == "invite"

    (seat,) = await gather(ours, alice, mallory=mallory, power=power | {ours.user: 50})
    await seat.settles()
    await ours.kill()
    await ours.start()
    await _refuses(ours, seat, new_token(world))


async def test_a_homeserver_that_hides_somebody_everywhere_has_the_bot_take_a_secret_there(
    world: World, ours: OurBot, arrive: Arrive, mallory: Forger
) -> None:
    """This much it can do, as docs/security.md says; what the bot says, Mallory cannot read.

    The secret itself is for Alice's client to keep, which asks another homeserver, or is lied to.
    """
    bob = await arrive("bob")
    seat = await open_dm(bob, ours.bot)
    hidden = lies.without_member(seat.room, mallory.user)
    with ours.gateway.lying("/sync", hidden), ours.gateway.lying("/members", hidden) as lie:
        await bob.invite(seat.room, mallory.user)
        await mallory.join(seat.room)
        await bob.has_joined(seat.room, mallory.user)
        position = seat.position
        said = await seat.says(f"jenkins set auth {new_token(world)}")
        answer = await seat.hears("authenticated as alice", after=position)
        await seat.sees_removed(said, after=position)
        assert lie.told
    assert connected(ours.bot, bob.user) == ["jenkins"]
    await mallory.listen()
    senders = {session for room, session in mallory.room_keys if room == seat.room}
    assert len(senders) == 1, "Bob's client knows of her, and gave her its key"
    assert (await event(seat, answer.event_id))["content"]["session_id"] not in senders


@pytest.mark.attack("N16")
async def test_sending_the_bot_away_cannot_keep_it_from_reaching_somebody(
    bare: BareBot, ours: OurBot, alice: Person, arrive: Arrive
) -> None:
    """nio has it stay in the room for ever, and a direct message there reaches nobody."""
    bob = await arrive("bob")

    async def attack(victim: Victim, who: Person) -> str:
        power = {who.user: 100, victim.user: 0}
        room = await who.create_room(invite=[victim.user], direct=True, power=power)
        await who.has_joined(room, victim.user)
        await Seat(who, victim, room).settles()
        await who.kick(room, victim.user)
        await victim.gateway.sees("/sync", lambda exchange: _left(exchange, room))
        return room

    room = await attack(bare, alice)
    (seat,) = await gather(bare, alice, name="Elsewhere")
    await seat.settles()
    assert set(bare.client.rooms[room].users) == {bare.user, alice.user}
    text = {"msgtype": "m.text", "body": "Paste your token"}
    sent = await bare.client.room_send(room, "m.room.message", text, ignore_unverified_devices=True)
    assert sent.status_code == "M_FORBIDDEN"

    room = await attack(ours, bob)
    team, _ = await gather(ours, bob, alice)
    position = team.position
    await team.says("!jenkins list")
    await bob.sees(
        lambda message: message.room not in {room, team.room} and "paste" in message.body,
        after=position,
        sender=ours.user,
    )
    await team.settles()


def _left(exchange: Exchange, room: str) -> bool:
    """Whether a sync tells that one is not in a room any more."""
    return room in exchange.answer.get("rooms", {}).get("leave", {})


@pytest.mark.attack("N16")
async def test_a_new_kind_of_room_cannot_keep_the_bot_from_removing_a_secret(
    world: World, bare: BareBot, ours: OurBot, alice: Person, arrive: Arrive
) -> None:
    """Who makes a room of version 12 is above all levels, and stands in none of them."""
    alice.joins_for.add(bare.user)
    state = [encryption()]
    made = await bare.client.room_create(invite=[alice.user], initial_state=state)
    await alice.has_joined(made.room_id, bare.user)
    seat = Seat(alice, bare, made.room_id)
    said = await seat.says("!help")
    await seat.settles()
    assert await _version(seat) == "12"
    believed = bare.client.rooms[seat.room].power_levels
    assert not believed.can_user_redact(bare.user)
    done = await bare.client.room_redact(seat.room, said)
    assert isinstance(done, nio.RoomRedactResponse), "it may all the same"

    bob = await arrive("bob")
    team, _ = await gather(ours, bob, alice)
    await team.says("!jenkins list")
    dm = await led_dm(bob, ours.bot)
    assert await _version(dm) == "12"
    position = dm.position
    said = await dm.says(new_token(world))
    await dm.sees_removed(said, after=position)
    await dm.hears("authenticated as alice", after=position)
    await team.settles()


async def _version(seat: Seat) -> str:
    path = f"/rooms/{seat.room}/state/m.room.create/"
    return str((await seat.who.device.call("GET", path))["room_version"])


@pytest.mark.attack("N16")
async def test_homeserver_cannot_lead_the_bot_into_another_room(
    bare: BareBot, ours: OurBot, alice: Person, mallory: Forger
) -> None:
    """The room is said to have moved: nio believes so, and bots go where it points."""
    trap = "!trap:sandbox.example"
    moved = {
        "type": "m.room.tombstone",
        "state_key": "",
        "sender": alice.user,
        "event_id": "$moved",
        "origin_server_ts": 1,
        "content": {"body": "This room has moved", "replacement_room": trap},
    }

    async def attack(victim: Victim) -> str:
        (seat,) = await gather(victim, alice)
        with victim.gateway.lying("/sync", lies.added(seat.room, moved)) as lie:
            await seat.settles()
            assert lie.told
        await seat.settles()
        return seat.room

    room = await attack(bare)
    assert bare.client.rooms[room].replacement_room == trap
    await attack(ours)
    asked = [exchange.path for exchange in ours.gateway.exchanges]
    assert not any("trap" in path for path in asked)
