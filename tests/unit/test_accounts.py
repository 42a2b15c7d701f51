"""Whose credential is used, kept and removed, when who somebody is changes in between."""

from __future__ import annotations

from contextlib import asynccontextmanager
from datetime import UTC, datetime

import pytest

from bot.accounts import Accounts
from bot.errors import UserError
from bot.matrix.devices import DeviceList
from bot.matrix.pins import Pins
from bot.model import Actor, Credential
from bot.secret import Secret
from bot.vault.vault import Vault

ALICE, OLD, NEW = "@alice:example.org", "o" * 43, "n" * 43


class Jenkins:
    """A service that notes what it was asked to revoke."""

    name = title = "jenkins"

    def __init__(self):
        self.revoked = []

    @asynccontextmanager
    async def api(self, credential):
        yield credential

    async def revoke(self, credential):
        self.revoked.append(credential.account)
        return True


def actor(identity, *, pinned=True):
    return Actor(ALICE, "!dm", "PHONE", identity, pinned=pinned, private=True)


def credential(identity, account="alice"):
    fields = {"token": Secret("x")}
    return Credential(ALICE, "jenkins", account, fields, identity, datetime.now(UTC))


@pytest.fixture
def jenkins():
    return Jenkins()


@pytest.fixture
async def pins(sqlite):
    pins = Pins(sqlite)
    await shown(pins, sqlite, OLD)
    return pins


@pytest.fixture
async def vault(sqlite, sealer):
    vault = Vault(sqlite, sealer)
    await vault.put(credential(OLD))
    return vault


@pytest.fixture
def accounts(vault, pins, jenkins):
    return Accounts(vault, pins, {"jenkins": jenkins})


async def shown(pins, database, master):
    """The homeserver shows this identity."""
    async with database.transaction() as connection:
        seen = await pins.see(connection, [DeviceList(ALICE, master)])
    pins.learn(seen)


async def test_what_was_said_before_a_freeze_uses_nothing_after_it(accounts, pins, jenkins):
    """It may have been queued, or been left by a former run."""
    said = actor(OLD)
    await pins.freeze(ALICE)
    for attempt in (
        accounts.credential(said, jenkins),
        accounts.disconnect(said, jenkins),
        accounts.forget(said),
        accounts.keep(said, jenkins, credential(OLD)),
    ):
        with pytest.raises(UserError, match="frozen"):
            await attempt
    assert jenkins.revoked == []
    assert len(await accounts.of(said)) == 1


async def test_undoing_a_freeze_accepts_no_identity(accounts, pins, sqlite, jenkins):
    """What the homeserver shows meanwhile is still another one, and verified stays verified."""
    await pins.repin(ALICE, OLD, verified=True)
    await pins.freeze(ALICE)
    await shown(pins, sqlite, NEW)
    assert await pins.unfreeze(ALICE)
    pin = pins.get(ALICE)
    assert (pin.master_key, pin.changed_to, pin.verified_at is None) == (OLD, NEW, False)
    with pytest.raises(UserError):
        await accounts.credential(actor(NEW), jenkins)


async def test_an_accepted_identity_uses_what_was_there(accounts, pins, sqlite, jenkins):
    """And the one before does not any more."""
    await shown(pins, sqlite, NEW)
    assert await accounts.accept(ALICE) == ["jenkins"]
    assert (await accounts.credential(actor(NEW), jenkins)).account == "alice"
    with pytest.raises(UserError):
        await accounts.credential(actor(OLD), jenkins)


async def test_nobody_is_accepted_who_shows_no_identity(accounts, pins, sqlite):
    """There would be nothing to go by."""
    await shown(pins, sqlite, None)
    with pytest.raises(UserError, match="no identity"):
        await accounts.accept(ALICE)
    with pytest.raises(UserError, match="no identity"):
        await accounts.accept("@nobody:example.org")


async def test_a_flow_under_way_does_not_take_verified_away(accounts, pins, sqlite, jenkins):
    """Alice began to connect with a changed identity, and was verified before she had ended."""
    await shown(pins, sqlite, NEW)
    begun = actor(NEW, pinned=False)
    await pins.repin(ALICE, NEW, verified=True)
    await accounts.keep(begun, jenkins, credential(NEW))
    assert pins.get(ALICE).verified_at is not None


async def test_a_flow_of_an_identity_that_was_replaced_keeps_nothing(accounts, pins, jenkins):
    """It began as hers; somebody else has proved to be her since."""
    begun = actor(OLD)
    await pins.repin(ALICE, NEW)
    await accounts.keep(actor(NEW), jenkins, credential(NEW))
    with pytest.raises(UserError, match="changed since you began"):
        await accounts.keep(begun, jenkins, credential(OLD, "mallory"))
    assert (await accounts.credential(actor(NEW), jenkins)).account == "alice"


async def test_a_verified_identity_that_changed_connects_nothing(accounts, pins, sqlite, jenkins):
    """Not even the same account; once verified again it does."""
    await pins.repin(ALICE, OLD, verified=True)
    await shown(pins, sqlite, NEW)
    with pytest.raises(UserError, match="I had verified the one before"):
        await accounts.keep(actor(NEW, pinned=False), jenkins, credential(NEW))
    await accounts.verified(ALICE, NEW)
    assert (await accounts.credential(actor(NEW), jenkins)).account == "alice"
