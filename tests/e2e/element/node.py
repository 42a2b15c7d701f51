"""A process of Node that does what it is told in lines of JSON."""

from __future__ import annotations

import asyncio
import json
import os
from asyncio.subprocess import PIPE, Process
from collections import deque
from collections.abc import Callable
from itertools import count
from pathlib import Path
from typing import Any, Final, Self

from sandbox.process import die_with

Json = dict[str, Any]
_CLIENT: Final = Path(__file__).parent / "client.mjs"
_LONGEST_LINE: Final = 16 * 1024**2
_PATIENCE: Final = 30.0  # seconds


class ElementRefused(Exception):
    """The client could not do what it was told; the text is its own."""


class ElementDied(AssertionError):
    """The client's process ended by itself; the text holds the end of what it logged."""


class Node:
    """The client's process. ``tell`` is given all that happens, ``ended`` is called at its end."""

    def __init__(self, process: Process, tell: Callable[[Json], None]) -> None:
        self._process, self._tell = process, tell
        self._numbers = count(1)
        self._waiting: dict[int, asyncio.Future[Any]] = {}
        self._logged: deque[str] = deque(maxlen=50)
        self._tasks = [asyncio.create_task(self._read()), asyncio.create_task(self._read_log())]

    @classmethod
    async def start(cls, program: str, tell: Callable[[Json], None]) -> Self:
        """Start the client with a program, which is some Node."""
        process = await asyncio.create_subprocess_exec(
            program,
            str(_CLIENT),
            stdin=PIPE,
            stdout=PIPE,
            stderr=PIPE,
            limit=_LONGEST_LINE,
            start_new_session=True,  # a Ctrl-C on the terminal is for the parent alone
            preexec_fn=die_with(os.getpid()),
        )
        return cls(process, tell)

    @property
    def pid(self) -> int:
        """The id of the process."""
        return self._process.pid

    async def do(self, name: str, **args: Any) -> Any:
        """Have something done and return its result.

        Raises:
            ElementRefused: it was tried and did not work.
            ElementDied: the process has ended.
        """
        number, stdin = next(self._numbers), self._process.stdin
        assert stdin is not None
        if self._tasks[0].done():
            raise self.death()
        result = self._waiting[number] = asyncio.get_running_loop().create_future()
        stdin.write(json.dumps({"id": number, "do": name} | args).encode() + b"\n")
        try:
            return await asyncio.wait_for(result, _PATIENCE)
        except TimeoutError:
            raise ElementRefused(f"{name}: not done within {_PATIENCE:g} s") from self.fault()
        finally:
            del self._waiting[number]

    async def close(self) -> None:
        """End the process; the device stays logged in."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        try:
            await asyncio.wait_for(self._process.wait(), 5)
        except TimeoutError:
            self._process.kill()
        await asyncio.gather(*self._tasks)

    def fault(self) -> ElementDied | None:
        """What ended the process, if it has ended."""
        return self.death() if self._tasks[0].done() else None

    def death(self) -> ElementDied:
        """Tell how the process has ended, or what it logged until now."""
        code, log = self._process.returncode, "\n".join(self._logged) or "nothing"
        return ElementDied(f"Element's process ended with code {code}; it logged:\n{log}")

    async def _read(self) -> None:
        assert self._process.stdout is not None
        async for line in self._process.stdout:
            record = json.loads(line)
            if "id" in record:
                self._answer(record)
            else:
                self._tell(record)
        await self._process.wait()
        for result in self._waiting.values():
            if not result.done():
                result.set_exception(self.death())
        self._tell({"kind": "end"})

    def _answer(self, record: Json) -> None:
        waiting = self._waiting.get(record["id"])
        if waiting is None or waiting.done():
            return
        if "error" in record:
            waiting.set_exception(ElementRefused(record["error"]))
        else:
            waiting.set_result(record["result"])

    async def _read_log(self) -> None:
        assert self._process.stderr is not None
        async for line in self._process.stderr:
            self._logged.append(line.decode(errors="replace").rstrip())
