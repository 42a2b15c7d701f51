"""What stands around a service in a test: a person to talk to, progress, and a call.

They behave as the real ones do towards a service (``bot/matrix/conversation.py`` and the
dispatcher), and keep what they were given, for assertions.
"""

from __future__ import annotations

import inspect
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from bot.model import Actor, Credential
from bot.plugin import Abandoned, Call, Command, Question, Ready, Service
from bot.reply import Inline, Items, Line, Link, Pre, Quote, Reply, Table
from bot.secret import Secret

BACK = "http://127.0.0.1:8095/callback/fake?state=fake-state-of-a-visit"
IDENTITY = "c2lnbmVkLWJ5LWFsaWNl"


@dataclass(frozen=True, slots=True)
class Asked:
    """A question that was put, and whether its answer was announced as a secret."""

    prompt: Reply
    secret: bool


class FakeConversation:
    """A person who gives ``answers`` one after the other, and leaves when they have no more.

    An answer that is an exception is raised. ``confirms`` answers the yes-or-no questions;
    ``visit`` plays the browser: it is given the address and returns the callback's query; one who
    ``leaves`` then does not type the code of the bot's page.
    """

    def __init__(
        self,
        answers: Iterable[str | Exception] = (),
        *,
        confirms: Iterable[bool] = (),
        visit: Callable[[str], Awaitable[Mapping[str, str]]] | None = None,
        leaves: bool = False,
    ) -> None:
        self._answers, self._confirms, self._visit = list(answers), list(confirms), visit
        self._leaves = leaves
        self.told: list[Reply] = []
        self.asked: list[Asked] = []
        self.confirmed: list[Reply] = []
        self.visited: list[str] = []

    @property
    def said(self) -> str:
        """Everything that the person was told or asked, as plain text."""
        return "\n".join([*map(plain, self.told), *(plain(asked.prompt) for asked in self.asked)])

    async def tell(self, reply: Reply) -> None:
        self.told.append(reply)

    async def ask(self, prompt: Reply, *, secret: bool) -> Secret:
        self.asked.append(Asked(prompt, secret))
        if not self._answers:
            raise Abandoned
        answer = self._answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return Secret(answer)

    async def confirm(self, question: Reply) -> bool:
        self.confirmed.append(question)
        if not self._confirms:
            raise Abandoned
        return self._confirms.pop(0)

    async def callback(
        self,
        url: Callable[[str], str | Awaitable[str]],
        arrived: Callable[[Mapping[str, str]], None] | None = None,
    ) -> Mapping[str, str]:
        if self._visit is None:
            raise Abandoned
        found = url(BACK)
        address = await found if inspect.isawaitable(found) else found
        self.visited.append(address)
        came = await self._visit(address)
        if arrived is not None:
            arrived(came)
        if self._leaves:
            raise Abandoned
        return came


class SilentProgress:
    """Keeps what a person would have seen of a long command while it ran."""

    def __init__(self) -> None:
        self.updates: list[Reply] = []

    async def update(self, reply: Reply) -> None:
        self.updates.append(reply)


class FakeFollowing:
    """Keeps what was to be followed no more; ``topics`` is what is followed at first."""

    def __init__(self, *topics: str) -> None:
        self.topics = list(topics)

    async def stop(self, topic: str = "") -> tuple[str, ...]:
        stopped = tuple(t for t in self.topics if topic in ("", t))
        self.topics = [t for t in self.topics if t not in stopped]
        return stopped


@dataclass(slots=True)
class Talked:
    """What came of a command that looks before it runs: what it asked, and how it is run."""

    asked: list[Question]
    ready: Ready | None = None
    reply: Reply | None = None


async def prepared(
    call: Call[Any],
    command: Command,
    bound: Mapping[str, Any],
    answers: Mapping[str, str] = {},
) -> Talked:
    """Let a command look, and answer what it asks; it is left alone where there is no answer."""
    talked, given = Talked([]), dict[str, Any]()
    if command.prepare is None:
        talked.ready = Ready(bound)
    while command.prepare is not None:
        match await command.prepare(call, given, **bound):
            case Question() as question:
                talked.asked.append(question)
                if question.name not in answers:
                    break
                answer = answers[question.name]
                assert not question.choices or answer in question.choices
                given[question.name] = Secret(answer) if question.secret else answer
            case Ready() as ready:
                talked.ready = ready
                break
            case reply:
                talked.reply = reply
                break
    return talked


def credential_for(
    service: Service[Any], user: str, account: str, fields: Mapping[str, str]
) -> Credential:
    """A credential as the vault would hand it out; ``fields`` in plain."""
    return Credential(
        user=user,
        service=service.name,
        account=account,
        fields={name: Secret(value) for name, value in fields.items()},
        identity=IDENTITY,
        created=datetime.now(UTC),
    )


@asynccontextmanager
async def call_for(
    service: Service[Any],
    user: str,
    credential: Credential,
    *,
    private: bool = False,
    progress: SilentProgress | None = None,
    following: FakeFollowing | None = None,
) -> AsyncIterator[Call[Any]]:
    """A call of one command by ``user``, whose client is closed after it."""
    actor = Actor(
        user=user,
        room="!team:example.org",
        device="DEVICE",
        identity=credential.identity,
        private=private,
    )
    async with service.api(credential) as api:
        yield Call(
            actor,
            credential.account,
            api,
            progress or SilentProgress(),
            following or FakeFollowing(),
        )


def plain(reply: Reply) -> str:
    """What a reply says, without any markup; links show their text and address."""
    lines: list[str] = []
    for block in reply.blocks:
        match block:
            case Line(parts):
                lines.append(_inline(parts))
            case Items(items, start):
                for number, item in enumerate(items, start or 0):
                    mark = "-" if start is None else f"{number}."
                    lines.append(f"{mark} {_inline(item.parts)}")
            case Table(header, rows):
                lines.append(" | ".join(header))
                lines.extend(" | ".join(_inline((cell,)) for cell in row) for row in rows)
            case Pre(text) | Quote(text):
                lines.append(text)
    return "\n".join(lines)


def links(reply: Reply) -> list[Link]:
    """The hyperlinks of a reply, in order."""
    found: list[Inline] = []
    for block in reply.blocks:
        match block:
            case Line(parts):
                found.extend(parts)
            case Items(items):
                found.extend(part for item in items for part in item.parts)
            case Table(_, rows):
                found.extend(cell for row in rows for cell in row)
    return [part for part in found if isinstance(part, Link)]


def _inline(parts: Iterable[Inline]) -> str:
    return "".join(
        part
        if isinstance(part, str)
        else f"{part.text} ({part.url})"
        if isinstance(part, Link)
        else part.text
        for part in parts
    )
