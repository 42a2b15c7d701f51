"""An account at a device: its process, and what that has told so far."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

from sandbox.reader import PATIENCE, Reader
from sandbox.timeline import NotSeen
from tests.e2e.element.message import Shown, show
from tests.e2e.element.node import Json, Node
from tests.e2e.element.runtime import node
from tests.e2e.element.verification import Verification


class Account(Reader[Shown]):
    """A user at one device, once :meth:`start` has logged them in.

    ``direct`` is ``m.direct``; ``verifications`` are all that were seen, oldest first;
    ``recovery_key`` opens the account's secret storage, if it is known here.
    """

    def __init__(self) -> None:
        super().__init__()
        self.user = self.device_id = self.token = self.password = self.recovery_key = ""
        self.direct: dict[str, list[str]] = {}
        self.verifications: list[Verification] = []
        self._memberships: dict[str, dict[str, str]] = {}
        self._watchers: set[asyncio.Event] = set()
        self._node: Node | None = None

    async def start(self, homeserver: str, user: str, password: str, **options: str) -> None:
        """Start the process and log in.

        Raises:
            ElementRefused: the homeserver or the SDK did.
            ElementDied: the process ended instead.
        """
        self._node = await Node.start(node(), self._take)
        login = await self.do(
            "logIn", homeserver=homeserver, user=user, password=password, **options
        )
        self.user, self.device_id, self.token = login["user"], login["device"], login["token"]
        self.password = password

    async def close(self) -> None:
        """End the process; the device stays logged in."""
        if self._node is not None:
            await self._node.close()

    @property
    def pid(self) -> int:
        """The id of the process."""
        assert self._node is not None
        return self._node.pid

    async def do(self, name: str, **args: Any) -> Any:
        """Have the client do something: the commands are in the ``.mjs`` files."""
        assert self._node is not None
        return await self._node.do(name, **args)

    async def until(
        self, holds: Callable[[], Any], what: str, *, patience: float = PATIENCE
    ) -> None:
        """Wait until something holds that the client tells.

        Raises:
            NotSeen: it did not in time.
            ElementDied: the process ended.
        """
        told = asyncio.Event()
        self._watchers.add(told)
        try:
            async with asyncio.timeout(patience):
                while not holds():
                    if fault := self.fault():
                        raise fault
                    told.clear()
                    await told.wait()
        except TimeoutError:
            raise NotSeen(f"{self.user} did not see within {patience:g} s: {what}") from None
        finally:
            self._watchers.discard(told)

    def fault(self) -> BaseException | None:
        """What ended the process, if it has ended."""
        return self._node.fault() if self._node is not None else None

    def _take(self, record: Json) -> None:
        match record.pop("kind"):
            case "message":
                show(self.timeline, record)
            case "member":
                room = self._memberships.setdefault(record["room"], {})
                room[record["user"]] = record["membership"]
            case "direct":
                self.direct = record["rooms"]
            case "verification":
                self._verification(record.pop("number")).take(**record)
        for watcher in self._watchers:
            watcher.set()

    def _verification(self, number: int) -> Verification:
        if number > len(self.verifications):
            self.verifications.append(Verification(number, self.do, self.until))
        return self.verifications[number - 1]
