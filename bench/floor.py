"""A bare echo without bot and encryption: what the homeserver and Python take in any case.

``python -m bench.floor URL USER TOKEN DIRECTORY``: answers ``help`` with a fixed text in rooms that
are not encrypted. It keeps its sync token in a file.
"""

from __future__ import annotations

import asyncio
import json
import sys
from pathlib import Path
from typing import Any
from urllib.parse import quote

import aiohttp

from bench.answer import answer


def _filter(user: str) -> str:
    nothing: dict[str, list[str]] = {"types": []}
    timeline = {"types": ["m.room.message"], "not_senders": [user], "limit": 50}
    room = {"state": nothing, "ephemeral": nothing, "account_data": nothing, "timeline": timeline}
    return json.dumps({"presence": nothing, "account_data": nothing, "room": room})


async def run(url: str, user: str, token: str, directory: str) -> None:
    """Sync for ever."""
    kept = Path(directory) / "token"
    query = {"filter": _filter(user), "timeout": "0"}
    if kept.exists():
        query["since"] = kept.read_text()
    headers = {"Authorization": f"Bearer {token}"}
    async with aiohttp.ClientSession(url, headers=headers) as http, asyncio.TaskGroup() as answers:
        while True:
            async with http.get("/_matrix/client/v3/sync", params=query) as response:
                batch = await response.json()
            query |= {"since": batch["next_batch"], "timeout": "30000"}
            kept.write_text(query["since"])
            for room, joined in batch.get("rooms", {}).get("join", {}).items():
                for event in joined["timeline"]["events"]:
                    if event["content"].get("body") == "help":
                        answers.create_task(_answer(http, room, event))


async def _answer(http: aiohttp.ClientSession, room: str, event: dict[str, Any]) -> None:
    event_id = event["event_id"]
    where = f"/_matrix/client/v3/rooms/{quote(room)}/send/m.room.message/{quote(event_id)}"
    async with http.put(where, json=answer(event_id)) as response:
        await response.read()


if __name__ == "__main__":
    asyncio.run(run(*sys.argv[1:]))
