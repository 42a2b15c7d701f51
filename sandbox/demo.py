"""The demo: plays the story in a world of its own, then lets you take part."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterator
from contextlib import AsyncExitStack, contextmanager
from typing import Final

from rich.console import Console, RenderableType
from rich.rule import Rule
from rich.text import Text

from sandbox.bot import BotDied
from sandbox.chat import Chat
from sandbox.prompt import Prompt
from sandbox.story import STORY, Stage
from sandbox.world import World

_INVITATION: Final = """\
You are Alice now, and everything here is gone when you leave.
  in the room   !jenkins list · !j build website · !t search #actas · !help
  in the dm     the same without the exclamation mark: accounts · help
  /room and /dm change between the two, /quit ends."""


class Demo:
    """One run of the demo on a console; with a terminal it stays after the story."""

    def __init__(self, console: Console, *, stays: bool) -> None:
        self._console, self._stays = console, stays
        self._began = time.monotonic()
        self._prompt: Prompt | None = None

    async def run(self) -> int:
        """Play; return the exit code: 0 if each step came out right, else 1."""
        async with AsyncExitStack() as stack:
            try:
                stage = await self._set_up(stack)
            except (BotDied, RuntimeError) as error:
                self._fail("the sandbox did not start", error, "")
                return 1
            for number, title in enumerate(STORY, start=1):
                if not await self._play(stage, number, title):
                    return 1
            self._say(
                f"All {len(STORY)} steps came out right after {self._elapsed()}.", "bold green"
            )
            if self._stays:
                await self._stay(stage)
        return 0

    async def _set_up(self, stack: AsyncExitStack) -> Stage:
        with self._busy("Starting Jenkins and X") as tell:
            world = await stack.enter_async_context(World.open(tell=tell))
            tell("Starting the bot")
            bot = await stack.enter_async_context(world.bot())
            tell("Alice, Bob and Carol set up their devices")
            stage = await stack.enter_async_context(Stage.set_up(world, bot))
        self._say(f"Set up after {self._elapsed()}: Synapse on {world.homeserver.url}", "dim")
        stage.note = lambda text: self._say(f"→ {text}", "italic")
        chat = Chat(bot, self._show)
        for person in stage.people:
            chat.follow(person)
        return stage

    async def _play(self, stage: Stage, number: int, title: str) -> bool:
        heading = f"{number}. {title}"
        self._console.print(Rule(heading, align="left"))
        try:
            with self._busy(heading, quiet=True):
                await STORY[title](stage)
                await asyncio.gather(*(person.catches_up() for person in stage.people))
        except Exception as error:  # noqa: BLE001  # whatever went wrong is what the demo reports
            self._fail(f"step {heading}", error, stage.bot.log())
            return False
        self._say("✓ as it should be", "green")
        return True

    async def _stay(self, stage: Stage) -> None:
        self._console.print(Rule("Your turn"))
        self._say(_INVITATION, "")
        rooms = {"/room": stage.team, "/dm": stage.dms["alice"]}
        labels = {"/room": "alice in Team> ", "/dm": "alice in the dm> "}
        here = "/room"
        with Prompt.open() as self._prompt:
            while True:
                typed = await self._prompt.ask(labels[here])
                line = "/quit" if typed is None else typed.strip()
                if line == "/quit":
                    return
                if line in rooms:
                    here = line
                elif line.startswith("/"):
                    self._say("There are /room, /dm and /quit.", "dim")
                elif line:
                    await stage.alice.say(rooms[here], line)

    @contextmanager
    def _busy(self, text: str, *, quiet: bool = False) -> Iterator[Callable[[str], None]]:
        """Show what is being waited for: a spinner on a terminal, else a line each."""
        if self._console.is_terminal:
            with self._console.status(text) as status:
                yield status.update
        else:
            if not quiet:
                self._say(f"{text} …", "")
            yield lambda news: self._say(f"{news} …", "")

    def _fail(self, where: str, error: BaseException, log: str) -> None:
        self._say(f"FAILED: {where}: {type(error).__name__}: {error}", "bold red")
        if log:
            self._say("The end of the bot's log:\n" + "\n".join(log.splitlines()[-30:]), "dim")

    def _say(self, text: str, style: str) -> None:
        self._show(Text(text, style=style))

    def _show(self, text: RenderableType) -> None:
        if self._prompt is None:
            self._console.print(text)
        else:
            self._prompt.above(lambda: self._console.print(text))

    def _elapsed(self) -> str:
        return f"{time.monotonic() - self._began:.0f} s"
