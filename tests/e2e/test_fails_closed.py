"""What the bot keeps is lost, spoilt or out of reach: it says so in one line, and nothing in clear.

It starts or it does not; either way no room that is encrypted gets a message that is not.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
from collections.abc import AsyncIterator, Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest

from sandbox.bot import Bot
from sandbox.gateway import Gateway
from sandbox.world import Arrive, World
from tests.e2e import disk
from tests.e2e.conftest import NewBot
from tests.e2e.seat import Seat
from tests.e2e.steps import connect_jenkins, open_dm

Spoil = Callable[[Bot], None]

# Root may write everything, unless that right is taken away.
AS_ANYBODY = ("setpriv", "--bounding-set", "-dac_override,-dac_read_search", "--")


@dataclass(frozen=True)
class Victim:
    """A bot with Alice's credential, stopped; ``kept`` is a copy of all that it keeps."""

    bot: Bot
    gateway: Gateway
    dm: Seat
    kept: Path

    def restore(self) -> None:
        """Put everything back as it was."""
        shutil.rmtree(self.bot.state_dir)
        shutil.copytree(self.kept, self.bot.state_dir)
        self.bot.under = ()

    async def refuses(self, *words: str) -> None:
        """It ends with one line that holds all of ``words``, and has told people nothing."""
        heard, asked, before = self.dm.position, self.gateway.position, len(self.bot.log())
        await self.bot.launch()
        assert await self.bot.ended() == 2
        lines = self.bot.log()[before:].splitlines()
        assert "Traceback" not in self.bot.log()[before:]
        (told,) = [line for line in lines if line.startswith("actas: ")]
        assert told == lines[-1]
        for word in words:
            assert word.lower() in told.lower()
        assert not self.gateway.seen("/send/", after=asked)
        assert not self.dm.heard(after=heard)


@pytest.fixture(scope="module")
async def stopped(
    world: World, arrive_to_stay: Arrive, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Victim]:
    """A bot that has worked, and is down."""
    async with Gateway(world.homeserver.url) as gateway, world.bot(start=False) as bot:
        bot.config["homeserver"]["url"] = gateway.url
        await bot.start()
        dm = await open_dm(await arrive_to_stay("alice"), bot)
        await connect_jenkins(dm, world)
        await bot.stop()
        kept = tmp_path_factory.mktemp("kept") / "state"
        shutil.copytree(bot.state_dir, kept)
        yield Victim(bot, gateway, dm, kept)


@pytest.fixture
def victim(stopped: Victim) -> Victim:
    """The same, all as it was."""
    stopped.restore()
    return stopped


def file(bot: Bot) -> Path:
    """The bot's database."""
    return bot.state_dir / "actas.db"


def execute(*statements: str) -> Spoil:
    """Change the database behind the bot's back."""

    def spoil(bot: Bot) -> None:
        with closing(sqlite3.connect(file(bot))) as database, database:
            for statement in statements:
                database.execute(statement)

    return spoil


def written(at: float, data: bytes) -> Spoil:
    """Write something into the middle of the file; ``at`` is a share of its length."""

    def spoil(bot: Bot) -> None:
        with file(bot).open("r+b") as database:
            database.seek(int(at * file(bot).stat().st_size))
            database.write(data)

    return spoil


def truncated(bot: Bot) -> None:
    """Lose the second half."""
    os.truncate(file(bot), file(bot).stat().st_size // 2)


def no_database(bot: Bot) -> None:
    """Another file in its place."""
    file(bot).write_text("I am no database\n" * 1000)


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        pytest.param(truncated, ("actas.db", "Restore"), id="truncated"),
        pytest.param(
            written(0.5, os.urandom(20_000)), ("actas.db", "Restore"), id="scribbled over"
        ),
        pytest.param(written(0, os.urandom(4096)), ("actas.db", "Restore"), id="header gone"),
        pytest.param(no_database, ("actas.db", "Restore"), id="no database"),
        pytest.param(execute("DROP TABLE inbox"), ("database", "inbox", "Restore"), id="no inbox"),
        pytest.param(
            execute("DROP TABLE alembic_version"), ("database", "Restore"), id="no version"
        ),
        pytest.param(
            execute("DELETE FROM alembic_version"), ("database", "Restore"), id="empty version"
        ),
        pytest.param(
            execute("DELETE FROM sealed_value WHERE name = 'olm_account'"),
            ("database", "encryption keys", "Restore"),
            id="no keys",
        ),
        pytest.param(
            execute("UPDATE sealed_value SET sealed = x'00' WHERE name = 'olm_account'"),
            ("database", "Restore"),
            id="keys altered",
        ),
        pytest.param(
            execute("UPDATE sealed_value SET sealed = x'00' WHERE name = 'session'"),
            ("database", "Restore"),
            id="login altered",
        ),
        pytest.param(
            execute("DELETE FROM sealed_value"), ("database", "ACTAS_SECRET"), id="no secrets"
        ),
    ],
)
async def test_what_is_spoilt_is_told_in_one_line(
    victim: Victim, spoil: Spoil, words: tuple[str, ...]
) -> None:
    """Where to look, and what helps; the password of the first start changes nothing about it."""
    spoil(victim.bot)
    await victim.refuses(*words)


async def test_without_its_database_it_asks_for_that_or_for_a_login(victim: Victim) -> None:
    """It is not taken for a first start: that the database may be lost is said."""
    file(victim.bot).unlink()
    del victim.bot.environment["ACTAS_PASSWORD"]
    try:
        await victim.refuses("ACTAS_PASSWORD", "database")
    finally:
        victim.bot.environment["ACTAS_PASSWORD"] = victim.bot.password


async def test_without_its_database_a_password_is_not_enough(victim: Victim) -> None:
    """Its identity went with it, and people would be warned of a new one."""
    file(victim.bot).unlink()
    await victim.refuses("homeserver.user", "identity", "Restore the state directory")


@pytest.mark.parametrize("what", ["file", "directory", "both"])
async def test_what_may_only_be_read_is_told(victim: Victim, what: str) -> None:
    """Permissions, as after a copy by another user."""
    if os.geteuid() == 0:
        victim.bot.under = AS_ANYBODY
    modes = {file(victim.bot): 0o400, victim.bot.state_dir: 0o500}
    for path, mode in modes.items():
        if what in {"both", "directory" if path.is_dir() else "file"}:
            path.chmod(mode)
    try:
        await victim.refuses(str(victim.bot.state_dir), "write")
    finally:
        victim.bot.state_dir.chmod(0o700)


async def test_a_full_disk_is_told(victim: Victim) -> None:
    """Nothing can be written, from the first file on."""
    victim.bot.under = disk.FULL
    await victim.refuses(str(victim.bot.state_dir), "disk")


async def test_the_database_of_another_account_is_refused(victim: Victim, new_bot: NewBot) -> None:
    """With the same secret, and with another."""
    other = await new_bot()
    await other.stop()
    shutil.copy(file(other), file(victim.bot))
    await victim.refuses("ACTAS_SECRET")
    victim.bot.environment["ACTAS_SECRET"] = other.secret
    try:
        await victim.refuses("homeserver.user", other.user, victim.bot.user)
    finally:
        victim.bot.environment["ACTAS_SECRET"] = victim.bot.secret


async def test_what_is_put_back_is_as_good_as_before(victim: Victim) -> None:
    """None of the starts that failed has changed anything that matters."""
    truncated(victim.bot)
    await victim.refuses("actas.db")
    victim.restore()
    await victim.bot.start()
    assert (await victim.dm.asks("jenkins whoami", "You are alice")).encrypted
    await victim.bot.stop()
