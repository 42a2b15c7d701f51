"""The thinnest possible nio bot, as nio's own documentation writes one.

``python -m bench.thin URL USER DEVICE TOKEN DIRECTORY``: answers ``help`` with a fixed text. It
keeps its keys and its sync token in nio's SQLite store and trusts every device unseen.
"""

from __future__ import annotations

import asyncio
import sys

from nio import AsyncClient, AsyncClientConfig, InviteMemberEvent, MatrixRoom, RoomMessageText
from nio.store import SqliteStore

from bench.answer import answer


async def run(url: str, user: str, device: str, token: str, directory: str) -> None:
    """Sync for ever."""
    config = AsyncClientConfig(store=SqliteStore, store_sync_tokens=True, encryption_enabled=True)
    client = AsyncClient(url, user, store_path=directory, config=config)
    client.restore_login(user, device, token)

    async def said(room: MatrixRoom, event: RoomMessageText) -> None:
        if event.sender != client.user_id and event.body.strip() == "help":
            await client.room_send(
                room.room_id,
                "m.room.message",
                answer(event.event_id),
                ignore_unverified_devices=True,
            )

    async def invited(room: MatrixRoom, _: InviteMemberEvent) -> None:
        await client.join(room.room_id)

    client.add_event_callback(said, RoomMessageText)
    client.add_event_callback(invited, InviteMemberEvent)
    try:
        await client.sync_forever(timeout=30_000, full_state=True)
    finally:
        await client.close()


if __name__ == "__main__":
    asyncio.run(run(*sys.argv[1:]))
