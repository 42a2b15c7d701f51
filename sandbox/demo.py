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
from sandbox.github import GitHubStandIn
from sandbox.http_apis import GitLabStandIn
from sandbox.playground import furnish, offer_github, offer_gitlab, slow_down
from sandbox.prompt import Prompt
from sandbox.story import STORY, Stage
from sandbox.turn import Turn
from sandbox.world import ACCOUNTS, World

_INVITATION: Final = """\
You are Alice now, and everything here is gone when you leave.

Where you type   /room, /dm, or /thread: the one with the newest message; /quit
                 In the room say !help, in the dm help.
Build            !j build website
Answer           !j build shop, and once it asks, !j approve shop TO=all
                 !j build rotate-keys, then /thread: it lacks something
Look into it     !j build api-tests, which fail, and !j tests api-tests
X                !t timeline
Yourself         /dm, then accounts, history, forget me
                 Your token for Jenkins stands in step 1.
GitHub           /dm, then connect github, and open its link on this machine
                 Without one: connect github token, and paste
                 {github}
                 Then gh issues, gh run deploy, gh pr merge 3
GitLab           /dm, then connect gitlab, and paste
                 {gitlab}
                 Then gl issues team/guide, gl merge team/guide!1"""


class Demo:
    """One run of the demo on a console; with a terminal it stays after the story.

    ``pace`` times as long as one likes to watch is what takes its time after it.
    """

    def __init__(self, console: Console, *, stays: bool, pace: float = 1.0) -> None:
        self._console, self._stays, self._pace = console, stays, pace
        self._began = time.monotonic()
        self._prompt: Prompt | None = None
        self._tokens: dict[str, str] = {}

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
        with self._busy("Starting Jenkins, X, GitHub and GitLab") as tell:
            world = await stack.enter_async_context(World.open(tell=tell))
            furnish(world.jenkins, world.x, self._pace)
            github = await stack.enter_async_context(GitHubStandIn(*ACCOUNTS))
            gitlab = await stack.enter_async_context(GitLabStandIn())
            tell("Starting the bot")
            bot = await stack.enter_async_context(world.bot(start=False))
            self._tokens["github"] = offer_github(bot, github)
            self._tokens["gitlab"] = offer_gitlab(bot, gitlab)
            await bot.start()
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
        slow_down(stage.world.jenkins)
        self._say(_INVITATION.format(**self._tokens), "")
        room, dm = stage.team, stage.dms["alice"]
        with Prompt.open() as self._prompt, _left_by_ctrl_c():
            await Turn(stage.alice, self._prompt, self._remark, room=room, dm=dm).run()
        self._remark("Stopping everything …")

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

    def _remark(self, text: str) -> None:
        self._say(text, "dim")

    def _say(self, text: str, style: str) -> None:
        self._show(Text(text, style=style))

    def _show(self, text: RenderableType) -> None:
        if self._prompt is None:
            self._console.print(text, crop=False)
        else:
            self._prompt.above(lambda: self._console.print(text, crop=False))

    def _elapsed(self) -> str:
        return f"{time.monotonic() - self._began:.0f} s"


@contextmanager
def _left_by_ctrl_c() -> Iterator[None]:
    """A block that Ctrl-C ends, as good a way out as any: what comes after it goes on."""
    try:
        yield
    except asyncio.CancelledError:  # that is how asyncio tells the main task of Ctrl-C
        task = asyncio.current_task()
        if task is None or task.uncancel():
            raise
