"""A terminal, and a program in it that asks."""

from __future__ import annotations

import os
import pty
import select
import subprocess
import sys
import termios
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Self


class Terminal:
    """A terminal with `actas setup` in it. ``shown`` is everything that it has shown."""

    def __init__(self, home: Path, environment: Mapping[str, str], *words: str) -> None:
        self._ours, theirs = pty.openpty()
        self._process = subprocess.Popen(
            [sys.executable, "-m", "bot", *words],
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            cwd=home,
            env=environment,
            start_new_session=True,
        )
        os.close(theirs)
        self.shown = ""
        self._place = 0

    @classmethod
    @contextmanager
    def open(cls, home: Path, environment: Mapping[str, str], *words: str) -> Iterator[Self]:
        """Run ``actas`` with these words; whatever happens, it has ended afterwards."""
        terminal = cls(home, environment, *words)
        try:
            yield terminal
        finally:
            terminal._process.kill()
            terminal._process.wait()
            os.close(terminal._ours)

    def answer(self, question: str, text: str) -> None:
        """Wait for a question that was not answered yet, and answer it."""
        self._wait(question)
        os.write(self._ours, f"{text}\n".encode())

    def answer_unseen(self, question: str, text: str) -> None:
        """The same for a secret, once the terminal shows no more what is typed.

        What was typed earlier is thrown away, as with every password prompt.
        """
        self._wait(question)
        deadline = time.monotonic() + 20
        while termios.tcgetattr(self._ours)[3] & termios.ECHO:
            assert time.monotonic() < deadline, "what is typed would be shown"
            select.select([], [], [], 0.01)
        os.write(self._ours, f"{text}\n".encode())

    def end(self) -> int:
        """Read to the end and return the exit code."""
        while self._read():
            pass
        return self._process.wait(timeout=20)

    def _wait(self, question: str) -> None:
        while (found := self.shown.find(question, self._place)) < 0:
            assert self._read(), f"{question!r} was not asked after {self.shown!r}"
        self._place = found + len(question)

    def _read(self) -> bool:
        """Read what is shown next; False at the end, or when nothing comes."""
        readable, _, _ = select.select([self._ours], [], [], 20)
        try:
            more = os.read(self._ours, 4096) if readable else b""
        except OSError:  # that is how a terminal says that nobody is on the other side any more
            more = b""
        self.shown += more.decode()
        return bool(more)
