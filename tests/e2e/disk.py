"""A disk that is full whenever a test wants it to be.

The kernel refuses every write of the process to a file that is larger than a limit, and a limit of
nothing needs no rights and no disk of the test's own. What the bot prints goes through a pipe then,
as to systemd's journal.
"""

from __future__ import annotations

import asyncio
import resource
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from sandbox.bot import Bot

PIPED: Final = ("bash", "-c", 'exec "$@" > >(exec cat) 2>&1', "bash")
"""For :attr:`Bot.under`, of a bot whose disk is to become full."""

FULL: Final = ("bash", "-c", 'set -o pipefail; prlimit --fsize=0 -- "$@" 2>&1 | cat', "bash")
"""The same for one that finds it full."""


@contextmanager
def full_disk(bot: Bot) -> Iterator[None]:
    """Let nothing be written by a running bot until the end of the block."""
    _, most = resource.prlimit(bot.pid, resource.RLIMIT_FSIZE)
    resource.prlimit(bot.pid, resource.RLIMIT_FSIZE, (0, most))
    try:
        yield
    finally:
        resource.prlimit(bot.pid, resource.RLIMIT_FSIZE, (most, most))


async def complains(bot: Bot, *, after: int) -> None:
    """Wait until the bot has logged, after that much of its log, that it cannot write."""
    async with asyncio.timeout(20):
        while "database: " not in bot.log()[after:]:  # noqa: ASYNC110  # a file tells of no change
            await asyncio.sleep(0.02)
