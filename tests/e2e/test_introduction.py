"""A power cut at every single step of showing who the bot is, with a real homeserver."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from itertools import count
from pathlib import Path
from typing import Any, TypeAlias

import pytest

from bot.matrix.adoption import make_recovery_key
from bot.matrix.client import Homeserver
from bot.matrix.identity import Held
from bot.matrix.introduction import introduce, query_own_keys
from bot.matrix.login import Login, restore, stored_session
from bot.matrix.secret_storage import SecretStorage
from bot.matrix.store import CryptoStore
from bot.secret import Secret
from bot.storage.database import Database
from bot.vault.sealer import Sealer
from bot.vault.vault import Vault
from sandbox.signing import Json, signed_devices
from sandbox.synapse import Synapse

PASSWORD = Secret("correct horse")
Install: TypeAlias = Callable[..., Awaitable["Installation"]]


class PowerCut(BaseException):
    """The end, without a warning."""


class Fuse:
    """Blows at the step of this number; 0 is never."""

    def __init__(self, step: int = 0) -> None:
        self._left = step

    def step(self) -> None:
        """One more step."""
        self._left -= 1
        if self._left == 0:
            raise PowerCut


class FusedHomeserver(Homeserver):
    """Each request is two steps: it may not leave, and its answer may not arrive."""

    fuse = Fuse()

    async def request(self, *args: Any, **options: Any) -> Json:
        self.fuse.step()
        answer = await super().request(*args, **options)
        self.fuse.step()
        return answer


class FusedVault(Vault):
    """So is each write."""

    fuse = Fuse()

    async def put_value(self, name: str, value: bytes) -> None:
        self.fuse.step()
        await super().put_value(name, value)
        self.fuse.step()


class Installation:
    """A bot's account and database; every :meth:`start` is a process of its own."""

    def __init__(self, url: str, user: str, home: Path, sealer: Sealer) -> None:
        self.url, self.user, self._sealer = url, user, sealer
        self.transport = FusedHomeserver
        self._file = home / f"{os.urandom(4).hex()}.db"

    async def start(
        self, fuse: Fuse | None = None, *, reset: bool = False, recovery: Secret | None = None
    ) -> None:
        """Log in and introduce the bot, as far as the fuse lets it.

        The password is there for a first login and for a new identity only.
        """
        async with self.opened() as (homeserver, vault, database):
            first = await stored_session(vault) is None
            password = PASSWORD if first or reset else None
            login = Login(self.user, "actas", password, recovery=recovery)
            session = await restore(homeserver, vault, login)
            homeserver.fuse = vault.fuse = fuse or Fuse()
            store = CryptoStore(database, self._sealer, session.device_id)
            await introduce(homeserver, session, store, vault, login, reset=reset)

    async def is_cut_off(self, step: int, **options: Any) -> bool:
        """Start; whether the power was cut, at this step, before all was done."""
        try:
            await self.start(Fuse(step), **options)
        except PowerCut:
            return True
        return False

    async def shown(self) -> str:
        """The master key that the homeserver shows.

        It is the one in the vault, and has signed every device that has keys.
        """
        async with self.opened() as (homeserver, vault, _):
            await restore(homeserver, vault, Login(self.user, "actas"))
            answer = await query_own_keys(homeserver, self.user)
            own = (await Held.load(vault)).current
            assert own is not None
            assert own.is_in(answer, self.user)
            assert signed_devices(self.user, answer) == set(answer["device_keys"][self.user])
            return own.master

    async def log_out(self) -> None:
        """End the bot's session."""
        async with self.opened() as (homeserver, vault, _):
            await restore(homeserver, vault, Login(self.user, "actas"))
            await homeserver.request("POST", "/v3/logout", {})

    async def recovery_key(self) -> Secret:
        """A recovery key of the identity in the vault."""
        async with self.opened() as (homeserver, vault, _):
            await restore(homeserver, vault, Login(self.user, "actas"))
            own = (await Held.load(vault)).current
            assert own is not None
            return await make_recovery_key(SecretStorage(homeserver, self.user), own)

    @asynccontextmanager
    async def opened(self) -> AsyncIterator[tuple[FusedHomeserver, FusedVault, Database]]:
        """What a process has open."""
        database = await Database.open(self._file)
        homeserver = self.transport(self.url)
        try:
            yield homeserver, FusedVault(database, self._sealer), database
        finally:
            await homeserver.close()
            await database.close()


@pytest.fixture
async def install(homeserver: Synapse, tmp_path: Path, sealer: Sealer) -> Install:
    """Make installations: ``await install()``, or ``await install(other.user)``."""

    async def one(user: str = "") -> Installation:
        if not user:
            name = f"introduced-{os.urandom(4).hex()}"
            user = (await homeserver.register(name, PASSWORD.reveal())).user
        return Installation(homeserver.url, user, tmp_path, sealer)

    return one


async def test_a_first_start_that_was_cut_off_is_done_again(install: Install) -> None:
    """Wherever that was."""
    for step in count(1):
        bot = await install()
        cut = await bot.is_cut_off(step)
        await bot.start()
        await bot.shown()
        if not cut:
            break
    assert step > 8


async def test_a_reset_that_was_cut_off_leaves_a_bot_that_starts(install: Install) -> None:
    """With the old identity or the new one, whichever the homeserver shows; no password is needed.

    What is done again then ends with a new one.
    """
    seen = set()
    for step in count(1):
        bot = await install()
        await bot.start()
        old = await bot.shown()
        cut = await bot.is_cut_off(step, reset=True)
        await bot.start()
        now = await bot.shown()
        seen.add(now == old)
        if not cut:
            break
        await bot.start(reset=True)
        assert await bot.shown() != old
    assert step > 8
    assert seen == {True, False}


async def test_a_reset_that_arrives_late_is_not_lost(install: Install) -> None:
    """The bot has started in between, and seen its old identity still."""
    bot = await install()
    await bot.start()
    old = await bot.shown()
    late = []

    class Slow(FusedHomeserver):
        async def request(self, method: str, where: str, *args: Any, **options: Any) -> Json:
            if where.endswith("/device_signing/upload") and "auth" in args[0]:
                late.append((method, where, *args))
                raise PowerCut
            return await super().request(method, where, *args, **options)

    bot.transport = Slow
    assert await bot.is_cut_off(0, reset=True)
    bot.transport = FusedHomeserver
    await bot.start()
    assert await bot.shown() == old
    async with bot.opened() as (homeserver, vault, _):
        await restore(homeserver, vault, Login(bot.user, "actas"))
        await homeserver.request(*late.pop())
    await bot.start()
    assert await bot.shown() != old


async def test_an_adoption_that_was_cut_off_is_done_again(install: Install) -> None:
    """The account has its identity from elsewhere, and keeps it."""
    elsewhere = await install()
    await elsewhere.start()
    key, identity = await elsewhere.recovery_key(), await elsewhere.shown()
    for step in count(1):
        bot = await install(elsewhere.user)
        cut = await bot.is_cut_off(step, recovery=key)
        await bot.start(recovery=key)
        assert await bot.shown() == identity
        await bot.log_out()
        if not cut:
            break
    assert step > 8
