"""Talking a flow through with one person, in their encrypted direct message."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final, Literal

from bot.model import Place
from bot.plugin import Abandoned
from bot.reply import Mono, Reply, line, say
from bot.secret import Secret

PATIENCE: Final = 600.0  # seconds that an answer is waited for

Waiting = Literal["secret", "text", "choice"]
Say = Callable[[Reply], Awaitable[None]]


class Talk:
    """A conversation about one service (``plugin.Conversation``).

    ``room`` is the direct message. ``waiting`` is what kind of answer is waited for at the moment;
    ``answered`` is where the person's last word in it stands. ``first`` answers the first question
    before it is put.
    """

    def __init__(
        self, *, user: str, service: str, room: str, say_there: Say, first: Secret | None = None
    ) -> None:
        self.user, self.service, self.room = user, service, room
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
