"""The receiving side and the people who write to it."""

from __future__ import annotations

from contextlib import AsyncExitStack

import pytest

from tests.unit.matrix.rig import Peer, rig


@pytest.fixture
async def bot(tmp_path, sealer):
    """A bot's receiving side."""
    async with rig(tmp_path, sealer) as bot:
        yield bot


@pytest.fixture
async def arrive(tmp_path, sealer):
    """People's devices: ``alice = await arrive("@alice:example.org")``."""
    async with AsyncExitStack() as stack:

        async def one(user, **options):
            peer = await Peer.arrive(user, tmp_path, sealer, **options)
            stack.push_async_callback(peer.database.close)
            return peer

        yield one


@pytest.fixture
async def alice(bot, arrive):
    """Alice, whose device is signed and who shares a room with the bot."""
    alice = await arrive("@alice:example.org")
    bot.answers.show(alice)
    await bot.enter(alice.user)
    return alice
