"""Credentials that are fresh for a while: renewed one at a time, stored first, or asked about."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bot.errors import StorageError, Unauthorized, Unavailable
from bot.plugin import Call, Effect, Grant, StepUp, command
from bot.reply import Reply, say
from bot.secret import Secret
from tests.unit.stage import ALICE, ROOM, Stage, TokenFlow, key

DM = f"!dm-{ALICE}"
HOUR = timedelta(hours=1)


class Code:
    """The flow that a credential needs before it is used: one code."""

    name, start, answer, self_starting, shape, revoke_hint = "code", (), (), False, "", ""

    async def run(self, talk):
        """Ask for it."""
        code = await talk.ask(say("The code?"), secret=True)
        return Grant({"token": Secret(f"alice:{code.reveal()}")}, fresh_until=_in(HOUR))


class Cloud:
    """A service whose tokens are good for an hour, and whose refresh tokens for a single use."""

    name, title, aliases, origins = "cloud", "Cloud", (), ()

    def __init__(self):
        self.flows = (TokenFlow(),)
        self.renewed, self.used, self.revoked = [], [], []
        self.asked, self.may_answer = asyncio.Event(), asyncio.Event()
        self.may_answer.set()
        self.failure = None

        async def use(call: Call) -> Reply:
            """Use it."""
            self.used.append(call.api.fields["token"].reveal())
            return say("Used.")

        self.commands = (
            command("look")(use),
            command("do", effect=Effect.WRITE)(use),
            command("stop", effect=Effect.DANGER)(use),
        )

    @asynccontextmanager
    async def api(self, credential):
        """The credential."""
        yield credential

    async def whoami(self, _):
        """Always she."""
        return "alice"

    async def renew(self, credential):
        """A new token for the old one, once."""
        old = credential.fields["token"].reveal()
        self.renewed.append(old)
        self.asked.set()
        await self.may_answer.wait()
        if self.failure is not None:
            raise self.failure
        return Grant({"token": Secret(f"{old}+")}, fresh_until=_in(HOUR))

    async def revoke(self, credential):
        """Note which."""
        self.revoked.append(credential.fields["token"].reveal())
        return True


def _in(time):
    return datetime.now(UTC) + time


@pytest.fixture
def cloud():
    return Cloud()


@pytest.fixture
async def stage(sqlite, sealer, cloud):
    stage = Stage(sqlite, sealer, services=[cloud])
    await stage.show(ALICE, key(ALICE))
    yield stage
    cloud.may_answer.set()
    await stage.close()


async def _stored(stage, *, fresh=timedelta(0), **others):
    """Alice has connected, with a token that is fresh for so long."""
    await stage.says(ALICE, "cloud set auth alice:11abcdef01", room=DM)
    found = await stage.vault.get(ALICE, "cloud")
    await stage.vault.put(replace(found, fresh_until=_in(fresh), **others))


async def _is_renewing(stage, cloud, *rooms):
    """She says so in these rooms, and the service has been asked for a new token."""
    cloud.may_answer.clear()
    for room in rooms:
        await stage.hears(stage.message(ALICE, "!cloud look", room=room))
    await asyncio.wait_for(cloud.asked.wait(), 5)


async def _kept(stage):
    found = await stage.vault.get(ALICE, "cloud")
    return found and found.fields["token"].reveal()


async def test_a_token_that_is_fresh_is_used_as_it_is(stage, cloud):
    await _stored(stage, fresh=HOUR)
    await stage.says(ALICE, "!cloud look")
    assert (cloud.used, cloud.renewed) == (["alice:11abcdef01"], [])


async def test_a_token_that_is_about_to_end_is_renewed_and_stored_before_it_is_used(stage, cloud):
    await _stored(stage, fresh=timedelta(seconds=30))
    await stage.says(ALICE, "!cloud look")
    assert cloud.used == ["alice:11abcdef01+"]
    assert await _kept(stage) == "alice:11abcdef01+"


async def test_commands_at_the_same_time_renew_it_once(stage, cloud):
    await _stored(stage)
    await _is_renewing(stage, cloud, ROOM, "!other", "!third")
    cloud.may_answer.set()
    await stage.rests()
    assert cloud.used == ["alice:11abcdef01+"] * 3
    assert len(cloud.renewed) == 1


async def test_what_is_renewed_is_kept_though_nobody_waits_for_it_any_more(stage, cloud):
    await _stored(stage)
    await _is_renewing(stage, cloud, ROOM)
    await stage.lanes.close(0)
    cloud.may_answer.set()
    await stage.accounts.close()
    assert cloud.used == []
    assert await _kept(stage) == "alice:11abcdef01+"


async def test_what_cannot_be_written_is_not_used_and_not_lost(stage, cloud, monkeypatch):
    """The old token is spent: a second try would end all that came of it."""
    await _stored(stage)
    put = stage.vault.put

    async def full(_):
        raise StorageError("the disk is full", "Make room")

    monkeypatch.setattr(stage.vault, "put", full)
    await stage.says(ALICE, "!cloud look")
    assert cloud.used == []
    monkeypatch.setattr(stage.vault, "put", put)
    await stage.says(ALICE, "!cloud look")
    assert cloud.used == ["alice:11abcdef01+"]
    assert len(cloud.renewed) == 1


async def test_what_could_not_be_written_is_what_disconnecting_revokes(stage, cloud, monkeypatch):
    """Of the old token a service may say that it is revoked: it is spent."""
    await _stored(stage)
    put = stage.vault.put

    async def full(_):
        raise StorageError("the disk is full", "Make room")

    monkeypatch.setattr(stage.vault, "put", full)
    await stage.says(ALICE, "!cloud look")
    monkeypatch.setattr(stage.vault, "put", put)
    await stage.says(ALICE, "disconnect cloud", room=DM)
    assert cloud.revoked == ["alice:11abcdef01+"]
    assert await _kept(stage) is None


async def test_freezing_somebody_while_it_is_renewed_leaves_it_unused(stage, cloud):
    await _stored(stage)
    await _is_renewing(stage, cloud, ROOM)
    await stage.pins.freeze(ALICE)
    cloud.may_answer.set()
    await stage.rests()
    assert cloud.used == []
    assert "An admin has frozen" in stage.sent.texts[-1]


async def test_an_identity_that_changes_while_it_is_renewed_leaves_it_unused(stage, cloud):
    await _stored(stage)
    await _is_renewing(stage, cloud, ROOM)
    await stage.show(ALICE, "z" * 43)
    cloud.may_answer.set()
    await stage.rests()
    assert cloud.used == []
    assert await _kept(stage) == "alice:11abcdef01+", "it is the only one that is good"


async def test_a_bug_in_revoking_leaves_nothing_stored(stage, cloud, monkeypatch):
    await _stored(stage, fresh=HOUR)

    async def broken(_):
        raise KeyError("very-secret")

    monkeypatch.setattr(cloud, "revoke", broken)
    await stage.says(ALICE, "disconnect cloud", room=DM)
    assert await _kept(stage) is None
    assert "What you gave me for Cloud is removed." in stage.sent.texts[-1]


async def test_disconnecting_while_it_is_renewed_leaves_nothing_and_revokes_the_new_one(
    stage, cloud
):
    await _stored(stage)
    await _is_renewing(stage, cloud, ROOM)
    await stage.hears(stage.message(ALICE, "disconnect cloud", room=DM))
    cloud.may_answer.set()
    await stage.rests()
    assert await _kept(stage) is None
    assert cloud.revoked == ["alice:11abcdef01+"]


async def test_forgetting_while_it_is_renewed_leaves_nothing(stage, cloud):
    await _stored(stage)
    await stage.says(ALICE, "forget me", room=DM)
    await _is_renewing(stage, cloud, ROOM)
    await stage.hears(stage.message(ALICE, "yes", room=DM))
    cloud.may_answer.set()
    await stage.rests()
    assert await _kept(stage) is None
    assert cloud.revoked == ["alice:11abcdef01+"]


async def test_who_cannot_renew_it_connects_again_and_the_command_goes_on(stage, cloud):
    await _stored(stage)
    cloud.failure = Unauthorized()
    await stage.says(ALICE, "!cloud look")
    assert "Cloud no longer accepts your credential." in stage.sent.texts[-2]
    assert cloud.used == []
    await stage.says(ALICE, "alice:11abcdef02", room=DM)
    assert cloud.used == ["alice:11abcdef02"]


async def test_a_service_that_is_away_is_said_to_be(stage, cloud):
    await _stored(stage)
    cloud.failure = Unavailable("no connection")
    await stage.says(ALICE, "!cloud look")
    assert "Cloud cannot be reached" in stage.sent.texts[-1]
    assert await _kept(stage) == "alice:11abcdef01"


async def test_a_bug_in_renewing_is_told_of_and_what_it_says_is_not(stage, cloud, log):
    """The message is done with: it is not taken up again at the next start."""
    stream = log()
    await _stored(stage)
    cloud.failure = KeyError("very-secret")
    await stage.says(ALICE, "!cloud look")
    assert "Tell my operator this id" in stage.sent.texts[-1]
    assert "KeyError" in stream.getvalue()
    assert "secret" not in stream.getvalue()
    assert await stage.dispatch._inbox.unfinished() == []


# ---------------------------------------------------------------------------- what is needed first
async def test_a_code_is_asked_for_in_private_and_the_command_goes_on_with_it(stage, cloud):
    await _stored(stage)
    cloud.failure = StepUp(Code(), "Cloud asks for a code.")
    await stage.says(ALICE, "!cloud look")
    assert [room for _, room, _ in stage.sent.events[-2:]] == [ROOM, DM]
    assert "Cloud asks for a code." in stage.sent.texts[-2]
    said = await stage.says(ALICE, "123456", room=DM)
    assert said.event_id in stage.sent.removed
    assert cloud.used == ["alice:123456"]
    await stage.says(ALICE, "!cloud look")
    assert cloud.used == ["alice:123456"] * 2, "it is used until it ends"


async def test_a_code_leaves_since_when_it_is_connected_as_it_was(stage, cloud):
    since = datetime(2026, 1, 2, tzinfo=UTC)
    await _stored(stage, created=since)
    cloud.failure = StepUp(Code(), "Cloud asks for a code.")
    await stage.says(ALICE, "cloud look", room=DM)
    await stage.says(ALICE, "123456", room=DM)
    assert (await stage.vault.get(ALICE, "cloud")).created == since


async def test_what_asks_before_it_acts_asks_at_once_after_the_code(stage, cloud):
    await _stored(stage)
    cloud.failure = StepUp(Code(), "Cloud asks for a code.")
    await stage.says(ALICE, "!cloud stop")
    await stage.says(ALICE, "123456", room=DM)
    question = next(t for t in stage.sent.texts if "This will run" in t)
    code = question.partition("Say `")[2].partition("` within")[0]
    assert cloud.used == []
    await stage.says(ALICE, code)
    assert cloud.used == ["alice:123456"]


async def test_what_writes_waits_for_a_yes_after_the_code(stage, cloud):
    await _stored(stage)
    cloud.failure = StepUp(Code(), "Cloud asks for a code.")
    await stage.says(ALICE, "!cloud do")
    await stage.says(ALICE, "123456", room=DM)
    assert cloud.used == []
    await stage.says(ALICE, "yes", room=DM)
    assert cloud.used == ["alice:123456"]


async def test_a_code_for_what_was_disconnected_meanwhile_stores_nothing(stage, cloud):
    await _stored(stage)
    cloud.failure = StepUp(Code(), "Cloud asks for a code.")
    await stage.says(ALICE, "!cloud look")
    await stage.vault.delete(ALICE, "cloud")
    await stage.says(ALICE, "123456", room=DM)
    assert await _kept(stage) is None
    assert cloud.used == []


# ---------------------------------------------------------------------------- what is not kept
async def test_what_was_made_for_nobody_who_can_be_told_is_given_back(stage, cloud, monkeypatch):
    async def away(_):
        raise Unavailable("no connection")

    cloud.flows = (Code(),)
    monkeypatch.setattr(cloud, "whoami", away)
    await stage.says(ALICE, "connect cloud", room=DM)
    await stage.says(ALICE, "123456", room=DM)
    assert cloud.revoked == ["alice:123456"]
    assert await _kept(stage) is None


async def test_what_may_be_one_with_what_is_stored_is_left_alone(stage, cloud, monkeypatch):
    """GitHub ends all that an app was allowed together, and X gives the same token again."""

    async def away(_):
        raise Unavailable("no connection")

    await _stored(stage, fresh=HOUR)
    cloud.flows = (Code(),)
    monkeypatch.setattr(cloud, "whoami", away)
    await stage.says(ALICE, "connect cloud", room=DM)
    await stage.says(ALICE, "123456", room=DM)
    assert cloud.revoked == []
    assert await _kept(stage) == "alice:11abcdef01"


async def test_a_renewal_that_waits_for_the_disk_outlives_a_connection_that_cannot_be_written(
    stage, cloud, monkeypatch
):
    await _stored(stage)
    put = stage.vault.put

    async def full(_):
        raise StorageError("the disk is full", "Make room")

    monkeypatch.setattr(stage.vault, "put", full)
    await stage.says(ALICE, "!cloud look")
    await stage.says(ALICE, "cloud set auth alice:11abcdef02", room=DM)
    monkeypatch.setattr(stage.vault, "put", put)
    await stage.says(ALICE, "!cloud look")
    assert cloud.used == ["alice:11abcdef01+"]


async def test_a_bug_in_where_to_revoke_does_not_keep_it_from_being_removed(
    stage, cloud, monkeypatch
):
    async def cannot(_):
        return False

    await _stored(stage)
    monkeypatch.setattr(cloud, "revoke", cannot)
    cloud.where_to_revoke = lambda credential: credential.fields["nothing"]
    await stage.says(ALICE, "disconnect cloud", room=DM)
    assert await _kept(stage) is None
    assert "is removed" in stage.sent.texts[-1]


async def test_what_was_made_for_somebody_who_is_frozen_is_given_back(stage, cloud):
    cloud.flows = (Code(),)
    await stage.says(ALICE, "connect cloud", room=DM)
    message = stage.message(ALICE, "123456", room=DM)
    await stage.pins.freeze(ALICE)
    await stage.connections.answer(message, Secret("123456"))
    await stage.rests()
    assert cloud.revoked == ["alice:123456"]
    assert await _kept(stage) is None


async def test_a_token_that_was_pasted_stays_its_owners_where_it_is_not_kept(
    stage, cloud, monkeypatch
):
    async def away(_):
        raise Unavailable("no connection")

    monkeypatch.setattr(cloud, "whoami", away)
    await stage.says(ALICE, "cloud set auth alice:11abcdef01", room=DM)
    assert cloud.revoked == []


# ---------------------------------------------------------------------------- what ends
async def test_accounts_say_when_things_end(stage):
    await _stored(stage, fresh=HOUR, expires=datetime(2030, 5, 6, 7, 8, tzinfo=UTC))
    await stage.says(ALICE, "accounts", room=DM)
    shown = stage.sent.texts[-1]
    assert "2030-05-06 07:08" in shown
    assert "then renewed" in shown
