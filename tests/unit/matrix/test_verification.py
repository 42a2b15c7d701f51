"""Verifications under way, against whoever would turn them to their ends."""

from __future__ import annotations

import pytest

from bot.clock import now
from bot.matrix.client import Unreachable
from bot.matrix.identity import OwnIdentity
from bot.matrix.inbox import Verifying
from bot.matrix.verification import Verifications
from tests.unit.matrix.rig import BOT, ROOM, event_id
from tests.unit.matrix.test_sas import Initiator

ALICE = "@alice:example.org"


class Sender:
    """Takes what is sent; ``away`` names a step that the homeserver does not take."""

    def __init__(self):
        self.sent, self.away = [], ""

    async def send_notice(self, room, content, *, txn, kind):
        if kind.endswith(self.away or "nothing"):
            raise Unreachable("gone")
        self.sent.append((kind.rpartition(".")[2], content))

    def last(self, kind):
        return [content for name, content in self.sent if name == kind][-1]


@pytest.fixture
def sender():
    return Sender()


@pytest.fixture
async def verifications(bot, sender):
    async def tell(room, sentence, *, about):
        pass

    made = Verifications(
        sender=sender,
        machine=bot.machine,
        keys=bot.keys,
        master=OwnIdentity.new().master,
        verified=lambda user, master: bot.pins.repin(user, master, verified=True),
        tell=tell,
    )
    yield made
    await made.close()


async def step(verifications, kind, content, transaction, *, user=ALICE, room=ROOM, ts=None):
    content = {**content, "m.relates_to": {"rel_type": "m.reference", "event_id": transaction}}
    await verifications.take(
        Verifying(user, room, event_id(), kind, transaction, content, ts or now())
    )


async def compare(verifications, peer, *, ts=None):
    """Up to the emoji; returns the client and the transaction."""
    client, transaction = Initiator(), event_id()
    device = peer.machine.device_id
    request = {"from_device": device, "to": BOT, "methods": ["m.sas.v1"]}
    await verifications.take(
        Verifying(peer.user, ROOM, transaction, "request", transaction, request, ts or now())
    )
    began = client.began | {"from_device": device}
    await step(verifications, "start", began, transaction, user=peer.user)
    await step(verifications, "key", {"key": client.public}, transaction, user=peer.user)
    return client, transaction


def states(verifications):
    return [(found.user, found.state) for found in verifications.all()]


async def test_a_device_whose_id_could_pass_for_something_else_is_not_verified(
    bot, arrive, verifications, sender
):
    """A homeserver chooses it, and the operator reads it beside the emoji."""
    painted = "PHONE) sees, if nobody stands between:\n\n🐶 Dog   🐱 Cat\n\x1b[8m"
    fake = await arrive(ALICE, device=painted)
    bot.answers.show(fake)
    await bot.enter(ALICE)
    await compare(verifications, fake)
    assert states(verifications) == []
    assert sender.sent == []


@pytest.mark.parametrize("late", [11 * 60 * 1000, -6 * 60 * 1000])
async def test_a_request_of_another_time_is_not_answered(alice, verifications, sender, late):
    """Nor one that was held back."""
    await compare(verifications, alice, ts=now() - late)
    assert sender.sent == []


async def test_a_step_in_another_room_or_by_another_user_changes_nothing(alice, verifications):
    """The homeserver may move and relabel them."""
    _, transaction = await compare(verifications, alice)
    await step(verifications, "cancel", {}, transaction, room="!other:example.org")
    await step(verifications, "cancel", {}, transaction, user="@mallory:example.org")
    assert states(verifications) == [(ALICE, "comparing")]


async def test_nothing_is_confirmed_before_there_is_something_to_compare(alice, verifications):
    """Nor twice, nor after its end."""
    with pytest.raises(KeyError):
        verifications.confirm("$unknown")
    _, transaction = await compare(verifications, alice)
    await step(verifications, "cancel", {}, transaction)
    with pytest.raises(KeyError):
        verifications.confirm(transaction)


async def test_a_step_that_could_not_be_sent_ends_it_for_good(alice, verifications, sender):
    """The operator is not asked about what the person cannot see."""
    sender.away = ".key"
    await compare(verifications, alice)
    assert states(verifications) == [(ALICE, "cancelled")]


async def test_wrong_keys_pin_nobody(bot, alice, verifications, sender):
    """Whatever the operator has confirmed."""
    _, transaction = await compare(verifications, alice)
    verifications.confirm(transaction)
    await step(verifications, "mac", {"mac": {"ed25519:x": "y"}, "keys": "z"}, transaction)
    assert states(verifications) == [(ALICE, "cancelled")]
    assert sender.last("cancel")["code"] == "m.key_mismatch"
    assert bot.pins.get(ALICE).verified_at is None
