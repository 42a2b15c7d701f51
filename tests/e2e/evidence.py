"""What the bot has kept and written, looked at from outside."""

from __future__ import annotations

import base64
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from typing import Any

from sandbox.bot import Bot
from sandbox.person import Person


def rows(bot: Bot, query: str, *values: str) -> list[tuple[Any, ...]]:
    """What a query finds in the bot's database, which is not written to."""
    address = f"file:{bot.state_dir / 'actas.db'}?mode=ro"
    with closing(sqlite3.connect(address, uri=True)) as database:
        return database.execute(query, values).fetchall()


def connected(bot: Bot, user: str) -> list[str]:
    """The services that the bot keeps a credential of the user's for."""
    query = "SELECT service FROM credential WHERE user_id = ? ORDER BY service"
    return [service for (service,) in rows(bot, query, user)]


def stands_nowhere(secret: str, bot: Bot, *people: Person) -> None:
    """Fail if a secret can be read in the bot's files or log, or in what it said to ``people``."""
    places = dict(bot.stored()) | {"the log": bot.log().encode()}
    assert "actas.db" in places, "nothing was searched"
    for person in people:
        said = [f"{m.body} {m.html}" for m in person.timeline if m.sender == bot.user]
        places[f"what {person.user} heard"] = "\n".join(said).encode()
    for name, data in places.items():
        for form in _forms(secret):
            assert form not in data, f"the secret stands in {name}"


def _forms(secret: str) -> Iterator[bytes]:
    """The secret as it is, and in the encodings that it could have slipped through."""
    plain = secret.encode()
    yield plain
    yield secret.encode("utf-16-le")
    yield plain.hex().encode()
    yield plain[::-1]
    for skip in range(3):  # base64 looks different at each of three places; edges are cut off
        coded = base64.b64encode(b"\0" * skip + plain)
        yield coded[4:-4]
