"""The recovery key: an operator in Element as the bot, and an identity that comes from Element."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from sandbox.bot import Outcome
from sandbox.signing import Identity, signed_devices
from sandbox.synapse import Login
from sandbox.world import World
from tests.e2e.conftest import AtElement, NewBot
from tests.e2e.element import Element, ElementRefused, Shown
from tests.e2e.evidence import stands_nowhere
from tests.e2e.shell import (
    PASSWORD,
    complaint,
    environment,
    execute,
    flags,
    left,
    master,
    shown,
    upload_identity,
)
from tests.e2e.steps import connect_jenkins, open_dm
from tests.terminal import Terminal

MAKE = ("setup", "--recovery-key")
ANSWERS = ("--state-dir=s", "--allow=@*:x", "--admin=@a:x")
WRONG = "EsSz ykH7 LCZx 7Cae cmKD wcmY JRXi Ybtu 8iQ3 t8Ez nRwK pUY1"


@pytest.fixture
async def element(world: World, account: Login, at_element: AtElement) -> AsyncIterator[Element]:
    """Its operator, who made it in Element."""
    async with Element.log_in(world.homeserver.url, account.user, PASSWORD) as element:
        await element.publish_identity()
        yield element


def _key(outcome: Outcome) -> str:
    """The recovery key that was printed, once."""
    assert outcome.code == 0, outcome.err
    [key] = re.findall(r"^    ((?:\w{4} ){11}\w{4})$", outcome.out, re.MULTILINE)
    return str(key)


async def _typed(
    home: Path, words: tuple[str, ...], type_it: Callable[[Terminal], None]
) -> Outcome:
    """Run the program in a terminal."""

    def run() -> Outcome:
        with Terminal.open(home, environment(), *words) as terminal:
            type_it(terminal)
            return Outcome(terminal.end(), terminal.shown.replace("\r\n", "\n"), "")

    return await asyncio.to_thread(run)


# ---------------------------------------------------------------------- one is made
async def test_the_operator_reads_along_in_element_with_the_recovery_key(
    world: World, new_bot: NewBot, at_element: AtElement
) -> None:
    """They sign themselves in, and who excludes unsigned devices accepts that device."""
    bot, alice = await new_bot(), await at_element("alice")
    dm = await open_dm(alice, bot)
    (device,) = await alice.devices(bot.user)
    await bot.stop()
    key = _key(await bot.command(*MAKE))
    await bot.start()
    async with Element.log_in(
        world.homeserver.url, bot.user, bot.password, recovery_key=key
    ) as operator:
        await alice.sees_signed(bot.user, operator.device_id)
        assert await alice.devices(bot.user) == {device: True, operator.device_id: True}
        assert not (await alice.user_status(bot.user)).needs_approval
        position, there = dm.position, operator.position
        asked = await dm.says("help")
        read = await operator.sees("help", after=there, room=dm.room, sender=alice.user)
        assert (read.event_id, read.unreadable, read.shield) == (asked, "", "NONE")
        answer = await dm.answered(asked, "I run commands as you", after=position)
        assert isinstance(answer, Shown)
        assert (answer.shield, answer.warning) == ("NONE", "")
        said = await operator.say(dm.room, "This is your operator")
        heard = await alice.sees("your operator", after=position, room=dm.room)
        assert (heard.event_id, heard.shield, heard.warning) == (said, "NONE", "")
        await connect_jenkins(dm, world)


async def test_the_recovery_key_is_kept_nowhere(new_bot: NewBot) -> None:
    """Neither in the bot's files nor in its log, not even of a level that tells much."""
    bot = await new_bot()
    await bot.stop()
    key = _key(await bot.command(*MAKE))
    await bot.start()
    for form in (key, key.replace(" ", "")):
        stands_nowhere(form, bot)


async def test_another_recovery_key_is_made_after_a_question_only(
    world: World, account: Login, at_element: AtElement, tmp_path: Path
) -> None:
    """Setup makes the first one; a second takes its place, and the identity stays."""
    first = _key(await execute(tmp_path, *MAKE, *flags(world, account), ACTAS_PASSWORD=PASSWORD))
    identity = master(await shown(world, account), account.user)
    line = complaint(await execute(tmp_path, *MAKE))
    assert "has a recovery key already, and a new one makes that useless" in line

    done = await _typed(tmp_path, MAKE, lambda t: t.answer("Make a new one? [y/N]", "n"))
    assert (done.code, "Nothing was changed" in done.out) == (1, True)
    assert await _opens(world, account, first)
    second = _key(await _typed(tmp_path, MAKE, lambda t: t.answer("Make a new one? [y/N]", "y")))
    assert await _opens(world, account, second)
    assert not await _opens(world, account, first)
    assert master(await shown(world, account), account.user) == identity


