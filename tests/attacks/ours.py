"""Our bot as a victim: its real process behind a gateway, with a Jenkins where harm shows."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from sandbox.bot import Bot
from sandbox.gateway import Gateway
from sandbox.person import Person
from sandbox.world import World
from tests.e2e.steps import connect_jenkins, open_dm, started_by


@dataclass(frozen=True)
class OurBot:
    """The bot, with the same methods as :class:`~tests.attacks.bare.BareBot` where they matter."""

    world: World
    bot: Bot
    gateway: Gateway

    @classmethod
    @asynccontextmanager
    async def open(cls, world: World, **config: Any) -> AsyncIterator[OurBot]:
        """A running one; ``config`` is added to sections of its configuration."""
        async with Gateway(world.homeserver.url) as gateway, world.bot(start=False) as bot:
            bot.config["homeserver"]["url"] = gateway.url
            bot.config["commands"] = {"per_minute": 1000}
            for section, values in config.items():
                bot.config[section] = bot.config.get(section, {}) | values
            await bot.start()
            yield cls(world, bot, gateway)
            assert "Traceback" not in bot.log(), "a bug, whatever has become of the attack"

    @property
    def user(self) -> str:
        """Its user id."""
        return self.bot.user

    async def start(self) -> None:
        """Start it again, and wait until it is ready."""
        await self.bot.start()

    async def kill(self) -> None:
        """End it as a power cut does."""
        await self.bot.kill()

    async def connect(self, person: Person, account: str) -> None:
        """Somebody gives it their credential, in a direct message."""
        await connect_jenkins(await open_dm(person, self.bot), self.world, account)

    async def started_by(self, job: str) -> list[str]:
        """Who has started builds of a job, as Jenkins has it, oldest first."""
        await self.world.jenkins.idle()
        return started_by(self.world, job)
