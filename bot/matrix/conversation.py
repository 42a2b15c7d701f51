"""Talking a flow through with one person, in their encrypted direct message."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Awaitable, Callable, Mapping
from typing import Final, Literal

from bot.connect.callback import Callbacks, Expected
from bot.errors import ConfigError, UserError
from bot.model import Place
from bot.plugin import Abandoned
from bot.prose import again
from bot.reply import Link, Mono, Reply, line, say
from bot.secret import Secret

PATIENCE: Final = 600.0  # seconds that an answer is waited for
TRIES: Final = 3  # codes of the bot's page

Waiting = Literal["secret", "text", "choice"]
Say = Callable[[Reply], Awaitable[None]]


class _Refused(Exception):
    """The service's page sent the person back with a refusal, so that nothing needs saying."""


class Talk:
    """A conversation about one service (``plugin.Conversation``).

    ``room`` is the direct message. ``waiting`` is what kind of answer is waited for at the moment;
    ``answered`` is where the person's last word in it stands. ``first`` answers the first question
    before it is put.
    """

    def __init__(
        self,
        *,
        user: str,
        service: str,
        title: str,
        room: str,
        say_there: Say,
        callbacks: Callbacks | None = None,
        first: Secret | None = None,
    ) -> None:
        self.user, self.service, self.title, self.room = user, service, title, room
        self._callbacks = callbacks
        self.waiting: Waiting | None = None
        self.answered: Place | None = None
        self._say, self._first = say_there, first
        self._answer: asyncio.Future[Secret] | None = None

    async def tell(self, reply: Reply) -> None:
        """Say something."""
        await self._say(reply)

    async def ask(self, prompt: Reply, *, secret: bool) -> Secret:
        """Ask and wait for a text; a secret one has been redacted when it comes here.

        Raises:
            Abandoned: ten minutes without an answer.
        """
        if self._first is not None:
            first, self._first = self._first, None
            return first
        return await self._ask(prompt, "secret" if secret else "text")

    async def confirm(self, question: Reply) -> bool:
        """Ask a question that "yes" or "no" answers.

        Raises:
            Abandoned: ten minutes without an answer.
        """
        answer = await self._ask(question, "choice")
        while (word := answer.reveal().strip().casefold()) not in ("yes", "no"):
            again = say("Please say ", Mono("yes"), " or ", Mono("no"), ".")
            answer = await self._ask(again, "choice")
        return word == "yes"

    async def callback(
        self,
        url: Callable[[str], str | Awaitable[str]],
        arrived: Callable[[Mapping[str, str]], None] | None = None,
    ) -> Mapping[str, str]:
        """Send the person to a page, and wait for who comes back, and for the code from them.

        ``arrived`` is told of who comes back before it is known who they are.

        Raises:
            Abandoned: ten minutes without an answer.
            UserError: three codes were wrong.
            ConfigError: the bot has no page to come back to.
        """
        if self._callbacks is None:
            raise ConfigError("web.public_url", "is not set", f"{self.title} needs it to connect")
        expected = self._callbacks.expect(self.user, self.service, self.title)
        if arrived is not None:
            expected.came.add_done_callback(lambda came: arrived(came.result()))
        try:
            found = url(expected.address)
            page = await found if inspect.isawaitable(found) else found
            return await self._visit(expected, page)
        finally:
            self._callbacks.forget(expected)

    async def _visit(self, expected: Expected, page: str) -> Mapping[str, str]:
        """The query that the person came back with, once the code says that it was they."""
        prompt = Reply(
            (
                line("Open ", Link(page, page)),
                line(
                    f"Log in to {self.title} as the account to use, and authorise it. You then see "
                    "a page of mine with a code: say that code here. The link is for you alone."
                ),
                line("Say ", Mono("cancel"), " to stop."),
            )
        )
        expected.came.add_done_callback(lambda _: self._interrupt(expected))
        for left in reversed(range(TRIES)):
            said = await self._code(expected, prompt)
            if expected.refused or (said is not None and expected.is_code(said)):
                return expected.came.result()
            prompt = say(f"That is not the code on the page. You can try {again(left)}.")
        raise UserError(
            "None of these was the code on the page, so nothing is connected.",
            f"Say `connect {self.service}` for a new link.",
        )

    async def _code(self, expected: Expected, prompt: Reply) -> str | None:
        """What the person says once somebody has come back; None where that was with a refusal."""
        while not expected.refused:
            try:
                said = (await self._ask(prompt, "text")).reveal()
            except _Refused:
                break
            if expected.came.done():
                return said
            prompt = say(
                "Nobody has come back from that page yet. Open the link above, and say the code "
                "that you see at its end."
            )
        return None

    def _interrupt(self, expected: Expected) -> None:
        if expected.refused and self._answer is not None and not self._answer.done():
            self._answer.set_exception(_Refused())

    def give(self, answer: Secret, place: Place | None = None) -> bool:
        """Hand over the person's answer. False where none is waited for."""
        if self._answer is None or self._answer.done():
            return False
        self.answered = place
        self._answer.set_result(answer)
        return True

    async def _ask(self, prompt: Reply, kind: Waiting) -> Secret:
        self._answer, self.waiting = asyncio.get_running_loop().create_future(), kind
        cancel = line("Say ", Mono("cancel"), " to stop.") if kind == "secret" else None
        try:
            await self._say(Reply((*prompt.blocks, cancel)) if cancel else prompt)
            async with asyncio.timeout(PATIENCE):
                return await self._answer
        except TimeoutError:
            raise Abandoned from None
        finally:
            self._answer = self.waiting = None
