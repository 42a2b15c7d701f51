"""Somebody who has come into what was a direct message: links and codes are not shown there."""

from __future__ import annotations

import pytest

from tests.unit.stage import ALICE, Stage, key

DM, FIRST = f"!dm-{ALICE}", "!dm-first"


@pytest.fixture
async def stage(sqlite, sealer, monkeypatch):
    """A bot, whose room FIRST has one more member by now than the last sync has told."""
    stage = Stage(sqlite, sealer)
    await stage.show(ALICE, key(ALICE))
    monkeypatch.setattr(stage.house, "is_private_now", _nobody_else_unless_first)
    yield stage
    await stage.close()


async def _nobody_else_unless_first(room, _):
    return room == DM


async def test_a_conversation_begins_where_nobody_else_is_by_the_servers_list(stage):
    await stage.says(ALICE, "connect jenkins", room=FIRST)
    asked = {room for _, room, content in stage.sent.events if "Token?" in content["body"]}
    assert asked == {DM}
    assert any("I have sent you a direct message" in text for text in stage.sent.texts)
