"""What goes on after its answer, when something is in its way."""

from __future__ import annotations

import asyncio

import pytest
from sqlalchemy import func, insert, select, update

from bot import following
from bot.errors import StorageError
from bot.matrix.client import MatrixError
from bot.matrix.outbound import NotSent
from bot.plugin import Call, Effect, Rest, Step, command
from bot.reply import Follow, Reply, say
from bot.storage import tables
from bot.vault.context import row_context
from tests.unit.stage import ALICE, Stage

_SOON = 0.02  # seconds
_COUNT = select(func.count()).select_from(tables.following)


class Over:
    """What is going on over there."""

    def __init__(self):
        self.looks, self.ended, self.logs = 0, False, False


@pytest.fixture
def over():
    return Over()


@pytest.fixture
def commands(over):
    async def look(call, state):
        over.looks += 1
        if over.ended:
            return Step(say("It has ended."), None)
        number = state["number"] + 1
        more = (say(f"Line {number}."),) if over.logs else ()
        return Step(say(f"At {number}, as {call.account}."), {"number": number}, _SOON, more)

    async def started(call: Call[None], text: Rest) -> Reply:
        """Start something."""
        if text == "slowly":
            await call.progress.update(say("Queued."))
            await asyncio.sleep(_SOON)
        return Reply(say("Started.").blocks, follow=Follow("it", {"number": 0}))

    build = command("build", effect=Effect.WRITE, follow=look)(started)
    return build, command("watch", follow=look)(started)


@pytest.fixture(autouse=True)
def _quick(monkeypatch):
    monkeypatch.setattr(following, "_LEAST", _SOON)
    monkeypatch.setattr(following, "_MOST_WAIT", 4 * _SOON)


@pytest.fixture
async def begin(sqlite, sealer, commands):
    """Start a bot; the next one takes over from it."""
    stages = []

    async def begin(**how):
        if stages:
            how["sent"] = stages[-1].sent
            await stages[-1].close()
        stages.append(Stage(sqlite, sealer, commands, **how))
        await (stages[-1].dispatch.recover() if stages[1:] else stages[-1].meet(ALICE))
        return stages[-1]

    yield begin
    await stages[-1].close()


def _raising(error):
    def fail():
        raise error

    return fail


def _replaced(stage):
    relations = (content.get("m.relates_to", {}) for _, _, content in stage.sent.events)
    return [r["event_id"] for r in relations if r.get("rel_type") == "m.replace"]


async def test_an_answer_that_was_an_edit_is_gone_on_with_after_a_crash(begin, over):
    """It is sent again: what is edited from then on is still the one message, not the edit."""
    first = await begin()
    first.journal.close = lambda _: asyncio.sleep(0)  # it crashes before
    await first.says(ALICE, "!j build slowly")
    over.ended = True
    second = await begin()
    await second.sent.has("It has ended.")
    await second.rests()
    answer = second.sent.events[0][0]
    assert second.sent.texts[0] == "Queued."
    assert set(_replaced(second)) == {answer}


async def test_what_got_too_old_before_its_answer_was_sent_is_forgotten(begin, sqlite, over):
    """It would stay for ever, and count among what one may follow."""
    first = await begin()
    first.sent.failing = _raising(NotSent("!room"))
    await first.says(ALICE, "!j watch it")
    first.sent.failing = lambda: None
    async with sqlite.transaction() as connection:
        await connection.execute(update(tables.inbox).values(received_at=1))
        assert await connection.scalar(_COUNT) == 1
    second = await begin()
    await second.rests()
    assert "too old to run" in second.sent.texts[-1]
    async with sqlite.transaction() as connection:
        assert await connection.scalar(_COUNT) == 0
    assert over.looks == 0


async def test_an_answer_that_is_sent_after_a_restart_is_gone_on_with(begin, over):
    """As it would have been."""
    first = await begin()
    first.sent.failing = _raising(NotSent("!room"))
    await first.says(ALICE, "!j build it")
    assert first.sent.texts == []
    first.sent.failing = lambda: None
    second = await begin()
    await second.sent.has("At 2, as alice.")
    assert second.sent.texts[0] == "Started."
    assert set(_replaced(second)) == {second.sent.events[0][0]}


async def test_whoever_may_not_use_the_bot_any_more_follows_nothing_after_a_restart(
    begin, over, sqlite
):
    """The operator has taken them off the list."""
    first = await begin()
    await first.says(ALICE, "!j build it")
    await first.followers.close()
    over.looks = 0
    second = await begin(people=())
    await second.rests()
    assert over.looks == 0
    async with sqlite.transaction() as connection:
        assert await connection.scalar(_COUNT) == 0