async def test_a_recovery_key_of_before_a_reset_opens_nothing_any_more(
    world: World, account: Login, at_element: AtElement, tmp_path: Path
) -> None:
    """One that is made with the reset does."""
    words = ("setup", *flags(world, account))
    old = _key(await execute(tmp_path, *words, "--recovery-key", ACTAS_PASSWORD=PASSWORD))
    both = ("setup", "--reset-identity", "--recovery-key")

    def agree(terminal: Terminal) -> None:
        terminal.answer("Replace it? [y/N]", "y")
        terminal.answer_unseen("Password of", PASSWORD)
        terminal.answer("Make a new one? [y/N]", "y")

    new = _key(await _typed(tmp_path, both, agree))
    assert not await _opens(world, account, old)
    assert await _opens(world, account, new)


async def _opens(world: World, account: Login, key: str) -> bool:
    """Whether Element can sign a new login with this key."""
    url = world.homeserver.url
    try:
        async with Element.log_in(url, account.user, PASSWORD, recovery_key=key) as operator:
            signed = signed_devices(account.user, await shown(world, account))
            await operator.log_out()
            return operator.device_id in signed
    except ElementRefused:
        return False


# ---------------------------------------------------------------------- one is used
async def test_an_identity_made_in_element_is_kept_by_its_recovery_key(
    world: World, account: Login, element: Element, tmp_path: Path
) -> None:
    """Whoever has verified the account need not do it again; Element's own device stays signed."""
    identity = master(await shown(world, account), account.user)
    done = await execute(
        tmp_path,
        *("setup", *flags(world, account)),
        ACTAS_PASSWORD=PASSWORD,
        ACTAS_RECOVERY_KEY=element.recovery_key,
    )
    assert (done.code, done.err) == (0, "")
    answer = await shown(world, account)
    assert master(answer, account.user) == identity
    devices = signed_devices(account.user, answer)
    assert devices == set(answer["device_keys"][account.user])
    assert len(devices) == 2
    assert await _opens(world, account, element.recovery_key)


async def test_a_recovery_key_is_asked_for_in_a_terminal(
    world: World, account: Login, element: Element, tmp_path: Path
) -> None:
    """Unseen, and again when it is mistyped or another's."""
    identity = master(await shown(world, account), account.user)

    def type_it(terminal: Terminal) -> None:
        terminal.answer_unseen("Password of", PASSWORD)
        terminal.answer_unseen("Recovery key, or just Enter to give up:", WRONG[:-1])
        terminal.answer_unseen("Recovery key:", WRONG)
        terminal.answer_unseen("Recovery key:", element.recovery_key)

    done = await _typed(tmp_path, ("setup", *flags(world, account), *ANSWERS), type_it)
    assert done.code == 0, done.out
    assert "was not made here" in done.out
    assert "That recovery key is cut off or mistyped" in done.out
    assert f"That recovery key is not the recovery key of {account.user}" in done.out
    for key in (WRONG, WRONG[:-1], element.recovery_key):
        assert key not in done.out
    assert master(await shown(world, account), account.user) == identity


async def test_who_has_no_recovery_key_gives_up(
    world: World, account: Login, element: Element, tmp_path: Path
) -> None:
    """Nothing is left, and the last line names the ways."""

    def type_it(terminal: Terminal) -> None:
        terminal.answer_unseen("Password of", PASSWORD)
        terminal.answer_unseen("Recovery key, or just Enter to give up:", "")

    done = await _typed(tmp_path, ("setup", *flags(world, account), *ANSWERS), type_it)
    assert done.code == 2
    assert "`actas setup --reset-identity` replaces it" in done.out.splitlines()[-1]
    assert left(tmp_path) == []


