"""The private world as a whole: homeserver, services, bots and people."""

from __future__ import annotations

import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from itertools import count
from pathlib import Path
from typing import Any, Final, Self

from sandbox.bot import Bot
from sandbox.jenkins import BUILD, CANCEL, READ, JenkinsStandIn, choice, string
from sandbox.person import Person
from sandbox.synapse import Synapse, synapse
from sandbox.x import XStandIn

Arrive = Callable[..., Awaitable[Person]]
"""``await arrive("alice", strict=True)``: see :meth:`Person.arrive`; names are made unique."""

ACCOUNTS: Final = ("alice", "bob", "carol")
"""Who has an account on Jenkins and on X."""


def _silent(_: str) -> None:
    """Tell nobody."""


class World:
    """A homeserver, a Jenkins and an X, and whoever is brought into it.

    ``tokens`` are the API tokens on Jenkins, by account. There, ``website`` may be built by
    everybody, and ``deploy-prod`` and what is in the folder ``tools`` by Alice alone.
    """

    def __init__(
        self, home: Path, homeserver: Synapse, jenkins: JenkinsStandIn, x: XStandIn
    ) -> None:
        self.home, self.homeserver, self.jenkins, self.x = home, homeserver, jenkins, x
        self.tokens = _furnish(jenkins)
        self._bots: list[Bot] = []
        self._people: list[Person] = []
        self._names: dict[str, count[int]] = {}

    @classmethod
    @asynccontextmanager
    async def open(
        cls, home: Path | None = None, *, tell: Callable[[str], None] = _silent
    ) -> AsyncIterator[Self]:
        """Start everything but bots and people in ``home`` (or a temporary directory).

        ``tell`` hears what is being waited for.
        """
        async with AsyncExitStack() as stack:
            if home is None:
                directory = tempfile.TemporaryDirectory(prefix="actas-sandbox-")
                home = Path(stack.enter_context(directory))
            jenkins = await stack.enter_async_context(JenkinsStandIn())
            x = await stack.enter_async_context(XStandIn(*ACCOUNTS))
            tell("Starting a homeserver (Synapse)")
            rooms = home / "synapse"
            rooms.mkdir()
            homeserver = await stack.enter_async_context(synapse(rooms))
            yield cls(home, homeserver, jenkins, x)

    @asynccontextmanager
    async def guests(self) -> AsyncIterator[Arrive]:
        """People who stay until the end of the block; they join where a bot invites them."""
        here: list[Person] = []

        async def arrive(name: str, **options: Any) -> Person:
            bots = [bot.user for bot in self._bots]
            options["joins_for"] = [*options.get("joins_for", ()), *bots]
            person = await Person.arrive(self.homeserver, self.unique(name), **options)
            here.append(person)
            self._people.append(person)
            return person

        try:
            yield arrive
        finally:
            for person in here:
                self._people.remove(person)
                await person.close()

    @asynccontextmanager
    async def bot(self, name: str = "actas", *, start: bool = True) -> AsyncIterator[Bot]:
        """A bot with an account and a state of its own, stopped at the end of the block."""
        name = self.unique(name)
        login = await self.homeserver.register(name, f"password of {name}")
        home = self.home / name
        home.mkdir()
        bot = Bot(self.homeserver, login, home, self._services())
        bot.environment["TWITTER_CONSUMER_KEY"] = self.x.consumer_key
        bot.environment["TWITTER_CONSUMER_SECRET"] = self.x.consumer_secret
        self._bots.append(bot)
        for person in self._people:
            person.joins_for.add(bot.user)
        try:
            if start:
                await bot.start()
            yield bot
        finally:
            self._bots.remove(bot)
            await bot.close()

    def _services(self) -> dict[str, Any]:
        return {
            "jenkins": {"type": "jenkins", "aliases": ["j"], "url": self.jenkins.url},
            "twitter": {
                "type": "twitter",
                "aliases": ["t"],
                "api_url": self.x.url,
                "consumer_key": "env:TWITTER_CONSUMER_KEY",
                "consumer_secret": "env:TWITTER_CONSUMER_SECRET",
            },
        }

    def unique(self, name: str) -> str:
        """A local user id that nobody has yet: ``alice``, then ``alice-2``."""
        number = next(self._names.setdefault(name, count(1)))
        return name if number == 1 else f"{name}-{number}"


def _furnish(jenkins: JenkinsStandIn) -> dict[str, str]:
    jenkins.quiet_period = 0
    jenkins.add_job("website", description="The public website")
    jenkins.add_job("deploy-prod", [choice("ENV", "staging", "prod"), string("VERSION", "main")])
    jenkins.add_folder("tools")
    jenkins.add_job("tools/nightly report")
    tokens = {name: jenkins.add_user(name, name.title()) for name in ACCOUNTS}
    for name in ACCOUNTS:
        jenkins.allow(name, "", READ)
        jenkins.allow(name, "website", BUILD, CANCEL)
    jenkins.allow("alice", "", BUILD, CANCEL)
    return tokens
