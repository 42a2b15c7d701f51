"""What can be said next is told as it is typed where it is told."""

from __future__ import annotations

import asyncio

import pytest

from bot import following
from bot.errors import UserError
from bot.plugin import Call, Question, Ready, Rest, Step, command
from bot.reply import Follow, Reply, Typed, say
from tests.unit.stage import ALICE, ROOM, Stage

DM = f"!dm-{ALICE}"
_HINT = say("Say ", Typed("approve it"), ".")
_SOON = 0.02  # seconds


async def _look(call, state):
    del call
    del state
    return Step(_HINT, None, more=(say("Or ", Typed("reject it"), "."),))


async def _prepare(call, answers, *, text):
    del call
    if text == "which":
        return Question("which", _HINT, ("a", "b"))
    return Ready({"text": text}, preview=_HINT, ask=text == "sure")


async def _show(call: Call[None], text: Rest) -> Reply:
    """Show something."""
    if text == "wrong":
        raise UserError("`That` is wrong.", "`queue` shows what is right.")
    if text == "slowly":
        await call.progress.update(_HINT)
        await asyncio.sleep(_SOON)
        return say("Done.")
    if text == "followed":
        return Reply(say("Begun.").blocks, follow=Follow("it", {"number": 1}))
    return _HINT


@pytest.fixture
async def stage(sqlite, sealer, monkeypatch):
    monkeypatch.setattr(following, "_LEAST", _SOON)
    show = command("show", prepare=_prepare, follow=_look)(_show)
    stage = Stage(sqlite, sealer, [show])
    await stage.meet(ALICE)
    yield stage
    await stage.close()


@pytest.mark.parametrize(
    ("said", "room", "hint"),
    [
        ("!j show it", ROOM, "Say `!jenkins approve it`."),
        ("j show it", DM, "Say `jenkins approve it`."),
        ("!j show it >dm", ROOM, "Say `jenkins approve it`."),
        ("!j show slowly", ROOM, "Say `!jenkins approve it`."),
        ("!j show sure", ROOM, "Say `!jenkins approve it`."),
        ("!j show which", ROOM, "Say `!jenkins approve it`."),
        ("!j show wrong", ROOM, "`That` is wrong. `!jenkins queue` shows what is right."),
        ("j show wrong", DM, "`That` is wrong. `jenkins queue` shows what is right."),
        ("!j show", ROOM, "<text> is missing. Say it like this: `!jenkins show <text>`."),
        ("!connect", ROOM, "<service> is missing. Say it like this: `!connect <service> [way]`."),
        ("connect", DM, "<service> is missing. Say it like this: `connect <service> [way]`."),
    ],
)
async def test_what_to_type_begins_as_it_must_there(stage, said, room, hint):
    """With the prefix in a room, also in a question, an error, and while something goes on."""
    await stage.says(ALICE, said, room=room)
    assert any(hint in text for text in stage.sent.texts)


async def test_what_goes_on_tells_it_in_the_same_way(stage):
    await stage.says(ALICE, "!j show followed")
    await stage.sent.has("Say `!jenkins approve it`.")
    await stage.sent.has("Or `!jenkins reject it`.")


async def test_what_goes_on_in_the_direct_message_needs_no_prefix(stage):
    """Also where the command was said in a room."""
    await stage.says(ALICE, "!j show followed >dm")
    await stage.sent.has("Say `jenkins approve it`.")
    await stage.sent.has("Or `jenkins reject it`.")


async def test_who_has_connected_nothing_is_told_how_it_is_said_here(stage):
    await stage.says(ALICE, "disconnect jenkins", room=DM)
    for room, said, shown in ((DM, "accounts", "connect"), (ROOM, "!accounts", "!connect")):
        await stage.says(ALICE, said, room=room)
        assert stage.sent.texts[-1] == f"You have connected nothing yet. Say `{shown} jenkins`."
