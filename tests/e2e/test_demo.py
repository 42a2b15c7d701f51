"""The demo as somebody at a terminal meets it, and as a script does."""

from __future__ import annotations

import asyncio
import io
import os
import re
import sys
import termios
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from types import SimpleNamespace
from typing import Final, cast

import pytest
from rich.console import Console

from sandbox import demo as demo_module
from sandbox.bot import Bot
from sandbox.chat import Chat
from sandbox.demo import Demo
from sandbox.github.browser import authorise
from sandbox.person import Person
from sandbox.row import Row
from sandbox.timeline import Message, Timeline

_DEMO: Final = ("-c", "import sys; from sandbox.__main__ import main; sys.exit(main(pace=0.05))")
_ESCAPE: Final = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]|\x1b[=>]|\r")


class Terminal:
    """A process on a terminal of its own: what it prints, and a keyboard."""

    def __init__(self, process: asyncio.subprocess.Process, master: int, slave: int) -> None:
        self._process, self._master, self._slave = process, master, slave
        self._printed = ""
        self._news = asyncio.Event()
        asyncio.get_running_loop().add_reader(master, self._read)

    def _read(self) -> None:
        try:
            data = os.read(self._master, 65536)
        except OSError:  # the other side has closed it
            data = b""
        if not data:
            asyncio.get_running_loop().remove_reader(self._master)
        self._printed += data.decode(errors="replace")
        self._news.set()

    @property
    def text(self) -> str:
        return _ESCAPE.sub("", self._printed)

    def type(self, text: str, *, enter: bool = True) -> int:
        """Type something; return where the text stood before, for ``after``."""
        before = len(self._printed)
        os.write(self._master, text.encode() + b"\n" * enter)
        return before

    async def ends(self) -> int:
        """Wait until the process ends and return its exit code."""
        async with asyncio.timeout(30):
            return await self._process.wait()

    def attributes(self) -> list[object]:
        """How the terminal is set: echo, line by line, …"""
        return termios.tcgetattr(self._slave)

    async def shows(self, pattern: str, *, after: int = 0, patience: float = 90) -> None:
        """Wait until a regular expression is found in what was printed after a position."""
        try:
            async with asyncio.timeout(patience):
                while not re.search(pattern, _ESCAPE.sub("", self._printed[after:])):
                    self._news.clear()
                    await self._news.wait()
        except TimeoutError:
            pytest.fail(f"not shown: {pattern}\n{self.text}")


@asynccontextmanager
async def _on_terminal(*arguments: str) -> AsyncIterator[Terminal]:
    """Python with these arguments, with a new terminal of 80 columns as its controlling one."""
    master, slave = os.openpty()
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, *arguments),
        env=os.environ | {"TERM": "xterm", "COLUMNS": "80"},
        preexec_fn=lambda: os.login_tty(slave),
    )
    terminal = Terminal(process, master, slave)
    try:
        yield terminal
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()
        asyncio.get_running_loop().remove_reader(master)
        os.close(master)
        os.close(slave)


@pytest.fixture
async def terminal() -> AsyncIterator[Terminal]:
    """The demo, running on a terminal; what is built there after the story is built fast."""
    async with _on_terminal(*_DEMO) as terminal:
        yield terminal


async def test_on_a_terminal_one_can_go_on_as_alice(terminal: Terminal) -> None:
    """After the story, what is typed in the room and in the direct message is answered there.

    What comes in while a line is being typed is printed above it. Ctrl-D ends the demo well.
    """
    await terminal.shows(r"All \d+ steps came out right")
    await terminal.shows(r"alice in Team> ")
    typed = terminal.type("!jenkins list")
    await terminal.shows(r"Team │ actas: (.|\n)*website", after=typed)
    typed = terminal.type("!jenkins list\n!jen", enter=False)
    await terminal.shows(r"Team │ actas: (.|\n)*website(.|\n)*alice in Team> !jen$", after=typed)
    terminal.type("kins list")
    typed = terminal.type("/dm")
    await terminal.shows(r"alice in the dm> ", after=typed)
    typed = terminal.type("accounts")
    await terminal.shows(r"alice · actas │ actas: (.|\n)*• jenkins · alice", after=typed)
    typed = terminal.type("connect github")
    await terminal.shows(r"Say `cancel` to stop", after=typed)
    link = _only(r"\n(https?://\S+/login/oauth/authorize\?\S+)\n", terminal.text)
    assert "/callback/github?code=" in await authorise(link, "alice")
    terminal.type("cancel\n/room")
    await _ends_well(terminal, "\x04")


