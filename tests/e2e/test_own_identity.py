"""The bot's own identity replaced on purpose: who notices, what stays, and what may go wrong."""

from __future__ import annotations

import asyncio
import shutil
from pathlib import Path

import pytest

from sandbox.bot import Bot
from sandbox.gateway import Gateway
from sandbox.mishaps import Answer
from sandbox.person import Person
from sandbox.signing import Identity, Json, signed_devices
from sandbox.synapse import Login
from sandbox.world import Arrive, World
from tests.e2e.conftest import AtElement, NewBot
from tests.e2e.element import Shown
from tests.e2e.evidence import connected, rows
from tests.e2e.shell import (
    PASSWORD,
    complaint,
    environment,
    execute,
    flags,
    launch,
    left,
    master,
    shown,
    upload_identity,
)
from tests.e2e.steps import connect_jenkins, open_dm
from tests.terminal import Terminal

RESET = ("setup", "--reset-identity")
UPLOAD, SIGNATURES = "/device_signing/upload", "/signatures/upload"
WARNING = "everybody who has\nverified the bot will be warned and has to verify it again"


@pytest.fixture
async def alice(arrive: Arrive) -> Person:
    """Somebody who excludes devices that their owners have not signed."""
    return await arrive("alice", strict=True)


async def _shown(who: Person, bot: Bot) -> Json:
    """What the homeserver shows of the bot; its one device with keys is signed."""
    query: Json = {"device_keys": {bot.user: []}}
    answer = await who.device.call("POST", "/keys/query", query)
    assert signed_devices(bot.user, answer) == set(answer["device_keys"][bot.user])
    return answer


async def _master(who: Person, bot: Bot) -> str:
    return master(await _shown(who, bot), bot.user)


async def _foreign(world: World, account: Login) -> str:
    """Give the account an identity by other means; returns its master key."""
    foreign = Identity(account.user)
    await upload_identity(world, account, foreign)
    return foreign.master


# ---------------------------------------------------------------------- of a bot that is set up
async def test_a_reset_is_seen_by_who_knows_the_bot_and_takes_nothing_else_away(
    world: World, new_bot: NewBot, at_element: AtElement
) -> None:
    """Element warns; its user goes on with the bot, which knows them and is connected as before."""
    bot, alice = await new_bot(), await at_element("alice")
    dm = await open_dm(alice, bot)
    await connect_jenkins(dm, world)
    kept = "SELECT user_id, master_key, changed_to FROM identity_pin"
    before = (rows(bot, kept), await alice.devices(bot.user))
    assert not (await alice.user_status(bot.user)).needs_approval
    await bot.stop()

    done = await bot.command(*RESET)
    assert (done.code, WARNING in done.err) == (0, True)
    assert done.out == f"{bot.user} has a new identity, and the bot's device is signed by it.\n"
    await bot.start()
    await alice.catches_up()
    assert (await alice.user_status(bot.user)).needs_approval
    await alice.approve(bot.user)
    answer = await dm.asks("jenkins whoami", "You are alice")
    assert isinstance(answer, Shown)
    assert (answer.shield, answer.warning) == ("NONE", "")
    assert (rows(bot, kept), await alice.devices(bot.user)) == before
    assert connected(bot, alice.user) == ["jenkins"]


async def test_people_who_exclude_unsigned_devices_talk_on_after_a_reset(
    new_bot: NewBot, alice: Person
) -> None:
    """What they said before, while it was stopped, is answered too; a second reset is as good."""
    bot = await new_bot()
    dm, seen = await open_dm(alice, bot), {await _master(alice, bot)}
    for _ in range(2):
        await bot.stop()
        position = dm.position
        asked = await dm.says("help")
        assert (await bot.command(*RESET)).code == 0
        await bot.start()
        await dm.answered(asked, "I run commands as you", after=position)
        await dm.asks("help accounts", "accounts")
        seen.add(await _master(alice, bot))
    assert len(seen) == 3


async def test_a_refused_password_leaves_everything_as_it_was(
    new_bot: NewBot, alice: Person
) -> None:
    """The operator is told, and the bot starts as if nothing had been tried."""
    bot = await new_bot()
    dm, before = await open_dm(alice, bot), await _shown(alice, bot)
    await bot.stop()
    bot.environment["ACTAS_PASSWORD"] = "wrong"
    assert "ACTAS_PASSWORD: the homeserver does not accept it" in complaint(
        await bot.command(*RESET)
    )
    del bot.environment["ACTAS_PASSWORD"]
    assert "ACTAS_PASSWORD: is not set" in complaint(await bot.command(*RESET))
    await bot.start()
    await dm.asks("help", "I run commands as you")
    assert await _shown(alice, bot) == before
    assert "reset_unfinished" not in bot.log()


