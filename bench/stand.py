"""The test stand: one homeserver, the three contenders, and people with a room for each of them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine, Iterable
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any, Final, Self
from urllib.parse import quote

import aiohttp

from bench.answer import TEXT
from bench.asker import ENCRYPTION, Asker, Room
from bench.contender import ACTAS, FLOOR, NAMES, THIN, Actas, Contender, Script
from bench.wire import Json, Wire
from sandbox.world import World

_AT_ONCE: Final = 4  # rooms that are made side by side
_PATIENCE: Final = 30.0  # seconds for a contender to show its keys
_SAID: Final = {ACTAS: "jenkins", THIN: TEXT, FLOOR: TEXT}  # what an answer must hold

Tell = Callable[[str], None]


class WrongAnswer(Exception):
    """What came back is not the answer to ``help``."""


class Stand:
    """``rooms[n][name]`` is asker ``n``'s room with a contender, all rooms of two."""

    def __init__(self, world: World, http: aiohttp.ClientSession) -> None:
        self._world, self._http = world, http
        self.contenders: dict[str, Contender] = {}
        self.askers: list[Asker] = []
        self.rooms: list[dict[str, Room]] = []
        self._joiners: dict[str, Wire] = {}
        self._host: Wire
        self._count = 0  # of the rooms that each contender is in

    @classmethod
    @asynccontextmanager
    async def open(cls) -> AsyncIterator[Self]:
        """A stand with running contenders, and nobody there yet."""
        async with AsyncExitStack() as stack:
            world = await stack.enter_async_context(World.open())
            connector = aiohttp.TCPConnector(limit=0)
            http = await stack.enter_async_context(aiohttp.ClientSession(connector=connector))
            stand = cls(world, http)
            host = await world.homeserver.register("host", "password of host")
            stand._host = Wire(http, world.homeserver.url, host)
            bot = await stack.enter_async_context(world.bot(start=False))
            login = await world.homeserver.login(bot.user, bot.password)
            stand._add(Actas(bot, login))
            for name in (THIN, FLOOR):
                stand._add(await stand._script(name))
            stack.push_async_callback(stand._close)
            await stand._each(lambda contender: contender.launch())
            await bot.ready()
            await stand._keys_of(stand.contenders[THIN])
            yield stand

    async def _each(self, do: Callable[[Contender], Coroutine[Any, Any, None]]) -> None:
        """Do something to all contenders at once."""
        await asyncio.gather(*(do(contender) for contender in self.contenders.values()))

    async def settle(self, people: int) -> None:
        """Bring in askers until there are ``people``, each with a room of two for each contender.

        Raises:
            WrongAnswer: a contender answered something else than it must.
        """
        new = range(len(self.askers), people)
        for number in new:
            asker = await Asker.arrive(self._world.homeserver, self._http, f"asker-{number}")
            self.askers.append(asker)
            self.rooms.append({})
        await _some_at_once(self._furnish(number, name) for number in new for name in NAMES)
        self._count = max(self._count, people)

    async def fill(self, rooms: int) -> None:
        """Bring all contenders into more rooms, where nobody talks, until it is ``rooms``."""
        missing = rooms - self._count
        await _some_at_once(self._filler() for _ in range(missing))
        self._count = max(self._count, rooms)

    def log(self) -> str:
        """The end of what each contender has printed."""
        return "\n".join(f"--- {c.name}\n{c.log()[-2000:]}" for c in self.contenders.values())

    def _add(self, contender: Contender) -> None:
        self.contenders[contender.name] = contender
        url = self._world.homeserver.url
        self._joiners[contender.name] = Wire(self._http, url, contender.login)

    async def _script(self, name: str) -> Script:
        word = name.split(maxsplit=1)[0]
        login = await self._world.homeserver.register(word, f"password of {word}")
        home = self._world.home / word
        home.mkdir()
        return Script(name, login, home, self._world.homeserver)

    async def _furnish(self, number: int, name: str) -> None:
        """One asker's room with one contender; the first answers are read, not only counted."""
        asker, contender = self.askers[number], self.contenders[name]
        room = await asker.open_room(
            contender.login, self._joiners[name], encrypted=contender.encrypted
        )
        self.rooms[number][name] = room
        await asker.give_key(room)
        asked = await asker.say(room)
        await asker.answered(asked)
        if _SAID[name] not in asker.read(asked):
            raise WrongAnswer(f"{name} answers: {asker.read(asked)!r}")

    async def _keys_of(self, contender: Contender) -> None:
        """Wait until the contender's device shows its keys."""
        query: Json = {"device_keys": {contender.user: []}}
        async with asyncio.timeout(_PATIENCE):
            while True:
                answer = await self._host.call("POST", "/keys/query", query)
                if answer["device_keys"].get(contender.user):
                    return
                await asyncio.sleep(0.1)

    async def _filler(self) -> None:
        body = {"preset": "public_chat", "initial_state": [ENCRYPTION]}  # nobody need be invited
        room = (await self._host.call("POST", "/createRoom", body))["room_id"]
        for joiner in self._joiners.values():
            await joiner.call("POST", f"/rooms/{quote(room)}/join", {})

    async def _close(self) -> None:
        for asker in self.askers:
            await asker.leave()
        await self._each(lambda contender: contender.stop())


async def _some_at_once(jobs: Iterable[Coroutine[Any, Any, None]]) -> None:
    """Run jobs, a few side by side."""
    places = asyncio.Semaphore(_AT_ONCE)

    async def run(job: Coroutine[Any, Any, None]) -> None:
        async with places:
            await job

    async with asyncio.TaskGroup() as tasks:
        for job in jobs:
            tasks.create_task(run(job))
