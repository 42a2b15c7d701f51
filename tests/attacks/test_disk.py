"""Getting at what a bot keeps on its disk."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from hashlib import sha256
from pathlib import Path

import nio
import pytest
import vodozemac

from sandbox.person import Person
from sandbox.signing import Json
from sandbox.world import World
from tests.attacks.bare import BareBot
from tests.attacks.ours import OurBot
from tests.attacks.scene import Victim, event, gather
from tests.e2e.evidence import stands_nowhere

_SAID = "!help accounts"
_GUESSES = (bytes(32), b"DEFAULT_KEY".ljust(32, b"\0"), sha256(b"DEFAULT_KEY").digest())


@contextmanager
def _lax() -> Iterator[None]:
    """The mask that most systems give a process: what it makes may be read by everybody."""
    before = os.umask(0o022)
    try:
        yield
    finally:
        os.umask(before)


@pytest.fixture
def open_home(tmp_path: Path) -> Path:
    """A directory that everybody may enter, as ``mkdir`` makes them."""
    tmp_path.chmod(0o755)
    return tmp_path


def _home(victim: Victim) -> Path:
    if isinstance(victim, OurBot):
        return victim.bot.state_dir
    return Path(victim.client.store.database_path).parent


@pytest.mark.attack("N18")
async def test_thief_of_the_disk_cannot_read_what_people_said(
    bare: BareBot, ours: OurBot, alice: Person, tmp_path: Path
) -> None:
    """The homeserver's operator, who has the ciphertexts, finds an old disk of the bot's."""

    async def attack(victim: Victim) -> list[str]:
        (seat,) = await gather(victim, alice)
        said = await seat.says(_SAID)
        await seat.settles()
        stolen = tmp_path / victim.user
        shutil.copytree(_home(victim), stolen, ignore=shutil.ignore_patterns("control*", "lock"))
        ciphertext = await event(seat, said)
        reads = _reads_nios if isinstance(victim, BareBot) else _reads_ours
        return reads(stolen, victim, seat.room, ciphertext)

    assert await attack(bare) == [_SAID]
    assert await attack(ours) == []
    stands_nowhere(_SAID, ours.bot)


@pytest.mark.attack("N18")
async def test_other_users_of_the_machine_cannot_read_the_keys(
    world: World, ours: OurBot, alice: Person, open_home: Path
) -> None:
    """Nothing but the mask of the process keeps them from nio's."""

    def attack(victim: Victim) -> list[str]:
        home = _home(victim)
        open_to_all = [path for path in home.iterdir() if path.stat().st_mode & 0o077]
        return [path.suffix for path in open_to_all] if home.stat().st_mode & 0o005 else []

    with _lax():
        async with BareBot.open(world, open_home) as bare:
            await (await gather(bare, alice))[0].settles()
            assert attack(bare) == [".db"]
        await ours.kill()
        await ours.start()
    assert attack(ours) == []
    assert not [path for path in _home(ours).iterdir() if path.stat().st_mode & 0o077]
    await (await gather(ours, alice))[0].settles()


def _reads_nios(stolen: Path, bare: Victim, room: str, ciphertext: Json) -> list[str]:
    """nio's store opens with a key that is the same everywhere unless somebody thinks of it."""
    assert isinstance(bare, BareBot)
    store = nio.store.SqliteStore(bare.user, bare.device, str(stolen), pickle_key="DEFAULT_KEY")
    content = ciphertext["content"]
    session = store.load_inbound_group_sessions().get(
        room, content["sender_key"], content["session_id"]
    )
    store.database.close()
    plaintext, _ = session.decrypt(content["ciphertext"])
    return [json.loads(plaintext)["content"]["body"]]


def _reads_ours(stolen: Path, _: Victim, __: str, ciphertext: Json) -> list[str]:
    """Every value of every table, tried as it is and as a pickle under keys that one may guess."""
    known = vodozemac.InboundGroupSession(vodozemac.GroupSession().session_key)
    assert list(_unpickled(json.dumps({"pickle": known.pickle(_GUESSES[0])}))), "no good thief"
    message = vodozemac.MegolmMessage.from_base64(ciphertext["content"]["ciphertext"])
    sessions = [s for value in _values(stolen / "actas.db") for s in _unpickled(value)]
    return [json.loads(s.decrypt(message).plaintext)["content"]["body"] for s in sessions]


def _values(path: Path) -> Iterator[object]:
    with closing(sqlite3.connect(path)) as database:
        query = "SELECT name FROM sqlite_master WHERE type = 'table'"
        for (table,) in database.execute(query).fetchall():
            for row in database.execute(f"SELECT * FROM {table}"):
                yield from row


def _unpickled(value: object) -> Iterator[vodozemac.InboundGroupSession]:
    text = value.decode("latin-1") if isinstance(value, bytes) else str(value)
    for candidate in (text, *_strings(text)):
        for key in _GUESSES:
            try:
                yield vodozemac.InboundGroupSession.from_pickle(candidate, key)
            except (ValueError, vodozemac.PickleException):
                continue


def _strings(text: str) -> Iterator[str]:
    """The values of a JSON object, if that is what it is."""
    try:
        found = json.loads(text)
    except ValueError:
        return
    yield from (v for v in found.values() if isinstance(v, str)) if isinstance(found, dict) else ()