async def test_a_running_bot_keeps_its_identity(new_bot: NewBot, alice: Person) -> None:
    """It is to be stopped first; nothing is asked before that."""
    bot = await new_bot()
    before = await _master(alice, bot)
    outcome = await bot.command(*RESET)
    assert "already running" in complaint(outcome)
    assert outcome.err.count("\n") == 1
    assert await _master(alice, bot) == before


async def test_in_a_terminal_it_is_asked_whether_to_replace_it(
    new_bot: NewBot, alice: Person
) -> None:
    """With "no" nothing happens; with "yes" the password is asked for until it is right."""
    bot = await new_bot()
    before = await _master(alice, bot)
    await bot.stop()
    words = (*RESET, f"--config={bot.config_file}")
    variables = environment(ACTAS_SECRET=bot.secret)

    def decline() -> int:
        with Terminal.open(bot.home, variables, *words) as terminal:
            terminal.answer("Replace it? [y/N]", "n")
            return terminal.end()

    def agree() -> tuple[int, str]:
        with Terminal.open(bot.home, variables, *words) as terminal:
            terminal.answer("Replace it? [y/N]", "y")
            terminal.answer_unseen(f"Password of {bot.user}", "wrong")
            terminal.answer_unseen(f"Password of {bot.user}", bot.password)
            return terminal.end(), terminal.shown

    assert await asyncio.to_thread(decline) == 1
    assert await _master(alice, bot) == before
    code, text = await asyncio.to_thread(agree)
    assert code == 0, text
    assert bot.password not in text
    assert await _master(alice, bot) != before


@pytest.mark.parametrize(
    ("path", "place", "after"),
    [
        (UPLOAD, 1, False),
        (UPLOAD, 2, False),
        (UPLOAD, 2, True),
        (SIGNATURES, 1, False),
        (SIGNATURES, 1, True),
    ],
)
async def test_a_reset_that_was_killed_leaves_a_bot_that_starts(
    new_bot: NewBot, alice: Person, path: str, place: int, *, after: bool
) -> None:
    """Without the password, with whichever identity the homeserver shows.

    The second upload is the one with the password.
    """
    bot = await new_bot()
    dm, before = await open_dm(alice, bot), await _master(alice, bot)
    await bot.stop()
    async with Gateway.before(bot) as gateway:
        bot._write_config()
        if place == 2:
            gateway.fail(gateway._pass, path=path)
        with gateway.hold(path, after=after) as held:
            process = await launch(
                bot.home,
                *RESET,
                f"--config={bot.config_file}",
                ACTAS_SECRET=bot.secret,
                ACTAS_PASSWORD=bot.password,
            )
            await held.arrives()
            process.kill()
            await process.wait()
    del bot.environment["ACTAS_PASSWORD"]
    await bot.start()
    await dm.asks("help", "I run commands as you")
    arrived = path == SIGNATURES or (place == 2 and after)
    assert (await _master(alice, bot) != before) == arrived
    assert ("reset_unfinished" in bot.log()) == (not arrived)


async def test_a_homeserver_that_fails_meanwhile_is_told_with_what_to_do(
    new_bot: NewBot, alice: Person
) -> None:
    """Whether it has taken the new identity cannot be known; the bot starts in both cases."""
    bot = await new_bot()
    before = await _master(alice, bot)
    await bot.stop()
    async with Gateway.before(bot) as gateway:
        gateway.fail(Answer(status=502), path=SIGNATURES)
        line = complaint(await bot.command(*RESET))
    assert line.startswith(f"actas: homeserver.url: {gateway.url} ")
    assert "run this again" in line
    await bot.start()
    assert await _master(alice, bot) != before


async def test_a_restored_backup_is_signed_by_its_old_identity(
    new_bot: NewBot, alice: Person
) -> None:
    """The new login is a new device, which nobody is warned of."""
    bot = await new_bot()
    dm, before = await open_dm(alice, bot), await _shown(alice, bot)
    assert (await bot.command("backup", str(bot.home / "copy.db"))).code == 0
    await bot.stop()
    _put_back(bot, bot.home / "copy.db")
    await bot.start()
    await dm.asks("help", "I run commands as you")
    now = await _shown(alice, bot)
    assert master(now, bot.user) == master(before, bot.user)
    assert set(now["device_keys"][bot.user]) > set(before["device_keys"][bot.user])


async def test_a_backup_of_before_a_reset_names_the_ways_out(
    new_bot: NewBot, alice: Person
) -> None:
    """The bot does not start with an identity that is not shown; another reset mends it."""
    bot = await new_bot()
    dm = await open_dm(alice, bot)
    assert (await bot.command("backup", str(bot.home / "copy.db"))).code == 0
    await bot.stop()
    assert (await bot.command(*RESET)).code == 0
    _put_back(bot, bot.home / "copy.db")
    await bot.launch()
    assert await bot.ended() == 2
    line = bot.log().splitlines()[-1]
    assert "cross-signing identity that was not made here. Restore the state directory" in line
    assert "ACTAS_RECOVERY_KEY" in line
    assert "`actas setup --reset-identity`" in line
    assert (await bot.command(*RESET)).code == 0
    await bot.start()
    await dm.asks("help", "I run commands as you")