async def test_a_wrong_recovery_key_is_one_line(
    world: World, account: Login, element: Element, tmp_path: Path
) -> None:
    """Without the key in it, and nothing is left."""
    for key, said in (
        (WRONG, f"ACTAS_RECOVERY_KEY: is not the recovery key of {account.user}"),
        ("a l0ng phrase", "ACTAS_RECOVERY_KEY: has a letter that recovery keys do not have"),
    ):
        refused = await execute(
            tmp_path,
            *("setup", *flags(world, account)),
            ACTAS_PASSWORD=PASSWORD,
            ACTAS_RECOVERY_KEY=key,
        )
        assert complaint(refused).startswith(f"actas: {said}")
        assert refused.err.count("\n") == 1
        assert key not in refused.err
        assert left(tmp_path) == []


async def test_a_recovery_key_of_an_identity_that_was_replaced_is_refused(
    world: World, account: Login, element: Element, tmp_path: Path
) -> None:
    """What it opens is not what the homeserver shows."""
    await upload_identity(world, account, Identity(account.user))
    refused = await execute(
        tmp_path,
        *("setup", *flags(world, account)),
        ACTAS_PASSWORD=PASSWORD,
        ACTAS_RECOVERY_KEY=element.recovery_key,
    )
    assert "opens another identity than the one" in complaint(refused)
    assert left(tmp_path) == []


async def test_a_recovery_key_without_an_identity_or_a_storage_is_told(
    world: World, account: Login, tmp_path: Path
) -> None:
    """The operator thinks that there is something to keep, and there is not."""
    words = ("setup", *flags(world, account))
    secrets = {"ACTAS_PASSWORD": PASSWORD, "ACTAS_RECOVERY_KEY": WRONG}
    line = complaint(await execute(tmp_path, *words, **secrets))
    assert f"ACTAS_RECOVERY_KEY: is set, but {account.user} has no cross-signing identity" in line
    await upload_identity(world, account, Identity(account.user))
    line = complaint(await execute(tmp_path, *words, **secrets))
    assert f"{account.user}: it has no secret storage" in line
    assert left(tmp_path) == []


async def test_a_recovery_key_and_a_reset_exclude_each_other(
    world: World, account: Login, tmp_path: Path
) -> None:
    """One keeps what the other replaces."""
    words = ("setup", *flags(world, account), "--reset-identity")
    refused = await execute(tmp_path, *words, ACTAS_PASSWORD=PASSWORD, ACTAS_RECOVERY_KEY=WRONG)
    assert complaint(refused).startswith("actas: ACTAS_RECOVERY_KEY: is set, to keep the identity")


async def test_a_bot_that_was_never_set_up_keeps_an_identity_as_well(
    world: World, new_bot: NewBot, at_element: AtElement
) -> None:
    """As under systemd: the first `actas run` has the recovery key, later ones do not need it."""
    bot, alice = await new_bot(start=False), await at_element("alice")
    async with Element.log_in(world.homeserver.url, bot.user, bot.password) as element:
        await element.publish_identity()
        account = Login(bot.user, element.device_id, element.token, bot.password)
        identity = master(await shown(world, account), bot.user)
        bot.environment["ACTAS_RECOVERY_KEY"] = element.recovery_key
        await bot.start()
        dm = await open_dm(alice, bot)
        answer = await shown(world, account)
        assert master(answer, bot.user) == identity
        assert signed_devices(bot.user, answer) == set(answer["device_keys"][bot.user])
        stands_nowhere(element.recovery_key, bot)
        await bot.stop()
        del bot.environment["ACTAS_RECOVERY_KEY"], bot.environment["ACTAS_PASSWORD"]
        await bot.start()
        await dm.asks("help", "I run commands as you")


async def test_an_identity_that_was_replaced_in_element_is_adopted_at_a_start(
    world: World, new_bot: NewBot, at_element: AtElement
) -> None:
    """By the recovery key; who knows the bot has been warned of the other identity already."""
    bot, alice = await new_bot(), await at_element("alice")
    dm = await open_dm(alice, bot)
    (device,) = await alice.devices(bot.user)
    await bot.stop()
    key = _key(await bot.command(*MAKE))
    url = world.homeserver.url
    async with Element.log_in(url, bot.user, bot.password, recovery_key=key) as element:
        await element.reset_identity()
        bot.environment["ACTAS_RECOVERY_KEY"] = key  # it keeps the new one under the key it has
        await bot.start()
        await alice.sees_signed(bot.user, device)
        await alice.approve(bot.user)
        await dm.asks("help", "I run commands as you")
        assert await alice.devices(bot.user) == {device: True, element.device_id: True}
