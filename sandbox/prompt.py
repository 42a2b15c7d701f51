"""A line to type on while messages come in above it."""

from __future__ import annotations

import asyncio
import queue
import readline
import sys
import termios
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final, Self

_CLEAR_LINE: Final = "\r\x1b[J"


class Prompt:
    """Asks for lines on the terminal; make one with :meth:`open`.

    A thread of its own waits for the keys, so that the event loop goes on. It is a daemon because
    nothing can take it out of that wait when the program is interrupted.
    """

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._wanted: queue.SimpleQueue[tuple[str, asyncio.Future[str | None]]]
        self._wanted = queue.SimpleQueue()
        self._label = ""
        threading.Thread(target=self._read, name="prompt", daemon=True).start()

    @classmethod
    @contextmanager
    def open(cls) -> Iterator[Self]:
        """A prompt on standard input; leaves the terminal as it was."""
        terminal = sys.stdin.fileno()
        before = termios.tcgetattr(terminal)
        try:
            yield cls()
        finally:
            termios.tcsetattr(terminal, termios.TCSADRAIN, before)

    async def ask(self, label: str) -> str | None:
        """Return the next line that is typed, or None at the end of input."""
        self._label = label
        line: str | None = None
        answer: asyncio.Future[str | None] = self._loop.create_future()
        self._wanted.put((label, answer))
        try:
            line = await answer
        finally:
            self._label = ""
            if line is None:  # nobody has pressed Enter
                print()
        return line

    def above(self, show: Callable[[], None]) -> None:
        """Let ``show`` print above the line that is being typed, which stays as it is."""
        if self._label:
            sys.stdout.write(_CLEAR_LINE)
            sys.stdout.flush()
        show()
        if self._label:
            sys.stdout.write(self._label + readline.get_line_buffer())
            sys.stdout.flush()

    def _read(self) -> None:
        while True:
            label, answer = self._wanted.get()
            line: str | None
            try:
                line = input(label)
            except EOFError:
                line = None
            self._loop.call_soon_threadsafe(_settle, answer, line)


def _settle(answer: asyncio.Future[str | None], line: str | None) -> None:
    if not answer.done():  # the program may be on its way out
        answer.set_result(line)
