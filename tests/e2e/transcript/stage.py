"""The world of one transcript: a bot, a Jenkins and an X of its own, and whoever is named."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Final, Self

from sandbox.bot import Bot
from sandbox.jenkins import JenkinsStandIn
from sandbox.person import Person
from sandbox.world import ACCOUNTS, Arrive, World
from sandbox.x import XStandIn
from tests.e2e.screen.timeline import Shown
from tests.e2e.seat import Seat
from tests.e2e.steps import led_dm, meet, open_dm
from tests.e2e.transcript.ears import Ears
from tests.e2e.transcript.parser import BOT
from tests.e2e.transcript.script import Place

JENKINS: Final = "https://jenkins.example.org"
X: Final = "https://x.example.org"
SERVER: Final = "example.org"


@dataclass
class Stage:
    """``known`` is what the file's ``{names}`` stand for; ``rooms`` are there by their places.
    ``beside`` are the events that are not part of the chat, or already in a picture; ``pictures``
    are the messages that a picture of this name shows.

    The bot is not started, so that its configuration can be changed.
    """

    bot: Bot
    jenkins: JenkinsStandIn
    x: XStandIn
    arrive: Arrive
    ears: Ears
    people: dict[str, Person] = field(default_factory=dict)
    rooms: dict[Place, str] = field(default_factory=dict)
    known: dict[str, str] = field(default_factory=dict)
    beside: set[str] = field(default_factory=set)
    pictures: dict[str, list[Shown]] = field(default_factory=dict)

    @classmethod
    @asynccontextmanager
    async def set_up(cls, world: World) -> AsyncIterator[Self]:
        """An empty Jenkins, where Alice may do everything and others look, and an empty X."""
        async with (
            JenkinsStandIn() as jenkins,
            XStandIn(*ACCOUNTS) as x,
            world.bot(start=False) as bot,
            world.guests() as arrive,
        ):
            jenkins.quiet_period = 0
            services = bot.config["services"]
            services["jenkins"]["url"], services["twitter"]["api_url"] = jenkins.url, x.url
            bot.environment["TWITTER_CONSUMER_KEY"] = x.consumer_key
            bot.environment["TWITTER_CONSUMER_SECRET"] = x.consumer_secret
            yield cls(bot, jenkins, x, arrive, Ears(bot.user))

    async def person(self, name: str) -> Person:
        """Who is called that; they arrive when they are first named."""
        if name not in self.people:
            self.people[name] = await self.arrive(name)
            self.ears.follow(self.people[name])
        return self.people[name]

    async def dm(self, name: str) -> Seat:
        """Somebody's direct message with the bot; they open it where there is none."""
        place = Place(name, private=True)
        if place not in self.rooms:
            seat = await open_dm(await self.person(name), self.bot)
            self.rooms[place] = seat.room
        return Seat(await self.person(name), self.bot, self.rooms[place])

    async def meet(self, room: str, *names: str, may_remove: bool) -> None:
        """Let people meet in a room with the bot, which ``may_remove`` what others say."""
        people = [await self.person(name) for name in names]
        power = {people[0].user: 100, self.bot.user: 50} if may_remove else None
        seats = await meet(self.bot, *people, name=room.title(), power=power)
        self.rooms[Place(room)] = seats[0].room

    async def room(self, place: Place) -> str:
        """A room's id; a direct message that is not known is waited for: the bot opens it."""
        if place not in self.rooms:
            if not place.private:
                raise LookupError(f"nobody is in {place}: say who, before the first place")
            seat = await led_dm(await self.person(place.name), self.bot)
            self.rooms[place] = seat.room
        return self.rooms[place]

    def as_said(self, text: str) -> str:
        """A text of the file as it is really said here."""
        for real, shown in self._names():
            text = text.replace(shown, real)
        return text

    def as_shown(self, text: str) -> str:
        """A text that was said here as the file has it."""
        for real, shown in self._names():
            text = text.replace(real, shown)
        return text

    def _names(self) -> list[tuple[str, str]]:
        users = {BOT: self.bot.user} | {name: who.user for name, who in self.people.items()}
        people = [(user, f"@{name}:{SERVER}") for name, user in users.items()]
        return [*people, (self.jenkins.url, JENKINS), (self.x.url, X)]
