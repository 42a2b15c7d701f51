"""Blocking libraries beside the event loop.

``asyncio.to_thread`` shares one pool between everybody, so that one slow server would hold up all
the others, and its threads keep the process from ending. A :class:`Lane` belongs to one server.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from importlib import import_module
from threading import Thread
from typing import Final, TypeVar

_PATIENCE: Final = 60.0  # seconds for an import, which may find the disk asleep
T = TypeVar("T")


class Busy(Exception):
    """Every place of the lane was taken for the whole time that the caller could wait."""


def _leave() -> None:
    """The default ``abort``: the work ends by its own timeout."""


class Lane:
    """Runs blocking work of one server, at most ``width`` pieces at once.

    A piece that nobody waits for any more keeps its place until it has ended. Its thread is a
    daemon: a server that does not answer cannot hold up the end of the process.
    """

    def __init__(self, name: str, width: int = 16) -> None:
        self._name, self._places = name, asyncio.Semaphore(width)
        self._loaded: set[str] = set()

    async def load(self, module: str) -> None:
        """Import a module that takes its time, so that an ``import`` of it takes none any more."""
        if module not in self._loaded:
            await self.run(partial(import_module, module), within=_PATIENCE)
            self._loaded.add(module)

    async def run(
        self, work: Callable[[], T], *, within: float, abort: Callable[[], None] = _leave
    ) -> T:
        """Run ``work`` in a thread and return what it returns, or raise what it raises.

        ``abort`` is called in the event loop when nobody waits any more (cancelled, or too late)
        and should make ``work`` end soon. Waiting for a place and working may each take up to
        ``within`` seconds.

        Raises:
            Busy: no place became free in time; ``work`` was not begun.
            TimeoutError: ``work`` was begun, and did not end in time.
        """
        try:
            async with asyncio.timeout(within):
                await self._places.acquire()
        except TimeoutError:
            raise Busy from None
        outcome = self._begin(work)
        try:
            async with asyncio.timeout(within):
                return await outcome
        except (asyncio.CancelledError, TimeoutError):
            abort()
            raise

    def _begin(self, work: Callable[[], T]) -> asyncio.Future[T]:
        loop = asyncio.get_running_loop()
        outcome: asyncio.Future[T] = loop.create_future()

        def finish(settle: Callable[[], None]) -> None:
            self._places.release()
            if not outcome.done():
                settle()

        def body() -> None:
            settle: Callable[[], None]
            try:
                settle = partial(outcome.set_result, work())
            except BaseException as error:  # noqa: BLE001 - it is raised again where it is awaited
                settle = partial(outcome.set_exception, error)
            with suppress(RuntimeError):  # the loop has ended: nobody waits for it
                loop.call_soon_threadsafe(finish, settle)

        try:
            Thread(target=body, name=self._name, daemon=True).start()
        except BaseException:
            self._places.release()
            raise
        return outcome
