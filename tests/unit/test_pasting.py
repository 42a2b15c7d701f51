"""Tokens that are pasted while the bot waits for something that is no secret."""

from __future__ import annotations

import pytest

from bot.plugin import Grant
from bot.reply import say
from tests.unit.stage import ALICE, Jenkins, Stage, TokenFlow, key

DM = f"!dm-{ALICE}"


class Page:
    """The best way to connect, which asks for something that may stay in the room."""

    name, start, answer, self_starting, shape, revoke_hint = "page", (), (), False, "", ""

    async def run(self, talk):
        """Ask for it."""
        return Grant({"token": await talk.ask(say("What does the page show?"), secret=False)})


@pytest.fixture
async def stage(sqlite, sealer):
    jenkins = Jenkins(())
    jenkins.flows = (Page(), TokenFlow())
    stage = Stage(sqlite, sealer, services=[jenkins])
    await stage.show(ALICE, key(ALICE))
    await stage.says(ALICE, "connect jenkins", room=DM)
    yield stage
    await stage.close()


@pytest.mark.parametrize("text", ["alice:11abcdef01", "jenkins set auth alice:11abcdef01"])
async def test_a_token_that_is_pasted_for_an_answer_is_removed_and_connects(stage, text):
    said = await stage.says(ALICE, text, room=DM)
    assert said.event_id in stage.sent.removed
    assert "authenticated as alice" in stage.sent.texts[-1]
    found = await stage.vault.get(ALICE, "jenkins")
    assert found.fields["token"].reveal() == "alice:11abcdef01"


async def test_what_was_asked_for_is_an_answer_and_stays(stage):
    said = await stage.says(ALICE, "alice:BCDF-GHJK", room=DM)
    assert said.event_id not in stage.sent.removed
    assert "authenticated as alice" in stage.sent.texts[-1]


@pytest.mark.parametrize("text", ["connect jenkins alice:11abcdef01", "connect alice:11abcdef01"])
async def test_a_token_in_place_of_a_name_is_removed_and_not_used(stage, text):
    said = await stage.says(ALICE, text, room=DM)
    assert said.event_id in stage.sent.removed
    assert "I have removed your message. Say `connect jenkins token`" in stage.sent.texts[-1]
    assert "11abcdef01" not in stage.sent.texts[-1]
    assert await stage.vault.get(ALICE, "jenkins") is None
