"""A pasted text, and what is asked for after it."""

from __future__ import annotations

import pytest

from bot.connect.token import Field, Further, Token
from bot.errors import UserError
from tests.contracts.fakes import FakeConversation, plain

FLOW = Token(
    page="https://ci.example.org",
    what="a key",
    fields=(Field("key", "KEY", r"k[0-9]+", "That is no key."),),
    further=(
        Further(Field("device", "device", r"d[0-9]+", "That is no device."), "Or `none`?", "none"),
    ),
    revoke_hint="",
)


async def run(*answers):
    talk = FakeConversation(answers)
    grant = await FLOW.run(talk)
    return talk, {name: secret.reveal() for name, secret in grant.fields.items()}


async def test_fields_are_asked_for_one_after_another():
    talk, fields = await run("k1", " `d2` ")
    assert fields == {"key": "k1", "device": "d2"}
    assert [plain(asked.prompt) for asked in talk.asked][1] == "Or none?"


@pytest.mark.parametrize("word", ["none", "None", "`none`"])
async def test_going_without_leaves_a_field_empty(word):
    assert (await run("k1", word))[1] == {"key": "k1", "device": ""}


async def test_what_does_not_fit_is_asked_for_again_without_the_rest():
    talk, fields = await run("k1", "hunter2", "d2")
    assert fields == {"key": "k1", "device": "d2"}
    assert "That is no device. It was not used." in talk.said
    assert "hunter2" not in talk.said


async def test_three_wrong_texts_end_it():
    with pytest.raises(UserError, match="no device"):
        await run("k1", "1", "2", "3", "d2")