async def test_what_the_demo_offers_can_be_tried(terminal: Terminal) -> None:
    """A pipeline that asks, tests that fail, files, a question in a thread, GitHub and GitLab.

    Ctrl-C ends the demo as well as Ctrl-D does.
    """
    await terminal.shows(r"All \d+ steps came out right")
    typed = terminal.type("!j build shop\n!j build api-tests")
    await terminal.shows(r"UNSTABLE(.|\n)*2 of 43 tests failed", after=typed)
    # Both have their say in their threads, too; only then is the newest thread another.
    await terminal.shows(r"Team ⤷ │ actas: shop #4 (.|\n)*It asks: Release it", after=typed)
    await terminal.shows(r"Team ⤷ │ actas: The end of the log of api-tests", after=typed)
    typed = approved = terminal.type("!j approve shop TO=all\n!j artifacts api-tests report.txt")
    await terminal.shows(r"Team │ actas: \[file report.txt\]", after=typed)
    typed = terminal.type("!j build rotate-keys")
    await terminal.shows(r"Team ⤷ │ actas: What is TICKET\?", after=typed)
    typed = terminal.type("/thread\nOPS-12")
    await terminal.shows(r"alice · actas │ actas: (.|\n)*What is PASSPHRASE\?", after=typed)
    terminal.type("/dm\ncancel")
    await _connect(terminal, "connect github token", r"ghp_\w+", "alice on GitHub")
    await _connect(terminal, "connect gitlab", r"glpat-\w+", r"alice \(1\) on GitLab")
    typed = terminal.type("/room\n!gh issues\n!gl issues team/guide")
    await terminal.shows(r"Team │ actas: (.|\n)*The cart forgets its prices", after=typed)
    await terminal.shows(r"Team │ actas: (.|\n)*The chapter on carts is missing", after=typed)
    await terminal.shows(r"shop #4 (.|\n)*SUCCESS\s+after", after=approved)
    await _ends_well(terminal, "\x03")


async def _connect(terminal: Terminal, command: str, token: str, connected: str) -> None:
    """Paste the token that the demo has shown before."""
    offered = _only(rf"\b({token})\n", terminal.text)
    typed = terminal.type(command)
    await terminal.shows(r"then\s+paste\s+it\s+here", after=typed)
    typed = terminal.type(offered)
    await terminal.shows(f"You have authenticated as {connected}", after=typed)


async def _ends_well(terminal: Terminal, key: str) -> None:
    """The next line is the shell's own."""
    await terminal.shows(r"alice in Team> $")
    terminal.type(key, enter=False)
    assert await terminal.ends() == 0
    assert re.search(r"alice in Team> \nStopping everything …\n$", terminal.text)


def _only(pattern: str, text: str) -> str:
    """The one thing that is found."""
    (found,) = set(re.findall(pattern, text))
    return str(found)


async def test_ctrl_c_ends_the_demo_without_a_traceback(terminal: Terminal) -> None:
    """In the middle of the story, too."""
    await terminal.shows(r"Set up after")
    terminal.type("\x03", enter=False)
    assert await terminal.ends() == 130
    assert "Traceback" not in terminal.text


async def test_ctrl_c_at_the_prompt_leaves_the_terminal_as_it_was() -> None:
    """What is typed afterwards is shown again, and line by line."""
    script = (
        "import asyncio\n"
        "from sandbox.prompt import Prompt\n"
        "async def main():\n"
        "    with Prompt.open() as prompt:\n"
        "        await prompt.ask('go on> ')\n"
        "asyncio.run(main())\n"
    )
    async with _on_terminal("-c", script) as terminal:
        before = terminal.attributes()
        await terminal.shows("go on> ")
        assert terminal.attributes() != before
        terminal.type("\x03", enter=False)
        assert await terminal.ends() != 0
        assert terminal.attributes() == before


def _long(title: str, first: int, last: int) -> str:
    return "\n".join([f"Log {title}:", *(f"line {n}" for n in range(first, last + 1))])


@pytest.mark.parametrize(
    ("before", "after", "shown"),
    [
        ("The log:\none\ntwo", "The log:\none\ntwo\none", "The log:\none"),
        (_long("1", 1, 20), _long("2", 3, 22), "Log 2:\nline 21\nline 22"),
        ("shop #4\n▓░\nIt asks: Go?", "shop #4\n▓▓\nIt asks: Go?", "shop #4\n▓▓\nIt asks: Go?"),
        ("shop #4\nIt asks: Go?", "shop #4: 6 s\nIt asks: Go?", "shop #4: 6 s\nIt asks: Go?"),
    ],
    ids=["a log grows", "a long log moves on", "a bar grows", "time passes"],
)
def test_of_an_edited_message_that_grows_only_what_is_new_is_shown(
    before: str, after: str, shown: str
) -> None:
    """A log is not printed all over again; what is short, such as a question, is whole again."""
    rows: list[Row] = []
    chat = Chat(cast("Bot", SimpleNamespace(user="@actas:x")), rows.append)
    alice = SimpleNamespace(user="@alice:x", timeline=Timeline(), device=SimpleNamespace(rooms={}))
    chat.follow(cast("Person", alice))
    message = Message("!r:x", "$1", "@actas:x", 0, {"body": before}, encrypted=True)
    alice.timeline.put(message)
    alice.timeline.put(replace(message, content={"body": after}))
    assert [row.said.plain for row in rows] == [f"actas: {before}", f"actas: {shown} (edited)"]


async def test_a_step_that_goes_wrong_fails_the_demo_and_is_named(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Without a terminal the exit code and one line tell what was wrong."""

    async def wrong(_: object) -> None:
        raise AssertionError("expected a build by Carol")

    monkeypatch.setattr(demo_module, "STORY", {"Carol builds": wrong})
    printed = io.StringIO()
    assert await Demo(Console(file=printed, width=200), stays=False).run() == 1
    assert "FAILED: step 1. Carol builds: AssertionError: expected a build by Carol" in (
        printed.getvalue()
    )
