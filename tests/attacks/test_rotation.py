"""Making the most of one stolen room key."""

from __future__ import annotations

import pytest
import vodozemac

from sandbox import content
from sandbox.person import Person
from sandbox.world import Arrive
from tests.attacks.bare import BareBot
from tests.attacks.ours import OurBot
from tests.attacks.scene import Victim, gather

_ANSWERS = 7


@pytest.mark.attack("N13")
async def test_thief_of_a_room_key_cannot_read_more_than_the_room_allows(
    bare: BareBot, ours: OurBot, alice: Person, arrive: Arrive
) -> None:
    """The room wants a new key after every third message; the thief has that of the first."""

    bob = await arrive("bob")  # with Alice alone it would be a direct message, and have a greeting

    async def attack(victim: Victim) -> int:
        seat, _ = await gather(victim, alice, bob)
        settings = content.encryption()["content"] | {"rotation_period_msgs": 3}
        await alice.set_state(seat.room, "m.room.encryption", settings)
        start = victim.gateway.position
        for _ in range(_ANSWERS):
            await seat.settles()
        sent = victim.gateway.seen(f"/rooms/{seat.room}/send/m.room.encrypted/", after=start)
        assert len(sent) == _ANSWERS
        stolen = _key_of(alice, seat.room, sent[0].body)
        return sum(_opens(stolen, exchange.body) for exchange in sent)

    assert await attack(bare) == _ANSWERS
    assert await attack(ours) == 3


def _key_of(person: Person, room: str, sent: dict[str, str]) -> vodozemac.InboundGroupSession:
    """The room key of a message, out of the memory of somebody's device."""
    store = person.device.olm.inbound_group_store
    session = store.get(room, sent["sender_key"], sent["session_id"])
    exported = session.export_session(session.first_known_index)
    return vodozemac.InboundGroupSession.import_session(vodozemac.ExportedSessionKey(exported))


def _opens(key: vodozemac.InboundGroupSession, sent: dict[str, str]) -> bool:
    try:
        key.decrypt(vodozemac.MegolmMessage.from_base64(sent["ciphertext"]))
    except vodozemac.MegolmDecryptionException:
        return False
    return True
