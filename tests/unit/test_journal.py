"""The journal after a crash."""

import pytest
from sqlalchemy import select, update

from bot.journal import Journal, Note, Outgoing, Record
from bot.matrix.inbox import Inbox
from bot.model import Actor, Message
from bot.plugin import Call, Effect, command
from bot.reply import Reply
from bot.storage import tables
from bot.storage.database import Database


@command("build", effect=Effect.WRITE)
async def build(call: Call[None]) -> Reply:
    """Build."""
    return Reply(())


@pytest.fixture
async def database(tmp_path):
    database = await Database.open(tmp_path / "actas.db")
    yield database
    await database.close()


async def test_an_answer_that_does_not_open_is_reported_and_keeps_nothing_else_back(
    database, sealer
):
    journal = Journal(database, sealer, Inbox(database, sealer))
    answer = Outgoing("!room", {"body": "done"}, "txn")
    for event_id in ("$broken", "$whole"):
        message = Message(Actor("@a:x", "!room", "D", "identity"), event_id, "build", 1)
        assert await journal.begin(Record(message, "jenkins", build, Note("jenkins build x")))
        await journal.settle(event_id, "@a:x", "finished", answer)
    async with database.transaction() as connection:
        broken = update(tables.journal).where(tables.journal.c.event_id == "$broken")
        await connection.execute(broken.values(reply=b"\1" + b"x" * 60))

    found = {left.event_id: left.answer for left in await journal.unfinished()}
    assert found == {"$broken": None, "$whole": answer}


async def test_a_note_opens_as_nothing_else_whatever_ids_the_homeserver_makes_up(sqlite, sealer):
    """Whoever could swap the two would have a text sent that was kept for the history."""
    journal = Journal(sqlite, sealer, Inbox(sqlite, sealer))
    for event_id in ("$a", "$a/note"):
        message = Message(Actor("@a:x", "!room", "D", "identity"), event_id, "build", 1)
        await journal.begin(Record(message, "jenkins", build, Note("jenkins build x")))
    t = tables.journal
    async with sqlite.transaction() as connection:
        note = await connection.scalar(select(t.c.note).where(t.c.event_id == "$a"))
        await connection.execute(update(t).where(t.c.event_id == "$a/note").values(reply=note))
    assert [left.answer for left in await journal.unfinished()] == [None, None]