async def test_all_that_is_said_on_the_way_is_said_once(begin, over):
    """Each look may have something, and a server takes one transaction once."""
    over.logs = True
    stage = await begin()
    await stage.says(ALICE, "!j build it")
    await stage.sent.has("Line 3.")
    lines = [text for text in stage.sent.texts if text.startswith("Line")]
    assert lines[:3] == ["Line 1.", "Line 2.", "Line 3."]


async def test_what_cannot_be_said_ends_it(begin, over, sqlite):
    """A bug would meet it again and again; it is not left there half."""
    stage = await begin()
    await stage.says(ALICE, "!j build it")
    stage.sent.failing = _raising(ValueError("too large"))
    await asyncio.gather(*stage.followers._tasks.values())
    async with sqlite.transaction() as connection:
        assert await connection.scalar(_COUNT) == 0


async def test_it_ends_after_its_longest_time_also_where_nothing_can_be_sent(begin, monkeypatch):
    """The credential is not used for ever."""
    monkeypatch.setattr(following, "_LONGEST", 0)
    monkeypatch.setattr(following, "_PATIENCE", 50)
    stage = await begin()
    await stage.says(ALICE, "!j build it")
    stage.sent.failing = _raising(NotSent("!room"))
    async with asyncio.timeout(10):
        await asyncio.gather(*stage.followers._tasks.values())


async def test_a_homeserver_that_takes_no_more_is_asked_less_often_and_once(begin, over):
    """It counts all that the bot says, and answers come first; the last word is not given up."""
    stage = await begin()
    await stage.says(ALICE, "!j build it")
    await stage.sent.has("At 1, as alice.")
    assert stage.sent.patience == 0
    usual = stage.followers._least
    full = asyncio.Event()

    def limit():
        full.set()
        raise MatrixError(429, "M_LIMIT_EXCEEDED", None, {})

    stage.sent.failing = limit
    await full.wait()
    await stage.rests()
    assert stage.followers._least >= usual * 2
    over.ended = True
    stage.sent.failing = lambda: None
    await stage.sent.has("It has ended.")
    assert stage.sent.patience > 0


async def test_whoever_is_connected_as_somebody_else_now_follows_nothing_of_before(begin, over):
    """The other account may see what this one may not, and is not who did it."""
    stage = await begin()
    await stage.says(ALICE, "!j build it")
    await stage.says(ALICE, "jenkins set auth root:11deadbeef", room=f"!dm-{ALICE}")
    over.looks = 0
    await asyncio.gather(*stage.followers._tasks.values())
    assert "I did that for alice, and you are connected as root now." in stage.sent.texts[-1]
    assert over.looks == 0


async def test_whoever_shows_another_identity_now_follows_nothing_of_before(begin, over):
    """What is theirs is frozen, though nothing was said under the new one."""
    stage = await begin()
    await stage.says(ALICE, "!j build it")
    await stage.show(ALICE, "z" * 43)
    over.looks = 0
    await asyncio.gather(*stage.followers._tasks.values())
    assert "frozen" in stage.sent.texts[-1]
    assert over.looks == 0


async def test_nothing_begins_while_the_bot_stops(begin):
    """What is stored begins after the next start."""
    first = await begin()
    await first.followers.close()
    await first.says(ALICE, "!j build it")
    assert first.sent.texts == ["Started."]
    second = await begin()
    await second.sent.has("At 1, as alice.")


async def test_what_cannot_be_written_is_answered_all_the_same(begin):
    """It is just not followed."""

    async def full(_):
        raise StorageError("is full", "Make room")

    stage = await begin()
    stage.followers._store.write = full
    await stage.says(ALICE, "!j build it")
    assert stage.sent.texts == ["Started."]


async def test_a_crash_before_its_answer_is_written_loses_nothing(begin):
    """That it was cut off is told, and then how it goes on, in that message."""
    first = await begin()
    first.journal.settle = _gone
    await first.says(ALICE, "!j build it")
    second = await begin()
    await second.sent.has("At 1, as alice.")
    assert "I was stopped" in second.sent.texts[0]
    assert set(_replaced(second)) == {second.sent.events[0][0]}


async def _gone(*_):
    raise StorageError("is gone", "Mount it")


async def test_what_another_version_has_stored_does_not_keep_the_bot_from_starting(
    begin, sqlite, sealer
):
    """It is not followed any more."""
    sealed = sealer.seal(b'{"event_id": "$other"}', **row_context("following", ALICE, "$other"))
    row = {"event_id": "$other", "user_id": ALICE, "sealed": sealed}
    async with sqlite.transaction() as connection:
        await connection.execute(insert(tables.following), [row])
    await begin()
    second = await begin()
    await second.says(ALICE, "!accounts")
    assert "alice" in second.sent.texts[-1]
