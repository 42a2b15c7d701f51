"""A device can declare a Curve25519 key that is not its own: its owner loses nothing by it."""

from __future__ import annotations

import asyncio

import pytest
import vodozemac

from bot.clock import now
from bot.matrix.pickles import Outbound
from tests.unit.matrix.rig import ROOM, rig

ALICE, MALLORY = "@alice:example.org", "@mallory:example.org"


@pytest.fixture
async def alice(bot, arrive):
    alice = await arrive(ALICE)
    bot.answers.show(alice)
    bot.answers.claims[ALICE] = alice
    return alice


@pytest.fixture
async def mallory(bot, arrive, alice):
    """Her device is signed by her, and says that Alice's Curve25519 key is its own."""
    mallory = await arrive(MALLORY)
    bot.answers.show(mallory)
    bot.answers.claims[MALLORY] = mallory
    device, account = mallory.machine.device_id, mallory.machine.account
    keys = bot.answers.devices[MALLORY][device]
    stolen = {
        **keys,
        "keys": {
            f"curve25519:{device}": alice.machine.account.identity_keys["curve25519"],
            f"ed25519:{device}": account.identity_keys["ed25519"],
        },
    }
    bare = {k: v for k, v in stolen.items() if k != "signatures"}
    signing = mallory.identity.self_signing
    signatures = {
        f"ed25519:{device}": mallory.machine.sign_json(bare),
        signing.key_id: signing.sign(bare),
    }
    bot.answers.devices[MALLORY][device] = {**bare, "signatures": {MALLORY: signatures}}
    await bot.enter(ALICE, MALLORY)
    return mallory


async def given(bot, peer, *users) -> list[str]:
    """The room keys that ``peer`` can read when one is given to ``users``."""
    read = []
    peer.machine._handle_olm_event = lambda *args: read.append(args[2]["type"])
    before = len(bot.answers.sent_to(peer.user))
    once = Outbound(vodozemac.GroupSession(), now())
    await bot.keys.give(ROOM, once, await bot.keys.readers(users), keep=False)
    peer.machine.receive_to_device(bot.answers.sent_to(peer.user)[before:])
    return read


def no_olm(key):
    content = {"code": "m.no_olm", "sender_key": key}
    return {"type": "m.room_key.withheld", "sender": MALLORY, "content": content}


@pytest.mark.parametrize("order", [(ALICE, MALLORY), (MALLORY, ALICE)])
async def test_at_first_contact_its_owner_can_read(bot, alice, mallory, order):
    """Whichever of the two is written to first."""
    assert await given(bot, alice, *order) == ["m.room_key"]
    assert await given(bot, alice, *reversed(order)) == ["m.room_key"]


async def test_an_opened_session_does_not_take_the_place_of_its_owners(bot, alice, mallory):
    """Mallory has the bot open one, as often as she can; Alice reads all the while."""
    await bot.sync(to_device=[alice.send_key(bot.machine)])
    await bot.keys.devices_of([ALICE, MALLORY])
    curve = alice.machine.account.identity_keys["curve25519"]
    for _ in range(8):
        await bot.sync(to_device=[no_olm(curve)])
        bot.machine.wedged.clear()
        bot.machine.wedged[MALLORY, curve] = 0
        await bot.keys.unwedge()
        assert await given(bot, alice, ALICE) == ["m.room_key"]
    sessions = bot.machine.session_store[curve]
    assert len(sessions) <= 10
    assert any(session.proved for session in sessions)


async def test_after_a_restart_an_opened_session_is_still_mallorys(
    bot, alice, mallory, tmp_path, sealer
):
    """Whose a session is, is written with it."""
    await bot.sync(to_device=[alice.send_key(bot.machine)])
    await given(bot, alice, ALICE)
    await given(bot, alice, MALLORY)
    await bot.store.flush()
    async with rig(tmp_path, sealer) as again:
        await again.store.open()
        again.machine.account = again.store.account
        again.answers.devices, again.answers.masters = bot.answers.devices, bot.answers.masters
        again.answers.self_signing = bot.answers.self_signing
        assert await given(again, alice, ALICE) == ["m.room_key"]
        curve = alice.machine.account.identity_keys["curve25519"]
        assert sorted(s.proved for s in again.machine.session_store[curve]) == [False, True]


async def test_nobody_crowds_out_the_wedged_devices_of_others(bot, alice, mallory):
    """Of one user a few are noted."""
    await bot.sync(to_device=[no_olm(f"{number:043}") for number in range(2000)])
    assert len(bot.machine.wedged) == 10


async def test_who_has_no_keys_to_offer_does_not_make_its_owner_wait(bot, alice, mallory):
    """That her device offered none says nothing of Alice's."""
    claimed = bot.answers.claimed

    def none_of_mallorys(asked):
        return claimed({user: d for user, d in asked.items() if user != MALLORY})

    bot.answers.claimed = none_of_mallorys
    await given(bot, alice, MALLORY)
    assert await given(bot, alice, ALICE) == ["m.room_key"]


async def test_a_slow_homeserver_holds_up_its_own_users_only(bot, alice, mallory):
    """It is asked once about a device that is not listed, and not at every message."""
    await bot.sync(to_device=[alice.send_key(bot.machine), mallory.send_key(bot.machine)])
    await bot.keys.devices_of([ALICE, MALLORY])
    asked, shown = [], bot.answers.shown

    def slow(users):
        asked.append(set(users))
        return shown(users)

    bot.answers.shown = slow
    for _ in range(6):
        await bot.sync(mallory.say(), alice.say())
    await asyncio.gather(*(bot.keys.devices_of([MALLORY], anew=[MALLORY]) for _ in range(5)))
    assert asked == [{MALLORY}]
