"""A homeserver within this process: it hands out what it is fed, and answers as it is told."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from typing import Any

from bot.matrix.client import Homeserver, MatrixError, Unreachable
from tests.unit.matrix.rig import Answers

Json = dict[str, Any]


class Feed(Homeserver):
    """``twist`` may change every answer but a sync's; it is given the path as well."""

    def __init__(self, answers: Answers) -> None:
        super().__init__("http://feed.example.org")
        self.syncs: asyncio.Queue[Any] = asyncio.Queue()
        self.twist: Callable[[str, Json], Any] = lambda _, answer: answer
        self.chunk: list[Json] = []  # of members or messages
        self.uploads: list[Json] = []
        self._answers = answers

    async def request(self, method, where, body=None, *, query=None, timeout=None):  # noqa: ASYNC109  # as there
        """See :meth:`Homeserver.request`."""
        if where == "/v3/sync":
            return _read(await self.syncs.get())
        return _read(self.twist(where, self._answer(where, body)))

    async def persist(self, method, where, body=None, *, patience=60.0, timeout=None):  # noqa: ASYNC109  # as there
        """See :meth:`Homeserver.persist`."""
        return await self.request(method, where, body)

    def _answer(self, where: str, body: Any) -> Json:
        match where.split("/")[2:]:
            case ["keys", "query"]:
                return self._answers.shown(body["device_keys"])
            case ["keys", "claim"]:
                return self._answers.claimed(body["one_time_keys"])
            case ["rooms", _, "members" | "messages"]:
                return {"chunk": self.chunk}
            case ["keys", "upload"]:
                self.uploads.append(body)
                return {}
            case ["sendToDevice", *_]:
                return {}
        raise MatrixError(404, "M_UNRECOGNIZED", None, {})


def _read(answer: Any) -> Json:
    """An answer as it comes out of its bytes."""
    found = json.loads(json.dumps(answer))
    if not isinstance(found, dict):
        raise Unreachable("not an object")
    return found
