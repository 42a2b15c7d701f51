"""The sync loop: ours, because nio's neither backs off nor writes before it works (N9, N14)."""

from __future__ import annotations

import asyncio
import json
import random
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final

import structlog
from sqlalchemy import select

from bot.errors import ConfigError, StorageError
from bot.matrix.client import Homeserver, MatrixError, Unreachable
from bot.matrix.inbound import Inbound
from bot.matrix.inbox import Waiting
from bot.matrix.keys import KeyExchange
from bot.matrix.login import LoginEnded
from bot.storage import tables
from bot.storage.database import Database

_LONG_POLL: Final = 30_000  # ms the server may hold a request
_SLACK: Final = 30.0  # seconds more until it counts as unanswered
_LONGEST_PAUSE: Final = 60.0  # seconds between two tries
_REFUSALS: Final = 10  # some minutes of them, and the place in the sync is given up
_DOWN: Final = 60.0  # seconds without a sync after which events are judged by the server's time

_STATE: Final = [
    "m.room.member",
    "m.room.encryption",
    "m.room.history_visibility",
    "m.room.guest_access",
    "m.room.join_rules",
]

log = structlog.get_logger()


def sync_filter(bot: str) -> dict[str, Any]:
    """What is asked for: no presence, receipts or echo of our own messages."""
    nothing: dict[str, list[str]] = {"types": []}
    return {
        "presence": nothing,
        "account_data": nothing,
        "room": {
            "account_data": nothing,
            "ephemeral": nothing,
            "state": {
                "types": _STATE,
                "lazy_load_members": False,
            },
            "timeline": {
                "limit": 50,
                "not_senders": [bot],
                "types": [
                    "m.room.encrypted",
                    "m.room.message",
                    *_STATE,
                    "m.key.verification.*",
                ],
            },
        },
    }


def _refuses_token(error: Exception) -> bool:
    """Whether the homeserver does not take the request itself, as after a restore of its own."""
    return isinstance(error, MatrixError) and error.status == 400


class SyncLoop:
    """Fetches batches, has them taken in, and hands over what is to be worked on."""

    def __init__(
        self,
        *,
        homeserver: Homeserver,
        database: Database,
        inbound: Inbound,
        keys: KeyExchange,
        bot: str,
        deliver: Callable[[list[Waiting]], None],
        ready: Callable[[], Awaitable[None]],
    ) -> None:
        self._homeserver, self._database, self._inbound = homeserver, database, inbound
        self._keys, self._deliver, self._ready = keys, deliver, ready
        self._filter = json.dumps(sync_filter(bot), separators=(",", ":"))
        self._chores: set[asyncio.Task[None]] = set()
        self._last = float("-inf")
        self.failures = 0

    async def run(self) -> None:
        """Sync until cancelled.

        Raises:
            LoginEnded: the access token is dead; nothing but a new login helps.
        """
        since, failures, refused = await self._token(), 0, 0
        while True:
            try:
                response = await self._fetch(since, patient=self._last > 0 and not failures)
                waiting = await self._inbound.receive(
                    response, since=since, catching_up=not self.in_touch(_DOWN)
                )
            except ConfigError:
                raise
            except Exception as error:  # noqa: BLE001  # a full disk, or a bug: the loop goes on
                failures += 1
                self.failures += 1
                refused = refused + 1 if _refuses_token(error) else 0
                if since is not None and refused >= _REFUSALS:
                    log.error("sync.begun_anew", reason="the homeserver does not know our place")
                    since = None
                await self._pause(error, failures)
                continue
            since, failures, refused = response["next_batch"], 0, 0
            self._deliver(waiting)
            self._do_chores(response)
            first, self._last = self._last < 0, asyncio.get_running_loop().time()
            if first:
                await self._ready()

    def in_touch(self, within: float = 2 * _LONG_POLL / 1000) -> bool:
        """Whether a sync went well in the last ``within`` seconds."""
        return asyncio.get_running_loop().time() - self._last <= within

    async def _fetch(self, since: str | None, *, patient: bool) -> dict[str, Any]:
        query = {"filter": self._filter, "timeout": str(_LONG_POLL if patient else 0)}
        if since is not None:
            query["since"] = since
        limit = _LONG_POLL / 1000 + _SLACK if since else 300.0
        return await self._homeserver.request("GET", "/v3/sync", query=query, timeout=limit)

    async def _pause(self, error: Exception, failures: int) -> None:
        """Wait before the next try: longer each time, never in step with others."""
        if isinstance(error, MatrixError) and error.dead_token:
            raise LoginEnded(error) from None
        pause = min(_LONGEST_PAUSE, 0.5 * 2 ** min(failures, 10)) * random.uniform(0.5, 1)  # noqa: S311  # jitter
        if isinstance(error, MatrixError) and error.retry_after is not None:
            pause = max(pause, error.retry_after)
        if isinstance(error, MatrixError | Unreachable):
            log.warning("sync.failed", error=str(error), retry_in=round(pause, 1))
        elif isinstance(error, StorageError):
            log.error("sync.failed", error=str(error), retry_in=round(pause, 1))
        else:
            log.error("sync.failed", retry_in=round(pause, 1), exc_info=error)
        await asyncio.sleep(pause)

    def _do_chores(self, response: Mapping[str, Any]) -> None:
        """What keeps encryption going and may take a while; the next sync does not wait for it."""
        counts, unused = (
            response.get("device_one_time_keys_count"),
            response.get("device_unused_fallback_key_types"),
        )
        if isinstance(counts, dict):
            count = counts.get("signed_curve25519", 0)
            fallback_used = isinstance(unused, list) and "signed_curve25519" not in unused
            chore = self._keys.top_up(
                count if isinstance(count, int) else 0, fallback_used=fallback_used
            )
            self._start(chore)
        self._start(self._keys.unwedge())

    def _start(self, chore: Any) -> None:
        task = asyncio.create_task(self._guarded(chore))
        self._chores.add(task)
        task.add_done_callback(self._chores.discard)

    async def _guarded(self, chore: Awaitable[None]) -> None:
        try:
            await chore
        except (MatrixError, Unreachable) as error:
            log.warning("chore.failed", error=str(error))
        except StorageError as error:
            log.error("chore.failed", error=str(error))
        except Exception:  # a bug; it is done again after the next sync
            log.exception("chore.failed")

    async def _token(self) -> str | None:
        t = tables.sync_state
        async with self._database.transaction() as connection:
            found: str | None = await connection.scalar(
                select(t.c.value).where(t.c.name == "next_batch")
            )
        return found
