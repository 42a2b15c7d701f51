"""The bot without Matrix: all of its parts are real but the rooms and what is sent there."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from itertools import count
from types import SimpleNamespace
from typing import Any, Final

from bot.accounts import Accounts
from bot.admission import Admission
from bot.answers import Answers
from bot.builtin import Builtins
from bot.clock import now
from bot.commands.registry import Registry
from bot.confirmations import Confirmations
from bot.connections import Connections
from bot.direct import Direct
from bot.dispatch import Dispatch
from bot.followed import FollowedStore
from bot.following import Followers
from bot.intake import Intake
from bot.journal import Journal
from bot.lanes import Lanes
from bot.leftovers import Leftovers
from bot.matrix.devices import DeviceList
from bot.matrix.inbox import Inbox, Waiting
from bot.matrix.pins import Pins
from bot.metrics import Metrics
from bot.model import Actor, Credential, Message, Place
from bot.pace import Throttle
from bot.plugin import Command, Conversation, Grant, Service
from bot.questions import Questions
from bot.reply import say
from bot.runner import Runner
from bot.secret import Secret
from bot.storage.database import Database
from bot.strays import Strays
from bot.vault.sealer import Sealer
from bot.vault.vault import Vault

ALICE: Final = "@alice:x"
BOB: Final = "@bob:x"
ROOM: Final = "!room"


class Sent:
    """What the bot has sent: a server that takes everything, each transaction once.

    ``failing`` may raise in place of a send; ``patience`` is that of the last one.
    """

    def __init__(self) -> None:
        self.events: list[tuple[str, str, Mapping[str, Any]]] = []  # event id, room, content
        self.removed: list[str] = []
        self.patience = 0.0
        self.failing: Callable[[], None] = lambda: None
        self._known: dict[str, str] = {}
        self._news = asyncio.Event()

    async def send(
        self, room: str, content: Mapping[str, Any], *, txn: str, patience: float = 1, **_: Any
    ) -> str:
        """Take an event; its id."""
        await asyncio.sleep(0)
        self.patience = patience
        self.failing()
        if txn not in self._known:
            self._known[txn] = f"$bot{len(self.events)}"
            self.events.append((self._known[txn], room, content))
            self._news.set()
        return self._known[txn]

    send_notice = send

    async def redact(self, room: str, event_id: str, reason: str) -> bool:
        """Remove an event."""
        del room, reason
        self.removed.append(event_id)
        return True

    async def typing(self, room: str, *, on: bool) -> None:
        """Nobody sees it."""

    async def has(self, text: str) -> None:
        """Wait until this was said."""
        async with asyncio.timeout(10):
            while text not in self.texts:
                await self.more()

    async def more(self) -> None:
        """Wait until anything is said."""
        self._news.clear()
        await self._news.wait()

    @property
    def texts(self) -> list[str]:
        """What was said, with edits as what they make of it."""
        return [content.get("m.new_content", content)["body"] for _, _, content in self.events]


class House:
    """Rooms: those that begin with ``!dm`` are direct messages."""

    def __init__(self) -> None:
        self.open: Callable[[], bool] = lambda: False

    def is_encrypted(self, _room: str) -> bool:
        """All of them."""
        return True

    async def is_open(self, _room: str) -> bool:
        """Whether outsiders can read it."""
        return self.open()

    async def is_private_now(self, room: str, _user: str) -> bool:
        """Whether it is a direct message."""
        return room.startswith("!dm")

    async def direct(self, user: str) -> str:
        """The one with ``user``."""
        return f"!dm-{user}"


class TokenFlow:
    """A token that is pasted: ``alice:11…``."""

    name, start, answer, self_starting = "token", (), ("set auth",), True
    shape, revoke_hint = r"^[a-z]+:11[0-9a-f]{8}$", "Revoke it"

    async def run(self, talk: Conversation) -> Grant:
        """Ask for it."""
        return Grant({"token": await talk.ask(say("Token?"), secret=True)})


class Jenkins:
    """A service with the commands of a test. A token is its account's: ``alice:…``."""

    name, title, aliases, origins = "jenkins", "Jenkins", ("j",), ()

    def __init__(self, commands: Sequence[Command]) -> None:
        self.commands, self.flows = commands, (TokenFlow(),)

    @asynccontextmanager
    async def api(self, credential: Credential):
        """What the commands are given: the credential."""
        yield credential

    async def whoami(self, api: Credential) -> str:
        """The account that is in the token."""
        return api.fields["token"].reveal().partition(":")[0]

    async def revoke(self, _credential: Credential) -> bool:
        """It cannot."""
        return False


