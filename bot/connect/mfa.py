"""A code of a second factor: for services whose stored credential alone is not enough.

A service declares one :class:`SecondFactor` and raises ``StepUp(second.flow(credential), need)``
where a code is needed::

    second = SecondFactor(title="AWS", code="the code of your MFA device", open=self._open)

Codes are guessed easily, so wrong ones are counted for each user: after three it waits, whichever
command asks next. What is counted is gone with a restart; the service counts for itself.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final

from bot.clock import now
from bot.errors import UserError
from bot.model import Credential
from bot.plugin import Conversation, Grant
from bot.prose import again
from bot.recent import Recent
from bot.reply import say
from bot.secret import Secret

TRIES: Final = 3
_WAIT: Final = 300_000  # ms after three wrong codes
_SPENT: Final = 180_000  # ms for which a code is remembered; it is good for less


class WrongCode(Exception):
    """The service does not accept the code."""


@dataclass(slots=True)
class _Record:
    """What one user has tried. ``opens`` (ms) is when they may try again."""

    wrong: int = 0
    last: int = 0
    opens: int = 0
    spent: Secret | None = None
    spent_at: int = 0

    def miss(self, at: int) -> bool:
        """One more wrong code; whether it was the one too many."""
        self.wrong, self.last = self.wrong + 1, at
        if full := self.wrong >= TRIES:
            self.wrong, self.opens = 0, at + _WAIT
        return full

    def spend(self, code: Secret, at: int) -> None:
        """The code was right."""
        self.wrong, self.spent, self.spent_at = 0, code, at

    def is_spent(self, code: Secret, at: int) -> bool:
        """Whether it was right a moment ago, so that the service takes it no more."""
        return self.spent is not None and at - self.spent_at < _SPENT and self.spent == code


@dataclass(frozen=True, slots=True, kw_only=True)
class SecondFactor:
    """How one service turns a code into a credential that can be used.

    ``title`` is the service for people, ``code`` how its code is called ("the code of your MFA
    device"), ``pattern`` what a code matches without its spaces. ``open(credential, code)`` returns
    what takes the place of the credential, and raises :class:`WrongCode`. ``clock`` is in ms.
    """

    title: str
    code: str
    open: Callable[[Credential, Secret], Awaitable[Grant]] = field(repr=False)
    pattern: str = r"[0-9]{6}"
    clock: Callable[[], int] = now
    _records: Recent[tuple[str, str], _Record] = field(default_factory=Recent, repr=False)

    def flow(self, credential: Credential) -> CodeFlow:
        """The flow that asks the credential's owner for a code."""
        return CodeFlow(self, credential)

    def record(self, credential: Credential) -> _Record:
        """What the credential's owner has tried here; old misses are forgotten."""
        key = credential.user, credential.service
        record = self._records.get(key) or _Record()
        if record.last <= self.clock() - _WAIT:
            record.wrong = 0
        self._records[key] = record
        return record


@dataclass(slots=True)
class CodeFlow:
    """The flow: ask for a code, let the service take it. See :class:`~bot.plugin.Flow`.

    A code is good for a moment, so it has no ``shape`` and needs no revoking.
    """

    second: SecondFactor
    credential: Credential
    name: str = "code"
    start: Sequence[str] = ()
    answer: Sequence[str] = ()
    self_starting: bool = False
    shape: str = ""
    revoke_hint: str = ""

    async def run(self, talk: Conversation) -> Grant:
        """Ask for the code, until three were wrong.

        Raises:
            Abandoned: the person cancelled, or went away.
            UserError: three codes were wrong, now or a few minutes ago; or no answer was a code.
            ServiceError: the service does not accept the credential, or does not do its part.
        """
        problem = ""
        for _ in range(2 * TRIES):  # so that a few slips do not end it
            self._must_be_open()
            code = await self._ask(talk, problem)
            self._must_be_open()  # another command may have asked meanwhile
            outcome = await self._try(code)
            if isinstance(outcome, Grant):
                return outcome
            problem = outcome
        raise UserError(problem, "Say the command again when you have a code.")

    async def _ask(self, talk: Conversation, problem: str) -> Secret:
        why = problem or f"{self.second.title} asks for a code."
        return await talk.ask(say(f"{why} Say {self.second.code}."), secret=True)

    async def _try(self, answer: Secret) -> Grant | str:
        """What the code opens, or what is wrong with it."""
        code = Secret("".join(answer.reveal().split()))
        if not re.fullmatch(self.second.pattern, code.reveal()):  # it may be a password
            return "That is no such code; it was not sent to anybody."
        record = self.second.record(self.credential)
        if record.is_spent(code, self.second.clock()):
            return "That code was used already; wait for the next one."
        try:
            grant = await self.second.open(self.credential, code)
        except WrongCode:
            pass
        else:
            record.spend(code, self.second.clock())
            return grant
        if record.miss(self.second.clock()):
            self._must_be_open()
        tries = again(TRIES - record.wrong)
        return f"{self.second.title} does not accept that code. You can try {tries}."

    def _must_be_open(self) -> None:
        opens = self.second.record(self.credential).opens
        if self.second.clock() < opens:
            at = datetime.fromtimestamp(opens / 1000, UTC)
            raise UserError(
                f"{self.second.title} did not accept {TRIES} codes of yours.",
                f"You can try again at {at:%H:%M:%S} UTC.",
            )