def _put_back(bot: Bot, copy: Path) -> None:
    """Have nothing left but a backup."""
    shutil.rmtree(bot.state_dir)
    bot.state_dir.mkdir(mode=0o700)
    copy.rename(bot.state_dir / "actas.db")


async def test_check_says_whether_people_see_the_bot_for_who_it_is(
    world: World, new_bot: NewBot
) -> None:
    """Its identity may have been replaced elsewhere, which the bot does not notice by itself."""
    bot = await new_bot()
    await bot.stop()
    checked = await bot.command("check")
    assert "ok    identity                 is shown, and has signed the bot's device" in checked.out
    await _foreign(world, await world.homeserver.login(bot.user, bot.password))
    checked = await bot.command("check")
    assert checked.code == 1
    assert "FAIL  identity                 the homeserver shows another one" in checked.out
    assert (await bot.command(*RESET)).code == 0
    assert "FAIL" not in (await bot.command("check")).out


async def test_check_of_a_reset_that_was_killed_says_to_start_the_bot(new_bot: NewBot) -> None:
    """Which then signs its device."""
    bot = await new_bot()
    await bot.stop()
    async with Gateway.before(bot) as gateway:
        gateway.fail(Answer(status=502), path=SIGNATURES)
        assert (await bot.command(*RESET)).code == 2
    checked = await bot.command("check")
    assert "FAIL  identity                 has not signed the bot's device" in checked.out
    assert "Start the bot" in checked.out
    await bot.start()
    assert "FAIL" not in (await bot.command("check")).out


# ---------------------------------------------------------------------- at the first setup
async def test_setup_replaces_an_identity_made_elsewhere_when_told_to(
    world: World, account: Login, tmp_path: Path
) -> None:
    """Without a terminal the flag is the consent; without the flag the line names it."""
    foreign = await _foreign(world, account)
    words = ("setup", *flags(world, account))
    line = complaint(await execute(tmp_path, *words, ACTAS_PASSWORD=PASSWORD))
    assert "`actas setup --reset-identity` replaces it" in line
    assert left(tmp_path) == []
    assert master(await shown(world, account), account.user) == foreign

    done = await execute(tmp_path, *words, "--reset-identity", ACTAS_PASSWORD=PASSWORD)
    assert (done.code, WARNING in done.err) == (0, True)
    answer = await shown(world, account)
    assert master(answer, account.user) != foreign
    assert signed_devices(account.user, answer) == set(answer["device_keys"][account.user])


async def test_setup_that_was_killed_while_it_replaced_an_identity_is_done_again(
    world: World, account: Login, tmp_path: Path
) -> None:
    """With what it has left; the homeserver had taken the new identity."""
    await _foreign(world, account)
    async with Gateway(world.homeserver.url) as gateway:
        words = ["setup", f"--homeserver={gateway.url}", f"--user={account.user}"]
        gateway.fail(gateway._pass, path=UPLOAD)
        with gateway.hold(UPLOAD, after=True) as held:
            process = await launch(tmp_path, *words, "--reset-identity", ACTAS_PASSWORD=PASSWORD)
            await held.arrives()
            process.kill()
            await process.wait()
        taken = master(await shown(world, account), account.user)
        assert (tmp_path / "state/actas.db").exists()
        done = await execute(tmp_path, *words, ACTAS_PASSWORD=PASSWORD)
    assert (done.code, done.err) == (0, "")
    answer = await shown(world, account)
    assert master(answer, account.user) == taken
    assert signed_devices(account.user, answer) == set(answer["device_keys"][account.user])


async def test_setup_asks_before_it_replaces_an_identity(
    world: World, account: Login, tmp_path: Path
) -> None:
    """Before the password; "no" leaves nothing."""
    foreign = await _foreign(world, account)
    answers = ("--state-dir=s", "--allow=@*:x", "--admin=@a:x", "--reset-identity")

    def decline() -> int:
        words = ("setup", *flags(world, account), *answers)
        with Terminal.open(tmp_path, environment(), *words) as terminal:
            terminal.answer("Replace it? [y/N]", "n")
            return terminal.end()

    assert await asyncio.to_thread(decline) == 1
    assert left(tmp_path) == []
    assert master(await shown(world, account), account.user) == foreign


@pytest.mark.parametrize("more", [[], ["--reset-identity", "--user=@other:example.org"]])
async def test_a_configuration_that_exists_is_not_written_anew(
    world: World, account: Login, tmp_path: Path, more: list[str]
) -> None:
    """Nor is a flag taken that would not be heeded."""
    (tmp_path / "config.yaml").write_text("mine")
    line = complaint(await execute(tmp_path, "setup", *more, ACTAS_PASSWORD=PASSWORD))
    assert "config.yaml: exists already" in line
    assert (tmp_path / "config.yaml").read_text() == "mine"