class Stage:
    """A bot; ``people`` may use it. ``sent`` is what a bot before it on the same account sent.

    Its service is a Jenkins with ``commands``, or it has other ``services``.
    """

    def __init__(
        self,
        database: Database,
        sealer: Sealer,
        commands: Sequence[Command] = (),
        *,
        services: Sequence[Service[Any]] = (),
        confirm: Sequence[str] = (),
        approve: Sequence[str] = (),
        per_minute: int = 1000,
        people: Sequence[str] = ("@*:x",),
        sent: Sent | None = None,
    ) -> None:
        self.database, self.sent, self.house = database, sent or Sent(), House()
        sender, rooms, lanes = self.sent, self.house, Lanes()
        self.lanes, self.vault, self.pins = lanes, Vault(database, sealer), Pins(database)
        services, builtins = services or [Jenkins(commands)], Builtins("!", ())
        self.accounts = accounts = Accounts(
            self.vault, self.pins, {each.name: each for each in services}
        )
        registry = Registry(services, builtins.commands)
        self._inbox = inbox = Inbox(database, sealer)
        self.journal = journal = Journal(database, sealer, inbox)
        answers, metrics = Answers(sender, rooms, "!"), Metrics()
        intake = Intake(rooms, sender, answers, metrics)
        self.connections = connections = Connections(
            accounts=accounts, answers=answers, intake=intake, rooms=rooms, lanes=lanes
        )
        self.followers = followers = Followers(
            accounts=accounts,
            answers=answers,
            journal=journal,
            registry=registry,
            store=FollowedStore(database, sealer),
        )
        builtins.use(
            registry=registry,
            accounts=accounts,
            connections=connections,
            followers=followers,
            journal=journal,
        )
        questions = Questions(answers, connections)
        confirmations = Confirmations(answers, connections)
        runner = Runner(
            accounts=accounts,
            answers=answers,
            confirmations=confirmations,
            connections=connections,
            followers=followers,
            intake=intake,
            journal=journal,
            questions=questions,
            registry=registry,
            metrics=metrics,
            confirm=confirm,
            approve=approve,
        )
        access = SimpleNamespace(users=people, admins=(), rooms=("*",))
        strays = Strays(
            prefix="!",
            names=["@actas:x"],
            access=access,
            registry=registry,
            answers=answers,
            connections=connections,
            doorman=None,
            intake=intake,
            journal=journal,
            rooms=rooms,
        )
        admission = Admission(
            access=access,
            accounts=accounts,
            answers=answers,
            connections=connections,
            registry=registry,
            rooms=rooms,
            strays=strays,
            throttle=Throttle(per_minute),
            throttles={},
        )
        direct = Direct(
            answers=answers,
            connections=connections,
            intake=intake,
            questions=questions,
            registry=registry,
        )
        self.dispatch = Dispatch(
            prefix="!",
            access=access,
            admission=admission,
            answers=answers,
            confirmations=confirmations,
            connections=connections,
            direct=direct,
            doorman=None,
            followers=followers,
            inbox=inbox,
            intake=intake,
            journal=journal,
            lanes=lanes,
            leftovers=Leftovers(answers, followers, journal),
            questions=questions,
            registry=registry,
            rooms=rooms,
            runner=runner,
            strays=strays,
            verifications=None,
            max_age=300,
        )
        self._numbers = count()

    # ------------------------------------------------------------------ people
    async def meet(self, *users: str, identity: str = "") -> None:
        """The server shows the identity of these; they have connected Jenkins with it."""
        for user in users:
            await self.show(user, identity or key(user))
            fields, identity_of = {"token": Secret("x")}, identity or key(user)
            account = user[1:].partition(":")[0]
            made = datetime.now(UTC)
            await self.vault.put(Credential(user, "jenkins", account, fields, identity_of, made))

    async def show(self, user: str, identity: str) -> None:
        """The server shows this identity of a user."""
        async with self.database.transaction() as connection:
            seen = await self.pins.see(connection, [DeviceList(user, identity)])
        self.pins.learn(seen)

    def message(
        self, user: str, body: str, *, room: str = ROOM, thread: str | None = None, **actor: Any
    ) -> Message:
        """What somebody says next, all in one Megolm session of each room."""
        number = next(self._numbers)
        actor = {"identity": key(user), "private": room.startswith("!dm"), **actor}
        who = Actor(user, room, "PHONE", **actor)
        place = Place(f"{user} {room}", number, 0)
        return Message(who, f"${number}", body, now(), thread, place=place)

    async def says(self, user: str, body: str, **how: Any) -> Message:
        """Somebody says something, and the bot takes care of it."""
        message = self.message(user, body, **how)
        await self.hears(message)
        await self.rests()
        return message

    async def hears(self, message: Message) -> None:
        """A message arrives, if it concerns the bot."""
        actor = message.actor
        wanted = self.dispatch.concerns(
            actor.user, actor.room, message.body, private=actor.private, mentions_bot=False
        )
        async with self.database.transaction() as connection:
            new = await self._inbox.add(connection, [message] if wanted else [])
        if new:
            self.dispatch.deliver([Waiting(message, now())])

    async def rests(self) -> None:
        """Wait until nothing runs in the lanes, nor in a conversation that does not wait."""
        for _ in range(3):
            while self.lanes._tasks:
                await asyncio.gather(*self.lanes._tasks)
            await asyncio.sleep(0.01)

    async def close(self) -> None:
        """Stop."""
        await self.connections.close()
        await self.followers.close()
        await self.lanes.close(0)


def key(user: str) -> str:
    """The identity that a user has."""
    return user[1] * 43
