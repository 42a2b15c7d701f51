"""Whoever has a credential that ends soon is told so once, in the direct message."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bot.answers import Answers
from bot.matrix.client import Unreachable
from bot.reminders import Reminders
from tests.unit.stage import ALICE, BOB, Jenkins, Stage

DAY = timedelta(days=1)


@pytest.fixture
async def stage(sqlite, sealer):
    stage = Stage(sqlite, sealer)
    await stage.meet(ALICE, BOB)
    yield stage
    await stage.close()


@pytest.fixture
def reminders(stage):
    answers = Answers(stage.sent, stage.house, "!")
    return Reminders(stage.vault, stage.pins, answers, stage.house, {"jenkins": Jenkins(())})


async def _ends(stage, user, left, *, lasts=30 * DAY):
    found = await stage.vault.get(user, "jenkins")
    ends = datetime.now(UTC) + left
    await stage.vault.put(replace(found, created=ends - lasts, expires=ends))


async def test_three_days_before_one_line_says_when_and_what_to_do(stage, reminders):
    await _ends(stage, ALICE, 3 * DAY - timedelta(hours=1))
    await _ends(stage, BOB, 4 * DAY)
    await reminders.send()
    await reminders.send()
    (event,) = stage.sent.events
    assert event[1] == f"!dm-{ALICE}"
    ends = (await stage.vault.get(ALICE, "jenkins")).expires
    assert f"Jenkins ends on {ends:%Y-%m-%d}" in stage.sent.texts[0]
    assert "connect jenkins" in stage.sent.texts[0]


async def test_a_homeserver_that_is_away_holds_nobody_up(stage, reminders):
    """It is tried again an hour later; what else is done from time to time does not wait."""
    await _ends(stage, ALICE, DAY)
    await reminders.send()
    assert stage.sent.patience == 0


async def test_a_new_credential_is_reminded_of_anew(stage, reminders):
    await _ends(stage, ALICE, DAY)
    await reminders.send()
    await _ends(stage, ALICE, 2 * DAY)
    await reminders.send()
    assert len(stage.sent.events) == 2


@pytest.mark.parametrize(("left", "lasts"), [(DAY, DAY), (-DAY, 30 * DAY)])
async def test_nobody_is_told_of_what_lasts_a_day_or_has_ended(stage, reminders, left, lasts):
    await _ends(stage, ALICE, left, lasts=lasts)
    await reminders.send()
    assert stage.sent.events == []


async def test_somebody_with_another_identity_is_told_nothing(stage, reminders):
    await _ends(stage, ALICE, DAY)
    await stage.show(ALICE, "n" * 43)
    await reminders.send()
    assert stage.sent.events == []


async def test_what_could_not_be_sent_is_said_the_next_time(stage, reminders):
    def away():
        raise Unreachable("the homeserver is away")

    await _ends(stage, ALICE, DAY)
    stage.sent.failing = away
    await reminders.send()
    assert stage.sent.events == []
    stage.sent.failing = lambda: None
    await reminders.send()
    assert len(stage.sent.events) == 1
