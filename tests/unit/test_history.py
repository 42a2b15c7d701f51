"""What somebody has run is told to them, and to nobody who merely goes by their name."""

from __future__ import annotations

import pytest

from bot.journal import Note
from bot.plugin import Call, Effect, Rest, command
from bot.reply import Reply, say
from tests.unit.stage import ALICE, Stage

DM, OTHER = f"!dm-{ALICE}", "o" * 43


@command("build", effect=Effect.WRITE)
async def build(call: Call[None], text: Rest) -> Reply:
    """Build."""
    return say("Built by ", call.account, ": ", text)


@pytest.fixture
async def stage(sqlite, sealer):
    stage = Stage(sqlite, sealer, [build])
    await stage.meet(ALICE)
    await stage.says(ALICE, "!j build in private words")
    yield stage
    await stage.close()


async def test_it_is_told_to_who_ran_it(stage):
    await stage.says(ALICE, "history", room=DM)
    assert "in private words" in stage.sent.texts[-1]


async def test_another_identity_of_somebody_who_has_stored_nothing_is_not_shown_it(stage):
    """A homeserver that shows one of its own is then met like somebody new."""
    await stage.says(ALICE, "disconnect jenkins", room=DM)
    await stage.show(ALICE, OTHER)
    token = "jenkins set auth mallory:11deadbeef"
    await stage.says(ALICE, token, room=DM, identity=OTHER, pinned=False)
    assert stage.sent.texts[-1] == "You have authenticated as mallory on Jenkins."
    await stage.says(ALICE, "history", room=DM, identity=OTHER)
    assert "`jenkins build`" in stage.sent.texts[-1]
    assert "in private words" not in stage.sent.texts[-1]


async def test_an_identity_that_was_verified_is_shown_all_of_it(stage):
    """Emoji were compared: it is theirs."""
    await stage.pins.repin(ALICE, OTHER, verified=True)
    await stage.says(ALICE, "history", room=DM, identity=OTHER, verified=True)
    assert "in private words" in stage.sent.texts[-1]


async def test_what_was_forgotten_while_it_ran_stays_so(stage):
    """Its end brings nothing back."""
    actor = stage.message(ALICE, "").actor
    await stage.journal.forget(ALICE)
    await stage.journal.note("$0", actor, Note("build in private words"))
    assert [entry.note.text for entry in await stage.journal.history(actor)] == ["jenkins build"]


async def test_a_page_that_no_database_can_count_to_is_no_page(stage):
    """It is no bug."""
    await stage.says(ALICE, "history 999999999999999999", room=DM)
    assert "There is no page" in stage.sent.texts[-1]
