"""Starting: what keeps the bot from it is one line on stderr that says what to mend."""

from __future__ import annotations

import base64

import pytest

from sandbox.bot import Bot
from sandbox.device import Device
from sandbox.signing import Identity
from sandbox.world import Arrive, World
from tests.e2e.conftest import NewBot
from tests.e2e.evidence import connected
from tests.e2e.steps import connect_jenkins, open_dm


async def _refuses(bot: Bot) -> str:
    """Let it start; return the last line that it prints before it ends, with exit code 2."""
    before = len(bot.log())
    await bot.launch()
    assert await bot.ended() == 2
    printed = bot.log()[before:]
    assert "Traceback" not in printed
    return printed.splitlines()[-1]


@pytest.mark.parametrize(
    "secret",
    [None, "", "correct horse battery staple", base64.b64encode(b"short").decode()],
    ids=["missing", "empty", "malformed", "too short"],
)
async def test_without_a_usable_secret_it_does_not_start(
    new_bot: NewBot, secret: str | None
) -> None:
    """Nothing is written, and the secret is not shown."""
    bot = await new_bot(start=False)
    del bot.environment["ACTAS_SECRET"]
    if secret is not None:
        bot.environment["ACTAS_SECRET"] = secret
    line = await _refuses(bot)
    assert "ACTAS_SECRET" in line
    assert not secret or secret not in bot.log()
    assert not bot.state_dir.exists() or not bot.stored()


async def test_with_another_secret_it_does_not_start_and_loses_nothing(
    world: World, new_bot: NewBot, arrive: Arrive
) -> None:
    """A wrong key is the operator's to mend; no user is told to connect again."""
    bot = await new_bot()
    dm = await open_dm(await arrive("alice"), bot)
    await connect_jenkins(dm, world)
    await bot.stop()
    position = dm.position
    bot.environment["ACTAS_SECRET"] = base64.urlsafe_b64encode(b"x" * 32).decode().rstrip("=")
    line = await _refuses(bot)
    assert "ACTAS_SECRET" in line
    bot.environment["ACTAS_SECRET"] = bot.secret
    assert connected(bot, dm.who.user) == ["jenkins"]
    await bot.start()
    await dm.asks("jenkins whoami", "You are alice")
    assert len(dm.heard(after=position)) == 1


async def test_a_new_secret_in_front_of_the_old_one_is_as_good(
    world: World, new_bot: NewBot, arrive: Arrive
) -> None:
    """Rotation: both, then reseal, then the new one alone."""
    bot = await new_bot()
    dm = await open_dm(await arrive("alice"), bot)
    await connect_jenkins(dm, world)
    await bot.stop()
    new = base64.urlsafe_b64encode(b"n" * 32).decode().rstrip("=")
    bot.environment["ACTAS_SECRET"] = f"{new} {bot.secret}"
    await bot.start()
    await dm.asks("jenkins whoami", "You are alice")
    await bot.stop()
    assert (await bot.command("reseal")).code == 0
    bot.environment["ACTAS_SECRET"] = new
    await bot.start()
    await dm.asks("jenkins whoami", "You are alice")


async def test_a_database_of_another_account_is_refused(world: World, new_bot: NewBot) -> None:
    """Whose it is, is said."""
    bot, other = await new_bot(), await new_bot(start=False)
    await bot.stop()
    bot.config["homeserver"]["user"] = other.user
    bot.environment["ACTAS_PASSWORD"] = other.password
    line = await _refuses(bot)
    assert "homeserver.user" in line
    assert bot.user in line
    assert other.user in line


@pytest.mark.parametrize("parts", ["whole", "master key only"])
async def test_an_identity_that_exists_is_never_replaced(
    world: World, new_bot: NewBot, parts: str
) -> None:
    """Somebody set up cross-signing for the account by other means; that stays as it is."""
    bot = await new_bot(start=False)
    login = await world.homeserver.login(bot.user, bot.password)
    foreign = Identity(bot.user)
    device = Device(world.homeserver.url, login, foreign)
    try:
        body = foreign.upload()
        if parts != "whole":
            body = {"master_key": body["master_key"]}
        await device.call("POST", "/keys/device_signing/upload", body)
        line = await _refuses(bot)
        assert "homeserver.user" in line
        assert "cross-signing identity" in line
        answer = await device.call("POST", "/keys/query", {"device_keys": {bot.user: []}})
        assert foreign.master in str(answer["master_keys"][bot.user]["keys"])
    finally:
        await device.close()


async def test_a_second_start_in_the_same_place_is_refused(new_bot: NewBot) -> None:
    """Two of them would answer everything twice."""
    bot = await new_bot()
    outcome = await bot.command("run")
    assert outcome.code == 2
    assert "already running" in outcome.err.splitlines()[-1]
    assert bot.running
