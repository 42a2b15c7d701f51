"""Waiting for a database that cannot be written, as one waits for a homeserver that is away."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Final, TypeVar

import stamina

from bot.errors import StorageError

_PATIENCE: Final = 600.0  # seconds

T = TypeVar("T")


async def patiently(job: Callable[[], Awaitable[T]]) -> T:
    """Do what has to be written before anybody is told, again until the disk takes it.

    Raises:
        StorageError: it has not, for ten minutes.
    """
    with suppress(StorageError):
        return await job()
    async for attempt in stamina.retry_context(
        on=StorageError, attempts=None, timeout=_PATIENCE, wait_initial=0.5, wait_max=5.0
    ):
        with attempt:
            return await job()
    raise AssertionError("unreachable")  # retry_context returns or raises
